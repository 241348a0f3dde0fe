#include "lamina/nn/summary.h"

#include <algorithm>
#include <map>

#include "lamina/base/text.h"
#include "lamina/exec/evaluate.h"
#include "lamina/exec/explain.h"
#include "lamina/nn/evaluation_mode.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"

namespace lamina::nn {
namespace {

struct Layer {
  const Module* module;
  Shape output;
};

// Modules without children, in the order of their calls.
class Layers : public CallObserver {
 public:
  void called(const Module& module, const Array& output) override {
    if (module.children().empty()) layers.push_back({&module, output.shape()});
  }
  std::vector<Layer> layers;
};

std::string grouped(double value) {  // 1,234,567
  std::string digits = text(static_cast<int64_t>(value)), out;
  for (size_t i = 0; i < digits.size(); ++i) {
    if (i != 0 && (digits.size() - i) % 3 == 0) out += ',';
    out += digits[i];
  }
  return out;
}

std::string table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths(rows[0].size(), 0);
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      std::string space(widths[i] - row[i].size(), ' ');
      bool is_number = i >= 3;
      out += is_number ? space + row[i] : i + 1 == row.size() ? row[i] : row[i] + space;
      if (i + 1 < row.size()) out += "  ";
    }
    out += '\n';
  }
  return out;
}

}  // namespace

std::string summary(Module& module, IntList input_shape, DType dtype) {
  Layers seen;
  std::map<std::string, double> flops;
  double all_flops = 0;
  {
    NoGrad no_grad;
    Uncut uncut;
    const EvaluationMode mode(module);
    Array output = module(zeros(std::move(input_shape), dtype));
    if (!output.is_ready()) {
      auto program = program_for(std::span(&output, 1));
      for (const Instruction& instruction : program->instructions) {
        all_flops += instruction.flops;
        if (instruction.origin) flops[instruction.origin] += instruction.flops;
      }
    }
  }
  std::vector<std::vector<std::string>> rows{{"path", "layer", "output", "parameters", "flops"}};
  for (const Layer& layer : seen.layers) {
    const Module& m = *layer.module;
    rows.push_back({m.path(), m.description(), text(layer.output),
                    grouped(static_cast<double>(m.parameter_count())), grouped(flops[m.path()])});
  }
  rows.push_back({"total", "", "", grouped(static_cast<double>(module.parameter_count())),
                  grouped(all_flops)});
  return table(rows);
}

}  // namespace lamina::nn
