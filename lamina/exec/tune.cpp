#include "lamina/exec/tune.h"

#include <algorithm>
#include <cstdio>
#include <cstring>
#include <set>

#include "lamina/base/machine_peak.h"
#include "lamina/base/text.h"
#include "lamina/base/timer.h"
#include "lamina/core/storage.h"
#include "lamina/exec/cache.h"
#include "lamina/exec/explain.h"
#include "lamina/op/kernel_choice.h"

namespace lamina {
namespace {

using backend::KernelCandidate;

constexpr double kWorthChoosing = 0.95;
constexpr double kMeasureSeconds = 0.02;
constexpr int kLeastRuns = 3;

size_t bytes_of(const Operand& operand) {
  int64_t last = 0;
  for (int axis = 0; axis < operand.shape.rank(); ++axis) {
    if (operand.shape[axis] == 0) return 0;
    last += (operand.shape[axis] - 1) * operand.strides[axis];
  }
  return static_cast<size_t>(last + 1) * size_of(operand.dtype);
}

// Numbers between -1 and 1; integers, which may be indices, are 0.
void fill(const Operand& operand, Storage& storage) {
  std::memset(storage.data(), 0, storage.bytes());
  const auto ramp = [&](auto zero) {
    auto* values = reinterpret_cast<decltype(zero)*>(storage.data());
    for (size_t i = 0; i < storage.bytes() / sizeof(zero); ++i)
      values[i] = static_cast<decltype(zero)>(static_cast<double>(i * 37 % 201) / 100 - 1);
  };
  if (operand.dtype == DType::Float32) ramp(float{});
  if (operand.dtype == DType::Float64) ramp(double{});
}

// A kernel with memory to run on.
class Bench {
 public:
  explicit Bench(const KernelCandidate& candidate) : kernel_(*candidate.kernel) {
    for (const Operand& input : candidate.request.inputs) {
      add(bytes_of(input));
      fill(input, *memory_.back());
    }
    for (const Operand& output : candidate.request.outputs) add(bytes_of(output));
    scratch_ = Storage::allocate(kernel_.scratch_bytes());
    for (const Kernel::Preparation& preparation : kernel_.preparations) {
      Prepared prepared{&preparation, {operands_[preparation.input]}, {}};
      memory_.push_back(Storage::allocate(preparation.bytes));
      prepared.operands.push_back(memory_.back()->data());
      prepared.scratch = Storage::allocate(preparation.kernel->scratch_bytes());
      operands_[preparation.input] = memory_.back()->data();
      prepare(prepared);
      if (!candidate.request.inputs[preparation.input].stable)
        each_time_.push_back(std::move(prepared));
    }
  }

  // Of one run: the least of several.
  double seconds() {
    run();
    double least = 0, total = 0;
    for (int k = 0; k < kLeastRuns || total < kMeasureSeconds; ++k) {
      const Timer timer;
      run();
      const double now = timer.seconds();
      least = k == 0 ? now : std::min(least, now);
      total += std::max(now, 1e-7);
    }
    return least;
  }

 private:
  struct Prepared {
    const Kernel::Preparation* preparation;
    std::vector<std::byte*> operands;
    Ref<Storage> scratch;
  };

  void add(size_t bytes) {
    memory_.push_back(Storage::allocate(bytes));
    operands_.push_back(memory_.back()->data());
  }
  static void prepare(const Prepared& prepared) {
    RunContext context;
    context.scratch = prepared.scratch->data();
    prepared.preparation->kernel->run(prepared.operands.data(), context);
  }
  void run() {
    for (const Prepared& prepared : each_time_) prepare(prepared);
    RunContext context;
    context.scratch = scratch_->data();
    kernel_.run(operands_.data(), context);
  }

  const Kernel& kernel_;
  std::vector<Ref<Storage>> memory_;
  std::vector<std::byte*> operands_;
  Ref<Storage> scratch_;
  std::vector<Prepared> each_time_;
};

// What the caller has to copy before each run, because the kernel wants an operand in other strides.
double conversion_seconds(const KernelRequest& asked, const KernelRequest& wanted) {
  double bytes = 0;
  for (size_t k = 0; k < asked.inputs.size(); ++k) {
    if (!asked.inputs[k].stable && asked.inputs[k].strides != wanted.inputs[k].strides)
      bytes += 2.0 * static_cast<double>(bytes_of(wanted.inputs[k]));
  }
  return bytes == 0 ? 0 : bytes / machine_peak().bytes;
}

// Measures what this thread asks for in its scope.
class KernelTuning {
 public:
  TuningReport finish() {
    if (report_.calls.empty()) return std::move(report_);
    program_cache().clear();
    backend::save_kernel_choices();
    report_.path = backend::kernel_choice_path();
    return std::move(report_);
  }

 private:
  void measure(const KernelRequest& request) {
    std::string key = backend::choice_key(request);
    if (key.empty() || request.deterministic || !seen_.insert(key).second) return;
    const std::vector<KernelCandidate> candidates = backend::kernel_candidates(request);
    if (candidates.size() < 2) return;
    TunedCall call;
    for (const KernelCandidate& candidate : candidates) {
      const double seconds =
          Bench(candidate).seconds() + conversion_seconds(request, candidate.request);
      const bool is_first = call.first.empty();
      if (is_first) call.first = candidate.name, call.first_seconds = seconds;
      if (is_first ||
          seconds < std::min(call.chosen_seconds, kWorthChoosing * call.first_seconds)) {
        call.chosen = candidate.name, call.chosen_seconds = seconds;
      }
    }
    backend::choose_kernel(key, call.chosen);
    call.call = std::move(key);
    report_.calls.push_back(std::move(call));
  }

  std::set<std::string> seen_;
  TuningReport report_;
  backend::WatchRequests watch_{[this](const KernelRequest& request) { measure(request); }};
};

}  // namespace

TuningReport tune(const std::function<void()>& function) {
  KernelTuning tuning;
  explain(function);
  return tuning.finish();
}

TuningReport tune(std::span<const Array> arrays) {
  KernelTuning tuning;
  program_for(arrays);
  return tuning.finish();
}

std::string TuningReport::to_string() const {
  std::string lines;
  int changed = 0;
  for (const TunedCall& c : calls) {
    if (c.chosen == c.first) continue;
    ++changed;
    char times[128];
    std::snprintf(times, sizeof times, "%9.3f ms  %-24s %9.3f ms  %-24s ", c.first_seconds * 1e3,
                  c.first.c_str(), c.chosen_seconds * 1e3, c.chosen.c_str());
    lines += text(times, c.call, "\n");
  }
  if (changed > 0) {
    char heading[128];
    std::snprintf(heading, sizeof heading, "%12s  %-24s %12s  %-24s call\n", "by rank", "", "chosen",
                  "");
    lines.insert(0, heading);
  }
  lines += text(calls.size(), calls.size() == 1 ? " call" : " calls",
                " that several kernels can run, ", changed, " changed\n");
  return path.empty() ? lines : text(lines, "kept in ", path, "\n");
}

}  // namespace lamina
