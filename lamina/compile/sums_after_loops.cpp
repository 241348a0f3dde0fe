#include "lamina/compile/sums_after_loops.h"

#include <algorithm>

#include "lamina/compile/append_call.h"
#include "lamina/compile/loop_edit.h"
#include "lamina/compile/loop_values.h"
#include "lamina/op/op.h"
#include "lamina/op/splice.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

LAMINA_USE_OP(Add)
LAMINA_USE_OP(BroadcastTo)
LAMINA_USE_OP(ConvolutionWeightGradient)
LAMINA_USE_OP(Matmul)
LAMINA_USE_OP(Sum)
LAMINA_USE_OP(Transpose)

namespace {

using Depends = LoopEdit::Depends;
using Later = LoopEdit::Later;
using Emitted = LoopEdit::Emitted;
size_t at(int32_t i) { return static_cast<size_t>(i); }

// Records on values of the graph around the loop.
template <class F>
Later record_later(std::vector<Later> inputs, const char* origin, F f) {
  return [=](const Emitted& e) {
    std::vector<int32_t> numbers;
    for (const Later& input : inputs) numbers.push_back(input(e));
    return splice(e.outer, numbers, origin,
                  [&](const std::vector<Array>& x) { return std::vector{f(x)}; })[0];
  };
}

bool swaps_two(const GraphValue& v) {
  return v.op == &ops::op_Transpose() && v.spec.shape.rank() == 2 &&
         v.attributes->as<TransposeAttributes>().axes[0] == 1;
}

bool is_zero(const Graph& graph, int32_t value) {
  const GraphValue* v = &graph.values[at(value)];
  while (v->op == &ops::op_BroadcastTo()) v = &graph.values[at(v->inputs[0])];
  return v->leaf == LeafKind::Number && v->is_constant && v->number.integer == 0;
}

class Summing {
 public:
  explicit Summing(LoopEdit& loop)
      : loop_(loop), depends_(loop.dependencies()), outside_(loop, depends_) {
    uses_.resize(loop.body.values.size(), 0);
    for (const GraphValue& v : loop.body.values) {
      for (int32_t input : v.inputs) ++uses_[at(input)];
    }
    for (const LoopEdit::Carry& c : loop.carries) ++uses_[at(c.next)];
    for (int32_t s : loop.stacks) ++uses_[at(s)];
  }

  void run() {
    std::vector<std::vector<int32_t>> terms;
    for (size_t k = 0; k < loop_.carries.size(); ++k) terms.push_back(terms_of(k));
    totals_.resize(terms.size());
    // Products first: what they stack, other sums find stacked.
    for (const bool products : {true, false}) {
      for (size_t k = 0; k < terms.size(); ++k) {
        auto moves = [&](int32_t term) {
          if (!(products ? is_product(term) : is_stacked_sum(term))) return false;
          totals_[k].push_back(products ? total_product(term) : total_sum(term));
          return true;
        };
        terms[k].erase(std::remove_if(terms[k].begin(), terms[k].end(), moves), terms[k].end());
      }
    }
    for (size_t k = 0; k < terms.size(); ++k) {
      if (!totals_[k].empty()) finish(k, terms[k]);
    }
  }

 private:
  const GraphValue& value(int32_t v) const { return loop_.body.values[at(v)]; }

  // What the carry adds up, if it does nothing else: carry' = carry + term + term ..
  std::vector<int32_t> terms_of(size_t k) const {
    const LoopEdit::Carry& c = loop_.carries[k];
    std::vector<int32_t> open{c.next}, terms;
    int32_t leaf = -1;
    while (!open.empty()) {
      const int32_t current = open.back();
      open.pop_back();
      const GraphValue& v = value(current);
      if (v.leaf == LeafKind::Data && v.leaf_index == static_cast<int>(c.input)) {
        if (leaf >= 0 || uses_[at(current)] != 1) return {};
        leaf = current;
      } else if (v.op == &ops::op_Add() && uses_[at(current)] == 1 &&
                 value(v.inputs[0]).spec.shape == v.spec.shape &&
                 value(v.inputs[1]).spec.shape == v.spec.shape) {
        open.push_back(v.inputs[0]), open.push_back(v.inputs[1]);
      } else {
        terms.push_back(current);
      }
    }
    return leaf >= 0 ? terms : std::vector<int32_t>();
  }

  bool is_product(int32_t term) const {
    while (swaps_two(value(term))) term = value(term).inputs[0];
    if (is_filter_gradient(term)) return true;
    const GraphValue& v = value(term);
    return v.op == &ops::op_Matmul() && v.spec.shape.rank() == 2 &&
           depends_[at(term)] != Depends::Nothing;
  }

