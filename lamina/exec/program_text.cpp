// A program for people. Nothing in it depends on addresses, on time, or on where the plan put a
// value: t0, t1, .. are the values between instructions, in the order in which they are made.
#include <algorithm>
#include <cstdio>
#include <map>

#include "lamina/base/text.h"
#include "lamina/exec/program.h"

namespace lamina {
namespace {

// Three digits and a unit: "12.8 k".
std::string scaled(double value, double step, std::initializer_list<const char*> units) {
  auto unit = units.begin();
  while (value >= step && unit + 1 != units.end()) value /= step, ++unit;
  char digits[32];
  const bool whole = unit == units.begin() || value >= 99.95;
  std::snprintf(digits, sizeof digits, whole ? "%.0f" : value >= 9.995 ? "%.1f" : "%.2f", value);
  return **unit ? text(digits, " ", *unit) : digits;
}
std::string flops_text(double flops) { return scaled(flops, 1000, {"", "k", "M", "G", "T"}); }
std::string bytes_text(double bytes) {
  return scaled(bytes, 1024, {"B", "KiB", "MiB", "GiB", "TiB"});
}
std::string bytes_text(int64_t bytes) { return bytes_text(static_cast<double>(bytes)); }

std::string padded(const std::string& s, size_t width) {
  return s + std::string(width > s.size() ? width - s.size() : 0, ' ');
}
std::string counted(size_t n, const char* what) { return text(n, " ", what, n == 1 ? "" : "s"); }

class ProgramText {
 public:
  // `output`: what its outputs are called.
  ProgramText(const Program& program, const char* output)
      : program_(program), output_name_(output) {}

  std::string write() {
    size_t kernel_width = 6, what_width = 0;
    for (const Instruction& i : program_.instructions) {
      kernel_width = std::max(kernel_width, i.kernel->name.size());
      if (i.what.size() <= kWidest) what_width = std::max(what_width, i.what.size());
    }
    std::string out = line("flops", "bytes", padded("kernel", kernel_width), "what");
    for (const Instruction& i : program_.instructions) {
      std::string what = padded(i.what, what_width) + "  " + operands_text(i);
      if (i.origin) what += text("  in ", i.origin);
      if (i.again) what += "  again";
      out += line(flops_text(i.flops), bytes_text(i.bytes), padded(i.kernel->name, kernel_width),
                  what);
    }
    return out;
  }

 private:
  static constexpr size_t kWidest = 48;  // longer descriptions stand out of line

  static std::string line(const std::string& flops, const std::string& bytes,
                          const std::string& kernel, const std::string& what) {
    char numbers[64];
    std::snprintf(numbers, sizeof numbers, "%8s  %8s  ", flops.c_str(), bytes.c_str());
    return text(numbers, kernel, "  ", what, "\n");
  }

  std::string operands_text(const Instruction& i) {
    std::string out;
    for (uint32_t k = 0; k < i.operand_count; ++k) {
      if (k == i.input_count) out += k == 0 ? "-> " : " -> ";
      out += text(k == 0 || k == i.input_count ? "" : ", ", name(i.first_operand + k));
    }
    return out;
  }

  std::string name(uint32_t operand) {
    const int32_t buffer = program_.operands[operand].buffer;
    if (buffer < program_.arena()) return text("leaf", buffer);
    if (buffer >= program_.derived_buffer(0))
      return text("once", buffer - program_.derived_buffer(0));
    if (buffer > program_.arena()) return text(output_name_, buffer - program_.output_buffer(0));
    const auto next = temporaries_.size();
    return text("t", temporaries_.emplace(program_.values[operand], next).first->second);
  }

  const Program& program_;
  const char* output_name_;
  std::map<int32_t, size_t> temporaries_;  // numbers of values, in the order they are met
};

// Each reason once: "matmul: onednn.matmul: why".
std::string refusals_text(const Program& program) {
  std::map<std::string, size_t> counts;
  for (const Program* p = &program; p; p = p->derivation.get()) {
    for (const std::string& refusal : p->refusals) ++counts[refusal];
  }
  if (counts.empty()) return "";
  size_t width = 0;
  auto kernel_end = [](const std::string& r) {
    const size_t op = r.find(": ");
    return op == std::string::npos ? r.size() : std::min(r.find(": ", op + 2), r.size());
  };
  for (const auto& [refusal, count] : counts) width = std::max(width, kernel_end(refusal));
  std::string out = "kernels not taken\n";
  for (const auto& [refusal, count] : counts) {
    const size_t end = kernel_end(refusal);
    out += text("  ", padded(refusal.substr(0, end), width), "  ",
                end < refusal.size() ? refusal.substr(end + 2) : "");
    out += count > 1 ? text(" (", count, " times)\n") : "\n";
  }
  return out;
}

// What fitting into a memory budget costs.
std::string budget_text(const Program& program) {
  if (program.budget == 0) return "";
  size_t count = 0;
  double flops = 0, bytes = 0;
  for (const Instruction& i : program.instructions) {
    if (i.again) ++count, flops += i.flops, bytes += i.bytes;
  }
  return text("memory budget ", bytes_text(program.budget), ": ",
              count == 0 ? "nothing" : counted(count, "instruction"), " again",
              count == 0 ? "" : text(", ", flops_text(flops), " flop and ", bytes_text(bytes)), "\n");
}

}  // namespace

std::string Program::to_text() const {
  int64_t held = 0;
  for (int64_t b : output_bytes) held += b;
  std::string out =
      text("program, tier ", tier, ": ", counted(instructions.size(), "instruction"), ", ",
           leaf_count, leaf_count == 1 ? " leaf, " : " leaves, ",
           counted(outputs.size(), "output"), "\n", ProgramText(*this, "out").write());
  if (derivation) {
    out += text("once for the parameters: ",
                counted(derivation->instructions.size(), "instruction"), "\n",
                ProgramText(*derivation, "once").write());
  }
  out += text("computes ", flops_text(flops()), " flop, moves ", bytes_text(bytes()), "\n");
  out += text("planned peak ", bytes_text(planned_peak()), ": ", bytes_text(held - donated_bytes()),
              " of outputs, ", bytes_text(arena_bytes), " between instructions");
  if (derivation) out += text(", ", bytes_text(kept_bytes()), " kept for the parameters");
  if (donated_bytes() > 0)
    out += text("; ", bytes_text(donated_bytes()), " of outputs in place of old values");
  return out + "\n" + budget_text(*this) + refusals_text(*this);
}

}  // namespace lamina
