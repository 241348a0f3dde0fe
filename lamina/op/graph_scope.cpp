#include "lamina/op/graph_scope.h"

#include <numeric>
#include <unordered_map>

#include "lamina/base/error.h"
#include "lamina/ir/node.h"
#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Add)
LAMINA_USE_OP(Output)
LAMINA_USE_OP(Placeholder)
LAMINA_USE_OP(StopGradient)

namespace {

thread_local constinit GraphScope* innermost_scope = nullptr;

// Copies what depends on the leaves into a graph.
class Tracer {
 public:
  Tracer(const std::unordered_set<const Node*>& inside, const std::vector<Array>& leaves,
         const Array& iteration)
      : inside_(inside) {
    for (const Array& leaf : leaves) {
      specs_.push_back(leaf.node()->spec);
      found_.emplace(leaf.node(), Found{add_leaf(specs_.size() - 1), true});
    }
    if (iteration) iteration_ = found_.at(iteration.node()).value;
  }

  void add_output(const Array& output) {
    visit(output.node());
    graph_.outputs.push_back(value_of(output.node()));
  }

  Traced finish() {
    remove_dead_values(graph_);
    return {std::make_shared<const Subgraph>(std::move(graph_), std::move(specs_)),
            std::move(arrays_)};
  }

 private:
  struct Found {
    int32_t value = -1;
    bool depends = false;
    bool constant = false;  // made of constants of formulas alone, so made where it is used
  };

  bool is_inside(const Node* node) const {
    if (node->op == &ops::op_Output() && node->input_count == 1) node = node->inputs()[0];
    return inside_.contains(node);
  }

  int32_t add_leaf(size_t index) {
    GraphValue v;
    v.spec = specs_[index];
    v.leaf = LeafKind::Data;
    v.leaf_index = static_cast<int>(index);
    graph_.values.push_back(std::move(v));
    return static_cast<int32_t>(graph_.values.size() - 1);
  }

  // An array from outside, or a constant.
  int32_t outside(Node* node) {
    if (auto known = outside_.find(node); known != outside_.end()) return known->second;
    int32_t value;
    if (is_formula_constant(node)) {
      GraphValue v;
      v.spec = node->spec;
      v.leaf = LeafKind::Number;
      v.is_constant = true;
      v.number = node->number;
      graph_.values.push_back(std::move(v));
      value = static_cast<int32_t>(graph_.values.size() - 1);
    } else {
      arrays_.push_back(Array::share(node));
      specs_.push_back(node->spec);
      value = add_leaf(specs_.size() - 1);
    }
    outside_.emplace(node, value);
    return value;
  }

  static bool is_formula_constant(const Node* node) {
    if (!node->has(kNumber) || node->has(kVarying) || !is_floating(node->spec.dtype)) return false;
    const double v = node->number.real;
    return v == 0 || v == 1 || v == -1 || v == 2 || v == 0.5;
  }

  void visit(Node* root) {
    std::vector<std::pair<Node*, size_t>> stack;
    auto enter = [&](Node* node) {
      if (found_.contains(node)) return;
      if (!is_inside(node) || node->input_count == 0) {
        found_.emplace(node, Found{.constant = is_formula_constant(node)});
      } else {
        stack.emplace_back(node, 0);
      }
    };
    enter(root);
    while (!stack.empty()) {
      auto& [node, next] = stack.back();
      if (next < node->inputs().size()) {
        enter(node->inputs()[next++]);
        continue;
      }
      Node* done = node;
      stack.pop_back();
      if (!found_.contains(done)) found_.emplace(done, emit(done));
    }
  }

  Found emit(Node* node) {
    bool depends = node->op->random && iteration_ >= 0, constant = !node->op->random;
    for (Node* input : node->inputs()) {
      depends |= found_.at(input).depends;
      constant &= found_.at(input).constant;
    }
    if (!depends) return {.constant = constant};
    return {append_call(node), true};
  }

  int32_t value_of(Node* node) {
    Found& f = found_.at(node);
    if (f.depends || f.value >= 0) return f.value;
    const bool made_here = f.constant && node->input_count > 0;
    const int32_t value = made_here ? append_call(node) : outside(node);
    return found_.at(node).value = value;
  }

  int32_t append_call(Node* node) {
    GraphValue v;
    v.op = node->op;
    v.attributes = node->attributes;
    v.spec = node->spec;
    v.output = node->output;
    v.origin = node->origin;
    bool wants_gradient = false;
    for (Node* input : node->inputs()) {
      v.inputs.push_back(value_of(input));
      wants_gradient |= found_.at(input).depends && input->has(kRequiresGrad);
    }
    if (node->op->random && iteration_ >= 0) v.inputs[1] = counter(v.inputs[1]);
    const bool cut = wants_gradient && !node->has(kRequiresGrad) && !node->op->no_gradient &&
                     !node->op->multiple && is_floating(node->spec.dtype);
    graph_.values.push_back(std::move(v));
    if (cut) append(ops::op_StopGradient(), {last()}, node->spec);
    return last();
  }

