#include "lamina/autograd/vjp.h"

#include <algorithm>
#include <optional>
#include <unordered_map>

#include "lamina/base/error.h"
#include "lamina/exec/early_reads.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ir/tapes.h"
#include "lamina/op/op.h"
#include "lamina/op/precision.h"
#include "lamina/op/recording.h"

namespace lamina {

LAMINA_USE_OP(Identity)
LAMINA_USE_OP(Output)
Array zeros_like(const Array& x, std::optional<DType> dtype = std::nullopt);
Array ones_like(const Array& x, std::optional<DType> dtype = std::nullopt);

namespace {

// The nodes on living tapes under the outputs, inputs before users, each held by a handle while
// gradients are recorded.
class Tape {
 public:
  // `recompute`: values on the tape that have been read go back to pending, so that the step has
  // the same structure, and the same bits, whether or not somebody looked at its loss first.
  Tape(const std::vector<Array>& outputs, const char* what, bool recompute) {
    std::lock_guard lock(graph_mutex());
    struct Frame {
      Node* node;
      size_t next;
    };
    std::vector<Frame> stack;
    auto visit = [&](Node* node) {
      if (node->has(kStale)) {
        throw StaleTape(text(what, ": the tape of this value has ended"))
            .detail("value",
                    text(node->op ? node->op->name : "a parameter's old value", " ", node->spec))
            .help(
                "it ends with backward(), with optimizer.step() and with its last handle; compute "
                "the value "
                "again, or keep the tape with retain_graph");
      }
      if (!node->has(kRequiresGrad) || !positions_.emplace(node, -1).second) return;
      stack.push_back({node, 0});
    };
    for (const Array& output : outputs) {
      visit(output.node());
      while (!stack.empty()) {
        Frame& frame = stack.back();
        auto inputs = frame.node->inputs();
        if (frame.next < inputs.size()) {
          visit(inputs[frame.next++]);
          continue;
        }
        if (recompute && !inputs.empty() && frame.node->is_ready()) {
          frame.node->value = NodeValue{};
          frame.node->state.store(NodeState::Pending, std::memory_order_release);
        }
        positions_[frame.node] = static_cast<int>(nodes_.size());
        nodes_.push_back(Array::share(frame.node));
        stack.pop_back();
      }
    }
  }

  const std::vector<Array>& nodes() const { return nodes_; }
  int position(Node* node) const {
    auto found = positions_.find(node);
    return found == positions_.end() ? -1 : found->second;
  }

  // Backward through these values is over: once computed they are plain leaves.
  void end() {
    std::vector<Node*> nodes, released;
    for (const Array& array : nodes_) {
      if (array.node()->input_count != 0)
        nodes.push_back(array.node());  // not the variables themselves
    }
    {
      std::lock_guard lock(graph_mutex());
      end_tape(nodes, released);
    }
    for (Node* node : released) release_edge(node);
  }

 private:
  std::unordered_map<Node*, int> positions_;
  std::vector<Array> nodes_;
};

// Walks the tape backwards and records the cotangents of every node on it.
class Backward {
 public:
  explicit Backward(const Tape& tape) : tape_(tape), cotangents_(tape.nodes().size()) {}

  void seed(const Array& output, Array cotangent) { add(output.node(), std::move(cotangent)); }

  // Gradients do not flow on through these.
  void stop_at(const std::vector<Node*>& ends) {
    for (Node* end : ends) {
      if (int p = tape_.position(end); p >= 0) ends_.push_back(p);
    }
    std::sort(ends_.begin(), ends_.end());
  }

  void run(const std::vector<Node*>& targets) {
    // A node matters if a target lies under it.
    matters_.assign(tape_.nodes().size(), targets.empty());
    for (Node* t : targets) {
      if (int p = tape_.position(t); p >= 0) matters_[p] = true;
    }
    if (!targets.empty()) {
      for (size_t i = 0; i < tape_.nodes().size(); ++i) {
        for (Node* input : tape_.nodes()[i].node()->inputs()) {
          int p = tape_.position(input);
          if (p >= 0 && matters_[p]) matters_[i] = true;
        }
      }
    }
    for (size_t i = tape_.nodes().size(); i-- > 0;) {
      const bool end = std::binary_search(ends_.begin(), ends_.end(), static_cast<int>(i));
      if (matters_[i] && !end) step(i);
    }
  }

  Array take(Node* node) {
    int p = tape_.position(node);
    return p < 0 ? Array() : cotangents_[p].empty() ? Array() : std::move(cotangents_[p][0]);
  }
  const Array* peek(Node* node) {
    int p = tape_.position(node);
    return p < 0 || cotangents_[p].empty() || !cotangents_[p][0] ? nullptr : &cotangents_[p][0];
  }

