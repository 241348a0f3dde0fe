#include "lamina/compile/attach_epilogues.h"

#include <algorithm>

#include "lamina/op/backend.h"
#include "lamina/op/epilogue.h"
#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Cast)

namespace {

class Attaching {
 public:
  explicit Attaching(Graph& graph) : graph_(graph), uses_(graph.use_counts()) {
    user_.assign(graph.values.size(), -1);
    for (size_t i = 0; i < graph.values.size(); ++i) {
      for (int32_t input : graph.values[i].inputs) user_[input] = static_cast<int32_t>(i);
    }
    is_output_.assign(graph.values.size(), false);
    for (int32_t output : graph.outputs) is_output_[output] = true;
  }

  void run() {
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      const GraphValue& v = graph_.values[i];
      if (v.op && v.op->flops && !v.op->multiple && !v.epilogue) attach(static_cast<int32_t>(i));
    }
  }

 private:
  // Follows the only users of the product as long as its kernels take the step; the last of them
  // becomes the product.
  void attach(int32_t product) {
    Epilogue epilogue;
    epilogue.own_inputs = static_cast<int>(graph_.values[product].inputs.size());
    SmallVector<int32_t, 4> inputs = graph_.values[product].inputs;
    int32_t last = product;
    while (uses_[last] == 1 && !is_output_[last]) {
      const int32_t user = user_[last];
      if (!add_step(product, last, user, epilogue, inputs)) break;
      last = user;
      // What has become another type is the result.
      if (graph_.values[last].spec.dtype != graph_.values[product].spec.dtype) break;
    }
    if (last == product) return;
    GraphValue& source = graph_.values[product];
    GraphValue& target = graph_.values[last];
    target.op = source.op;
    target.attributes = source.attributes;
    target.inputs = std::move(inputs);
    target.origin = source.origin;
    target.epilogue = std::make_shared<const Epilogue>(std::move(epilogue));
  }

  bool add_step(int32_t product, int32_t value, int32_t user, Epilogue& epilogue,
                SmallVector<int32_t, 4>& inputs) const {
    const GraphValue& v = graph_.values[user];
    const Spec& spec = graph_.values[product].spec;
    if (!v.op || !v.op->elementwise || v.inputs.size() > 2) return false;
    if (!(v.spec.shape == spec.shape)) return false;
    EpilogueStep step{v.op, v.attributes, -1, false, v.spec};
    const Spec* extra = nullptr;
    if (v.inputs.size() == 2) {
      step.extra_first = v.inputs[1] == value;
      int32_t other = v.inputs[step.extra_first ? 0 : 1];
      if (other == value) return false;
      extra = &graph_.values[other].spec;
      step.extra = static_cast<int32_t>(inputs.size()) - epilogue.own_inputs;
      if (const int32_t narrow = before_cast(other); narrow >= 0) {
        const Spec* as_it_lies = &graph_.values[narrow].spec;
        if (backend::takes_step(*graph_.values[product].op, step, as_it_lies))
          other = narrow, extra = as_it_lies;
      }
      if (!backend::takes_step(*graph_.values[product].op, step, extra)) return false;
      inputs.push_back(other);
    } else if (!backend::takes_step(*graph_.values[product].op, step, extra)) {
      return false;
    }
    epilogue.steps.push_back(std::move(step));
    return true;
  }

  // The integers of 8 bits that a value is a wider copy of, or -1: a kernel that takes them as they
  // lie reads a quarter.
  int32_t before_cast(int32_t value) const {
    const GraphValue& v = graph_.values[value];
    if (v.op != &ops::op_Cast()) return -1;
    const DType narrow = graph_.values[v.inputs[0]].spec.dtype;
    return narrow == int8 || narrow == uint8 ? v.inputs[0] : -1;
  }

  Graph& graph_;
  const std::vector<int32_t> uses_;
  std::vector<int32_t> user_;  // the last one: the only one where uses_ is 1
  std::vector<bool> is_output_;
};

}  // namespace

void attach_epilogues(Graph& graph) { Attaching(graph).run(); }

}  // namespace lamina
