// What a call costs, and which kernels serve it.
#include <algorithm>
#include <set>

#include "lamina/base/error.h"
#include "lamina/base/timer.h"
#include "lamina/check/cases.h"
#include "lamina/check/sweep.h"
#include "lamina/exec/evaluate.h"
#include "lamina/exec/explain.h"

namespace lamina {
namespace {

using namespace check;

constexpr double kMeasureSeconds = 0.1;
constexpr int64_t kLarge = 1 << 20;  // elements of a measured element-wise call

// The kernels of a recorded call, in order, without repetition.
std::vector<std::string> kernels_of(const std::vector<Array>& outputs) {
  std::vector<std::string> names;
  const std::shared_ptr<const Program> program = program_for(outputs);
  for (const Instruction& instruction : program->instructions) {
    const std::string& name = instruction.kernel->name;
    if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
  }
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  if (names.empty()) return "view";
  std::string out;
  for (const std::string& name : names) out += text(out.empty() ? "" : ", ", name);
  return out;
}

// One large call for element-wise ops and reductions, the largest sample for others.
std::vector<Case> cases_to_measure(const Op& op) {
  std::vector<Case> cases = forward_cases(op, 0);
  std::erase_if(cases, [](const Case& c) {
    return c.layout != Layout::RowMajor || !c.special.empty() ||
           std::any_of(c.inputs.begin(), c.inputs.end(), [](const SampleInput& input) {
             return input.dtype == float16 || input.dtype == bfloat16 || input.dtype == float64;
           });
  });
  if (cases.empty()) return {};
  auto elements = [](const Case& c) {
    int64_t n = 0;
    for (const SampleInput& input : c.inputs) n += input.shape.elements();
    return n;
  };
  Case largest = *std::max_element(cases.begin(), cases.end(), [&](const Case& a, const Case& b) {
    return elements(a) < elements(b);
  });
  if (op.elementwise) {
    for (SampleInput& input : largest.inputs) input.shape = {kLarge};
    return {largest};
  }
  if (!op.monoid) return {largest};
  std::vector<Case> reductions;
  for (IntList axes : {IntList{0}, IntList{1}, IntList{0, 1}}) {
    largest.inputs[0].shape = {1024, 1024};
    largest.attributes = AttributesRef(attributes_for(op, {})->clone());
    set_field(*largest.attributes, "axis", text(axes));
    reductions.push_back(largest);
  }
  return reductions;
}

// Which element types and kernels the calls of an op's samples have.
struct Support {
  explicit Support(const Op& op) {
    for (const Case& c : forward_cases(op, 0, Extent::Full)) {
      try {
        auto outputs = call(op, arrays_of(c, c.draw()), c.attributes);
        bool exists = false;
        for (const Array& output : outputs) exists |= output.size() > 0;
        if (!exists) continue;
        by_input_.resize(std::max(by_input_.size(), c.inputs.size()));
        for (size_t k = 0; k < c.inputs.size(); ++k) by_input_[k].insert(c.inputs[k].dtype);
        if (c.layout == Layout::RowMajor) add_kernels(kernels_of(outputs));
      } catch (const DTypeError&) {  // the op does not take these
      }
    }
  }

  // Of the operand with most.
  std::string types() const {
    std::set<DType> most;
    for (const std::set<DType>& types : by_input_) {
      if (types.size() > most.size()) most = types;
    }
    std::string out;
    auto add = [&](const auto& name) { out += text(out.empty() ? "" : ", ", name); };
    auto add_group = [&](const char* name, auto belongs, long size) {
      bool whole = std::count_if(most.begin(), most.end(), belongs) == size;
      if (whole) add(name);
      for (DType dtype : most) {
        if (!whole && belongs(dtype)) add(dtype);
      }
    };
    add_group("bool", [](DType d) { return d == bool_; }, 1);
    add_group("integers", [](DType d) { return !is_floating(d) && d != bool_; }, 8);
    add_group("floats", [](DType d) { return is_floating(d); }, 4);
    return out;
  }

  std::vector<std::string> kernels;
  bool falls_back = false;

 private:
  void add_kernels(std::vector<std::string> names) {
    for (std::string& name : names) {
      if (name.find("reference") != std::string::npos) {
        falls_back = true;
        name = text("**", name, "**");
      }
      if (std::find(kernels.begin(), kernels.end(), name) == kernels.end()) kernels.push_back(name);
    }
  }

  std::vector<std::set<DType>> by_input_;
};

}  // namespace

std::vector<Measurement> measure(const Op& op) {
  std::vector<Measurement> measurements;
  if (is_internal(op)) return measurements;
  for (const Case& c : cases_to_measure(op)) {
    std::vector<Block> values = c.draw();
    std::vector<Array> inputs = arrays_of(c, values);
    Measurement m;
    m.call = c.to_string();
    auto outputs = call(op, inputs, c.attributes);
    auto program = program_for(outputs);
    m.kernel = joined(kernels_of(outputs));
    m.flops = program->flops();
    m.bytes = program->bytes();
    eval(outputs);
    eval(call(op, inputs, c.attributes));  // compiled from here on
    m.seconds = 1e9;
    for (Timer whole; whole.seconds() < kMeasureSeconds;) {
      Timer once;
      eval(call(op, inputs, c.attributes));
      m.seconds = std::min(m.seconds, once.seconds());
    }
    measurements.push_back(std::move(m));
  }
  return measurements;
}

std::string to_text(const Measurement& m) {
  char numbers[96];
  std::snprintf(numbers, sizeof numbers, "%10.2f us %8.2f GFLOP/s %8.2f GB/s  ", m.seconds * 1e6,
                m.flops / m.seconds * 1e-9, m.bytes / m.seconds * 1e-9);
  return text(numbers, m.call, "  ", m.kernel);
}

std::string support_table(std::span<const Op* const> ops) {
  std::string rows;
  int count = 0, marked = 0;
  for (const Op* op : ops) {
    if (is_internal(*op)) continue;
    Support support(*op);
    rows += text("| ", op->name, " | ", support.types(), " | ", joined(support.kernels), " | ",
                 op->no_gradient ? text("none: ", op->no_gradient) : std::string("yes"), " |\n");
    ++count;
    marked += support.falls_back;
  }
  return text(
      "# Operations\n\n"
      "Every op, the element types of the operand that may have most of them, the kernels that serve its\n"
      "samples on a processor, and whether it has a gradient. **Bold**: the plain loop of the op's own\n"
      "file, right but slow. `view`: nothing is computed. Floats: float16, bfloat16, float32, float64;\n"
      "integers: int8 to int64, uint8 to uint64. Written by `lamina check --mode support`.\n\n",
      count, " ops, of which ", marked, " fall back to the plain loop for some of their calls.\n\n",
      "| op | element types | kernels | gradient |\n"
      "|---|---|---|---|\n",
      rows);
}

}  // namespace lamina