 private:
  void add(Node* node, Array cotangent, size_t output = 0) {
    int p = tape_.position(node);
    if (p < 0) return;
    auto& slots = cotangents_[p];
    if (slots.size() <= output) slots.resize(output + 1);
    slots[output] =
        slots[output] ? std::move(slots[output]) + std::move(cotangent) : std::move(cotangent);
  }

  void step(size_t i) {
    const Array& array = tape_.nodes()[i];
    Node* node = array.node();
    auto& slots = cotangents_[i];
    bool any = false;
    for (const Array& slot : slots) any |= static_cast<bool>(slot);
    if (!any || node->input_count == 0 || !node->op) return;
    if (node->op == &ops::op_Output()) {
      add(node->inputs()[0], slots[0], node->output);
      return;
    }
    std::vector<Array> inputs, outputs;
    std::vector<bool> wanted;
    bool wants_any = false;
    for (Node* input : node->inputs()) {
      int p = tape_.position(input);
      inputs.push_back(Array::share(input));
      wanted.push_back(p >= 0 && matters_[p]);
      wants_any |= wanted.back();
    }
    if (!wants_any) return;
    if (node->op->multiple) {
      outputs = outputs_of(array, inputs);
      slots.resize(outputs.size());
    } else {
      outputs.push_back(array);
    }
    OriginScopeOf origin(node->origin);
    Context context(*node->op, std::move(inputs), node->attributes);
    context.set_gradient(std::move(outputs), slots, wanted);
    if (node->op->gradient) {
      node->op->gradient(context);
    } else {
      through_decomposition(*node->op, context, wanted);
    }
    for (int k = 0; k < context.input_count(); ++k) {
      if (!wanted[k]) continue;
      if (Array given = context.take_given(k)) add(context.input(k).node(), std::move(given));
    }
  }

  struct OriginScopeOf {
    explicit OriginScopeOf(const char* origin) : before(recording().origin) {
      recording().origin = origin;
    }
    ~OriginScopeOf() { recording().origin = before; }
    const char* before;
  };

  // The tape's "output" nodes, by the node whose outputs they are: found once for all of them.
  const std::unordered_multimap<const Node*, Array>& taken_outputs() {
    if (taken_outputs_) return *taken_outputs_;
    taken_outputs_.emplace();
    for (const Array& array : tape_.nodes()) {
      const Node* n = array.node();
      if (n->op == &ops::op_Output() && n->input_count == 1)
        taken_outputs_->emplace(n->inputs()[0], array);
    }
    return *taken_outputs_;
  }

  // All outputs of a multiple-output node, as handles on its "output" nodes; those that nobody took
  // are made.
  std::vector<Array> outputs_of(const Array& whole, const std::vector<Array>& inputs) {
    Node* node = whole.node();
    SmallVector<const Spec*, 8> specs;
    for (const Array& a : inputs) specs.push_back(&a.node()->spec);
    Inference inference(*node->op, specs, node->attributes.get());
    node->op->infer(inference);
    std::vector<Array> outputs(inference.outputs.size());
    const auto [first, last] = taken_outputs().equal_range(node);
    for (auto it = first; it != last; ++it) outputs[it->second.node()->output] = it->second;
    for (size_t k = 0; k < outputs.size(); ++k) {
      if (outputs[k]) continue;
      Node* fresh = new_node();
      fresh->op = &ops::op_Output();
      fresh->spec = inference.outputs[k];
      fresh->output = static_cast<uint16_t>(k);
      if (recording().gradients && is_floating(fresh->spec.dtype)) {  // gradients of second order
        fresh->flags.store(node->flags.load(std::memory_order_relaxed) & kRequiresGrad);
      }
      *fresh->make_inputs(1) = edge_from_handle(Array(whole));
      outputs[k] = Array::adopt(fresh);
    }
    return outputs;
  }

  // A composite without a gradient of its own: the gradient of what it decomposes into.
  void through_decomposition(const Op& op, Context& context, const std::vector<bool>& wanted) {
    LAMINA_ASSERT(op.decompose);
    // Where what is recorded here may be differentiated again, its tape goes on into the inputs.
    const bool again = recording().gradients;
    std::vector<Array> aliases, targets;
    {
      WithGrad with_grad;
      for (int k = 0; k < context.input_count(); ++k) {
        Array alias = context.input(k);
        if (wanted[k]) {
          alias = record(ops::op_Identity(), {}, again ? alias : stop_gradient(alias));
          alias.node()->flags.store(kRequiresGrad | kTapeRoot, std::memory_order_relaxed);
          targets.push_back(alias);
        }
        aliases.push_back(std::move(alias));
      }
      Context inner(op, aliases, context.attributes_ref());
      std::vector<Array> outputs = op.decompose(inner), cotangents;
      for (size_t k = 0; k < outputs.size(); ++k)
        cotangents.push_back(context.cotangent(static_cast<int>(k)));
      std::vector<Array> results = vjp(outputs, cotangents, targets);
      size_t next = 0;
      for (int k = 0; k < context.input_count(); ++k) {
        if (wanted[k]) context.give(k, results[next++]);
      }
      const int ended = again ? kTapeRoot : kTapeRoot | kRequiresGrad;
      for (Array& target : targets) {
        target.node()->flags.fetch_and(static_cast<uint8_t>(~ended));  // kListed may be set
      }
    }
  }

