// The gradient of a scan: a scan in the other direction. Its body is the gradient of the body,
// which needs values of the forward steps; they are further outputs of the same loop. (The forward
// scan is recorded again with these outputs; the compiler makes one loop of the two.) What can be had
// from inputs of the loop, or as a view of what is kept, is computed again instead.
#include <algorithm>
#include <numeric>
#include <unordered_map>
#include <unordered_set>

#include "lamina/autograd/vjp.h"
#include "lamina/base/error.h"
#include "lamina/ir/node.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/op.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/loops.h"

namespace lamina {

LAMINA_USE_OP(Output)

namespace {

// Which values of the forward body the backward body needs. The inputs of the forward body from
// `first_constant` on are the same in every step.
class Residuals {
 public:
  Residuals(const std::unordered_set<const Node*>& forward, const std::vector<Array>& inputs,
            size_t first_constant)
      : forward_(forward) {
    for (size_t i = 0; i < inputs.size(); ++i) {
      inputs_.insert(inputs[i].node());
      if (i >= first_constant) constant_[inputs[i].node()] = true;
    }
  }

  void add(const Array& result) {
    std::vector<Node*> stack{result.node()};
    while (!stack.empty()) {
      Node* node = stack.back();
      stack.pop_back();
      if (!seen_.insert(node).second) continue;
      if (inputs_.contains(node)) {
        used_inputs_.insert(node);
      } else if (is_forward(node) && !again(node)) {
        kept_.push_back(Array::share(node));
      } else {
        for (Node* input : node->inputs()) stack.push_back(input);
      }
    }
  }

  bool uses(const Array& input) const { return used_inputs_.contains(input.node()); }
  const std::vector<Array>& kept() const { return kept_; }

 private:
  bool is_forward(const Node* node) const {
    if (node->op == &ops::op_Output() && node->input_count == 1) node = node->inputs()[0];
    return forward_.contains(node);
  }

  // Whether the backward body computes the value itself.
  bool again(Node* node) { return node->op->view || is_constant(node); }

  bool is_constant(Node* root) {
    std::vector<std::pair<Node*, size_t>> stack{{root, 0}};
    while (!stack.empty()) {
      auto& [node, next] = stack.back();
      if (constant_.contains(node)) {
        stack.pop_back();
        continue;
      }
      if (inputs_.contains(node)) {
        constant_[node] = false;
      } else if (!is_forward(node)) {
        constant_[node] = true;
      } else if (next < node->inputs().size()) {
        stack.emplace_back(node->inputs()[next++], 0);
        continue;
      } else {
        bool all = !node->op->random;
        for (Node* input : node->inputs()) all = all && constant_.at(input);
        constant_[node] = all;
      }
      stack.pop_back();
    }
    return constant_.at(root);
  }

  const std::unordered_set<const Node*>& forward_;
  std::unordered_set<const Node*> inputs_, used_inputs_, seen_;
  std::unordered_map<const Node*, bool> constant_;
  std::vector<Array> kept_;
};

class ScanGradient {
 public:
  explicit ScanGradient(Context& c)
      : c_(c),
        scan_(c.attributes<ScanAttributes>()),
        carries_(static_cast<size_t>(scan_.carries)),
        outside_(carries_ + static_cast<size_t>(scan_.sequences)) {}

  void run() {
    trace();
    record();
  }

 private:
  const Subgraph& body() const { return *scan_.body; }