  bool is_filter_gradient(int32_t term) const {
    const GraphValue& v = value(term);
    return v.op == &ops::op_ConvolutionWeightGradient() && depends_[at(term)] != Depends::Nothing &&
           value(v.inputs[0]).spec.shape.rank() < kMaxRank;
  }

  bool is_stacked_sum(int32_t term) const {
    const GraphValue& v = value(term);
    return v.op == &ops::op_Sum() && is_stacked(v.inputs[0]);
  }
  bool is_stacked(int32_t v) const {
    return (value(v).leaf == LeafKind::Data && depends_[at(v)] == Depends::Sequences) ||
           std::find(loop_.stacks.begin(), loop_.stacks.end(), v) != loop_.stacks.end();
  }

  // The body value of all steps.
  Later stacked(int32_t v) {
    if (value(v).leaf == LeafKind::Data && depends_[at(v)] == Depends::Sequences) {
      return [made = outside_.make(v)](const Emitted&) { return made; };
    }
    return [s = loop_.stack(v)](const Emitted& e) { return e.stacks[s]; };
  }

  // [rows of all steps, columns] of the matrix, or of its transpose.
  Later rows(int32_t matrix, bool transposed) {
    if (swaps_two(value(matrix))) return rows(value(matrix).inputs[0], !transposed);
    return record_later({stacked(matrix)}, value(matrix).origin, [=](const std::vector<Array>& x) {
      Array all = transposed ? swapaxes(x[0], 1, 2) : x[0];
      return reshape(all, {all.shape(0) * all.shape(1), all.shape(2)});
    });
  }

  Later total_product(int32_t term) {
    const GraphValue& v = value(term);
    if (is_filter_gradient(term)) {
      const Op* op = v.op;
      const AttributesRef attributes = v.attributes;
      return record_later(
          {stacked(v.inputs[0]), stacked(v.inputs[1])}, v.origin,
          [op, attributes](const std::vector<Array>& x) {
            std::vector<Array> of_all{pictures_of_steps(x[0]), pictures_of_steps(x[1])};
            return record(*op, std::span<Array>(of_all), attributes);
          });
    }
    if (swaps_two(v)) {
      return record_later({total_product(v.inputs[0])}, v.origin,
                          [](const std::vector<Array>& x) { return swapaxes(x[0], 0, 1); });
    }
    return record_later(
        {rows(v.inputs[0], true), rows(v.inputs[1], false)}, v.origin,
        [](const std::vector<Array>& x) { return matmul(swapaxes(x[0], 0, 1), x[1]); });
  }

  Later total_sum(int32_t term) {
    const GraphValue& v = value(term);
    const auto& a = v.attributes->as<ReductionAttributes>();
    IntList axes{0};
    for (int64_t axis : a.axis) axes.push_back(axis + 1);
    const IntList shape(v.spec.shape.begin(), v.spec.shape.end());
    return record_later({stacked(v.inputs[0])}, v.origin, [=](const std::vector<Array>& x) {
      return reshape(sum(x[0], {.axis = axes}), shape);
    });
  }

  // The carry goes on with the terms that are left, or ends.
  void finish(size_t k, const std::vector<int32_t>& left) {
    LoopEdit::Carry& c = loop_.carries[k];
    const int32_t first = loop_.inputs[c.input].value;
    std::vector<Later> parts = totals_[k];
    if (left.empty()) {
      c.removed = true;
      const bool zero = is_zero(loop_.outer, first);
      if (!zero) parts.push_back([first](const Emitted&) { return first; });
    } else {
      c.next = sum_of(c, left);
      parts.push_back([k](const Emitted& e) { return e.carries[k]; });
    }
    loop_.set_result(k,
                     record_later(std::move(parts), loop_.origin, [](const std::vector<Array>& x) {
                       Array total = x[0];
                       for (size_t i = 1; i < x.size(); ++i) total = total + x[i];
                       return total;
                     }));
  }

  // carry + term + .., in the body.
  int32_t sum_of(const LoopEdit::Carry& c, const std::vector<int32_t>& terms) {
    int32_t total = -1;
    for (size_t i = 0; i < loop_.body.values.size(); ++i) {
      const GraphValue& v = loop_.body.values[i];
      if (v.leaf == LeafKind::Data && v.leaf_index == static_cast<int>(c.input))
        total = static_cast<int32_t>(i);
    }
    for (int32_t term : terms) {
      total = append_call(loop_.body, ops::op_Add(), {}, {total, term}, value(term).spec,
                          value(term).origin);
    }
    return total;
  }

  LoopEdit& loop_;
  std::vector<Depends> depends_;
  OutsideValues outside_;
  std::vector<int> uses_;
  std::vector<std::vector<Later>> totals_;
};

}  // namespace

void sums_after_loops(Graph& graph) {
  edit_loops(graph, [](LoopEdit& loop) { Summing(loop).run(); });
}

}  // namespace lamina