  const Tape& tape_;
  std::optional<std::unordered_multimap<const Node*, Array>> taken_outputs_;
  std::vector<std::vector<Array>> cotangents_;
  std::vector<bool> matters_;
  std::vector<int> ends_;
};

void check_scalar(const Array& loss, const char* what) {
  if (!loss) throw StateError(text(what, ": the loss is an empty Array"));
  if (loss.size() != 1) {
    throw ShapeError(text(what, ": expected a loss of one element, got ", describe(loss)))
        .help("reduce it first, with mean or sum");
  }
}

void check_path(const Array& loss, const char* what) {
  Node* node = loss.node();
  if (node->has(kStale)) return;  // the tape says more
  if (node->has(kRequiresGrad)) return;
  throw GradientError(text(what, ": this value does not depend on anything trainable"))
      .detail("value", text(node->op ? node->op->name : "a leaf", " ", node->spec))
      .help(
          "it may have been computed inside no_grad, through stop_gradient or an op without a "
          "gradient "
          "(argmax, comparisons), or no parameter took part");
}

}  // namespace

namespace {

void check_cotangents(const std::vector<Array>& outputs, const std::vector<Array>& cotangents,
                      const std::vector<Array>& inputs) {
  if (outputs.size() != cotangents.size()) {
    throw ValueError(text("vjp: expected a cotangent for each of ", outputs.size(),
                          " outputs, got ", cotangents.size()));
  }
  for (size_t k = 0; k < outputs.size(); ++k) {
    if (!outputs[k] || !cotangents[k]) {
      throw StateError(text("vjp: output or cotangent ", k, " is an empty Array"));
    }
    if (!(outputs[k].shape() == cotangents[k].shape())) {
      throw ShapeError(text("vjp: cotangent ", k, " is ", describe(cotangents[k]),
                            ", its output ", describe(outputs[k])));
    }
  }
  for (size_t k = 0; k < inputs.size(); ++k) {
    if (!inputs[k]) throw StateError(text("vjp: input ", k, " is an empty Array"));
  }
}

}  // namespace

std::vector<Array> vjp(const std::vector<Array>& outputs, const std::vector<Array>& cotangents,
                       const std::vector<Array>& inputs, bool independent) {
  check_cotangents(outputs, cotangents, inputs);
  Uncut uncut;
  const Precision full(float32);
  Tape tape(outputs, "vjp", false);
  Backward backward(tape);
  for (size_t k = 0; k < outputs.size(); ++k) backward.seed(outputs[k], cotangents[k]);
  std::vector<Node*> targets;
  for (const Array& input : inputs) targets.push_back(input.node());
  if (independent) backward.stop_at(targets);
  backward.run(targets);
  std::vector<Array> results;
  for (const Array& input : inputs) {
    const Array* found = backward.peek(input.node());
    results.push_back(found ? *found : zeros_like(input));
  }
  return results;
}

std::vector<Array> gradients(const Array& loss, const std::vector<Array>& arrays) {
  check_scalar(loss, "gradients");
  return vjp({loss}, {ones_like(loss)}, arrays);
}

std::vector<VariableGradient> variable_gradients(const Array& loss, bool retain_graph) {
  check_scalar(loss, "backward");
  check_path(loss, "backward");
  Uncut uncut;
  const Precision full(float32);
  NoGrad no_grad;
  note_backward(loss);
  Tape tape({loss}, "backward", !retain_graph);
  Backward backward(tape);
  backward.seed(loss, ones_like(loss));
  backward.run({});
  std::vector<VariableGradient> results;
  for (const Array& array : tape.nodes()) {
    Node* node = array.node();
    if (!node->variable || !node->variable->trainable()) continue;
    if (Array gradient = backward.take(node)) {
      results.push_back({Ref<Variable>(node->variable), std::move(gradient)});
    }
  }
  if (!retain_graph) tape.end();
  return results;
}

void Array::backward(bool retain_graph) const {
  for (VariableGradient& g : variable_gradients(*this, retain_graph))
    g.variable->add_grad(std::move(g.gradient));
  remember_loss(*this);
}

}  // namespace lamina