  // Records the body and its gradient on placeholders, and cuts them into the two loops' bodies.
  void trace() {
    GraphScope scope("the gradient of scan", "");
    std::vector<Array> values, targets;
    for (size_t i = 0; i < body().input_count(); ++i) {
      values.push_back(scope.placeholder(body().input(i)));
      const bool wanted = i < carries_ || c_.wants(static_cast<int>(i));
      if (!wanted || !is_floating(body().input(i).dtype)) continue;
      targets.push_back(values[i]), targets_.push_back(i);
    }
    const std::vector<Array> results = replay(body(), values);
    std::unordered_set<const Node*> forward = scope.recorded();
    std::vector<Array> ends, cotangents;
    for (size_t k = 0; k < results.size(); ++k) {
      if (!is_floating(body().output(k).dtype)) continue;
      if (k >= carries_ && !c_.has_cotangent(static_cast<int>(k))) continue;
      ends.push_back(results[k]), ends_.push_back(k);
      cotangents.push_back(scope.placeholder(body().output(k)));
    }
    std::vector<Array> outputs = vjp(ends, cotangents, targets, true);

    // Cotangents of what is the same in every step add up, in carries of the backward loop. They
    // stand behind those of the carries, before those of the sequences.
    std::vector<Array> sums;
    for (size_t n = 0; n < targets.size(); ++n) {
      if (targets_[n] < outside_) continue;
      sums.push_back(scope.placeholder(body().input(targets_[n])));
      outputs[n] = sums.back() + outputs[n];
    }
    auto is_sequence = [&](size_t i) { return i >= carries_ && i < outside_; };
    std::vector<size_t> order(targets.size());
    std::iota(order.begin(), order.end(), size_t{0});
    std::stable_partition(order.begin(), order.end(),
                          [&](size_t n) { return !is_sequence(targets_[n]); });
    std::vector<Array> ordered;
    for (size_t n : order) ordered.push_back(outputs[n]), gives_.push_back(targets_[n]);

    Residuals residuals(forward, values, outside_);
    for (const Array& y : ordered) residuals.add(y);
    std::vector<Array> kept, leaves;
    for (size_t i = 0; i < carries_; ++i) {
      if (residuals.uses(values[i])) kept.push_back(values[i]);
    }
    kept.insert(kept.end(), residuals.kept().begin(), residuals.kept().end());
    forward_ = scan_;
    if (!kept.empty()) {
      std::vector<Array> all = results;
      all.insert(all.end(), kept.begin(), kept.end());
      forward_.body = scope.trace(all, values).graph;
    }

    auto add = [&](const Array& leaf, Source source) {
      leaves.push_back(leaf), sources_.push_back(std::move(source));
    };
    auto add_cotangents = [&](bool of_carries) {
      for (size_t n = 0; n < ends.size(); ++n) {
        if ((ends_[n] < carries_) == of_carries) add(cotangents[n], {Source::Cotangent, ends_[n]});
      }
    };
    add_cotangents(true);
    for (const Array& sum : sums) add(sum, {Source::Zeros, 0, sum.node()->spec});
    backward_.carries = static_cast<int64_t>(leaves.size());
    add_cotangents(false);
    for (size_t i = carries_; i < outside_; ++i) {
      if (residuals.uses(values[i])) add(values[i], {Source::Input, i});
    }
    for (size_t n = 0; n < kept.size(); ++n) add(kept[n], {Source::Kept, results.size() + n});
    backward_.sequences = static_cast<int64_t>(leaves.size()) - backward_.carries;
    for (size_t i = outside_; i < values.size(); ++i) {
      if (residuals.uses(values[i])) add(values[i], {Source::Input, i});
    }
    Traced traced = scope.trace(ordered, leaves);
    backward_.body = traced.graph;
    backward_.length = scan_.length;
    backward_.reverse = !scan_.reverse;
    further_ = std::move(traced.outside);
  }

  void record() {
    std::vector<Array> longer;
    if (forward_.body != scan_.body) {
      std::vector<Array> inputs;
      for (int i = 0; i < c_.input_count(); ++i) inputs.push_back(c_.input(i));
      longer = record_scan(forward_, std::move(inputs));
    }
    std::vector<Array> inputs;
    for (const Source& source : sources_) {
      switch (source.kind) {
        case Source::Cotangent:
          inputs.push_back(c_.cotangent(static_cast<int>(source.number)));
          break;
        case Source::Zeros:
          inputs.push_back(zeros(IntList(source.spec.shape.begin(), source.spec.shape.end()),
                                 source.spec.dtype));
          break;
        case Source::Input:
          inputs.push_back(c_.input(static_cast<int>(source.number)));
          break;
        case Source::Kept:
          inputs.push_back(longer[source.number]);
          break;
      }
    }
    longer.clear();
    for (Array& array : further_) inputs.push_back(std::move(array));
    std::vector<Array> cotangents = record_scan(std::move(backward_), std::move(inputs));
    for (size_t n = 0; n < gives_.size(); ++n) {
      c_.give(static_cast<int>(gives_[n]), std::move(cotangents[n]));
    }
  }

  // What an input of the backward scan is.
  struct Source {
    enum Kind { Cotangent, Zeros, Input, Kept } kind;
    size_t number = 0;
    Spec spec = {};
  };

  Context& c_;
  const ScanAttributes& scan_;
  size_t carries_, outside_;             // inputs before outside_ are carries and sequences
  std::vector<size_t> targets_, ends_;   // inputs and outputs with cotangents
  std::vector<size_t> gives_;            // which input each output of the backward scan is for
  std::vector<Source> sources_;
  std::vector<Array> further_;
  ScanAttributes forward_, backward_;
};

}  // namespace

void scan_gradient(Context& c) { ScanGradient(c).run(); }

}  // namespace lamina
