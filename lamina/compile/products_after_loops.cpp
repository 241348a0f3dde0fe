#include "lamina/compile/products_after_loops.h"

#include <algorithm>
#include <memory>

#include "lamina/compile/loop_edit.h"
#include "lamina/compile/loop_values.h"
#include "lamina/op/op.h"

namespace lamina {

namespace {

using Depends = LoopEdit::Depends;
using Later = LoopEdit::Later;
size_t at(int32_t i) { return static_cast<size_t>(i); }

class Sinking {
 public:
  explicit Sinking(LoopEdit& loop)
      : loop_(loop), depends_(loop.dependencies()), outside_(loop, depends_) {
    mark_needed_by_carries();
    find_sinking();
  }

  void run() {
    const size_t first = loop_.carries.size(), count = loop_.stacks.size();
    for (size_t s = 0; s < count; ++s) {
      const int32_t value = loop_.stacks[s];
      if (loop_.is_used(first + s) && sinks_[at(value)]) loop_.set_result(first + s, later(value));
    }
  }

 private:
  void mark_needed_by_carries() {
    needed_.resize(loop_.body.values.size(), false);
    std::vector<int32_t> open;
    for (const LoopEdit::Carry& c : loop_.carries) {
      if (!c.removed) open.push_back(c.next);
    }
    while (!open.empty()) {
      const int32_t value = open.back();
      open.pop_back();
      if (needed_[at(value)]) continue;
      needed_[at(value)] = true;
      const auto& inputs = loop_.body.values[at(value)].inputs;
      open.insert(open.end(), inputs.begin(), inputs.end());
    }
  }

  // Products, and element-wise ops on products, that only stacks need.
  void find_sinking() {
    sinks_.resize(loop_.body.values.size(), false);
    for (size_t i = 0; i < loop_.body.values.size(); ++i) {
      const GraphValue& v = loop_.body.values[i];
      if (needed_[i] || !v.op || depends_[i] == Depends::Nothing) continue;
      bool product = v.op->flops != nullptr;
      std::vector<bool> stacked;
      for (int32_t input : v.inputs) {
        product |= sinks_[at(input)];
        stacked.push_back(depends_[at(input)] != Depends::Nothing);
      }
      sinks_[i] = product && can_stack(v, stacked);
    }
  }

  // The body value for all steps, outside.
  Later later(int32_t value) {
    const GraphValue& v = loop_.body.values[at(value)];
    if (depends_[at(value)] == Depends::Nothing ||
        (v.leaf == LeafKind::Data && depends_[at(value)] == Depends::Sequences)) {
      return [made = outside_.make(value)](const LoopEdit::Emitted&) { return made; };
    }
    if (!sinks_[at(value)]) {
      return [s = loop_.stack(value)](const LoopEdit::Emitted& e) { return e.stacks[s]; };
    }
    std::vector<Later> inputs;
    std::vector<bool> stacked;
    for (int32_t input : v.inputs) {
      inputs.push_back(later(input));
      stacked.push_back(depends_[at(input)] != Depends::Nothing);
    }
    auto call = std::make_shared<const GraphValue>(copy_value(v));
    return [=](const LoopEdit::Emitted& e) {
      std::vector<int32_t> made;
      for (const Later& input : inputs) made.push_back(input(e));
      return append_stacked(e.outer, *call, made, stacked);
    };
  }

  LoopEdit& loop_;
  std::vector<Depends> depends_;
  OutsideValues outside_;
  std::vector<bool> needed_, sinks_;
};

}  // namespace

void products_after_loops(Graph& graph) {
  edit_loops(graph, [](LoopEdit& loop) { Sinking(loop).run(); });
}

}  // namespace lamina