  int32_t last() const { return static_cast<int32_t>(graph_.values.size() - 1); }

  void append(const Op& op, std::initializer_list<int32_t> inputs, const Spec& spec) {
    GraphValue v;
    v.op = &op;
    v.inputs = inputs;
    v.spec = spec;
    graph_.values.push_back(std::move(v));
  }

  // A draw's counter in each iteration.
  int32_t counter(int32_t first) {
    append(ops::op_Add(), {first, iteration_}, graph_.values[static_cast<size_t>(first)].spec);
    return last();
  }

  const std::unordered_set<const Node*>& inside_;
  Graph graph_;
  std::vector<Spec> specs_;
  std::vector<Array> arrays_;
  std::unordered_map<const Node*, Found> found_;
  std::unordered_map<const Node*, int32_t> outside_;
  int32_t iteration_ = -1;
};

}  // namespace

GraphScope::GraphScope(std::string_view what, std::string_view where)
    : scope_(std::make_shared<PlaceholderAttributes::Scope>()),
      created_before_(recording().created),
      outer_(innermost_scope),
      symbolic_before_(recording().symbolic),
      gradients_before_(recording().gradients) {
  scope_->what = what, scope_->where = where;
  recording().created = &created_;
  recording().symbolic = true;
  recording().gradients = true;
  ++recording().uncut;
  innermost_scope = this;
}

GraphScope::~GraphScope() {
  scope_->open = false;
  innermost_scope = outer_;
  --recording().uncut;
  recording().gradients = gradients_before_;
  recording().symbolic = symbolic_before_;
  recording().created = created_before_;
  if (created_before_) {
    created_before_->insert(created_before_->end(), created_.begin(), created_.end());
  }
}

const GraphScope* GraphScope::innermost() { return innermost_scope; }

Array GraphScope::outer_iteration() {
  for (const GraphScope* s = innermost_scope; s; s = s->outer_) {
    if (s->iteration_) return s->iteration_;
  }
  return {};
}

Array GraphScope::placeholder(const Spec& spec) {
  Node* node = new_node();
  node->op = &ops::op_Placeholder();
  node->attributes = make_attributes(PlaceholderAttributes{scope_});
  node->spec = spec;
  if (is_floating(spec.dtype)) node->flags.store(kRequiresGrad | kTapeRoot);
  created_.push_back(node);
  return Array::adopt(node);
}

Traced GraphScope::trace(const std::vector<Array>& outputs, const std::vector<Array>& leaves,
                         const Array& iteration) const {
  const std::unordered_set<const Node*> inside = recorded();
  Tracer tracer(inside, leaves, iteration);
  for (const Array& output : outputs) tracer.add_output(output);
  return tracer.finish();
}

Joined join(std::vector<Traced> functions) {
  Joined joined;
  const size_t leaves = functions[0].graph->input_count() - functions[0].outside.size();
  const std::vector<Spec>& first = functions[0].graph->inputs();
  std::vector<Spec> specs(first.begin(), first.begin() + static_cast<ptrdiff_t>(leaves));
  std::vector<std::vector<size_t>> places;
  for (Traced& f : functions) {
    std::vector<size_t> own(leaves);
    std::iota(own.begin(), own.end(), size_t{0});
    for (Array& array : f.outside) {
      own.push_back(specs.size());
      specs.push_back(array.node()->spec);
      joined.outside.push_back(std::move(array));
    }
    places.push_back(std::move(own));
  }
  for (size_t n = 0; n < functions.size(); ++n) {
    joined.graphs.push_back(with_inputs(*functions[n].graph, places[n], specs));
  }
  return joined;
}

void raise_placeholder(const Node* placeholder) {
  const auto& scope = *placeholder->attributes->as<PlaceholderAttributes>().scope;
  const std::string at = scope.where.empty() ? "" : text(" at ", scope.where);
  if (!scope.open) {
    throw StateError(text(scope.what, at, ": a value of its function was kept and used afterwards"))
        .detail("value", text(placeholder->spec))
        .help("return it from the function: it comes back with the results");
  }
  throw StateError(text(scope.what, at, ": its function asks for the value of an array"))
      .detail("value", text(placeholder->spec))
      .help("the function is recorded once, for all values: use where, cond or another op instead "
            "of if, float() and printing");
}

}  // namespace lamina
