// Shrinking: as long as the graph stays wrong, outputs go, calls become leaves or are left out, and
// sizes become small.
#include <algorithm>
#include <functional>
#include <set>

#include "lamina/base/error.h"
#include "lamina/op/graph_text.h"
#include "lamina/op/op.h"
#include "tests/cpp/compile/random_graphs_check.h"

namespace lamina {
LAMINA_USE_OP(Output)
}  // namespace lamina

namespace lamina::random_graphs {
namespace {

// What is looked for: the way of running that is wrong, with or without deterministic kernels.
struct Fault {
  std::string way;
  bool deterministic;

  static std::string way_of(const std::string& wrong) { return wrong.substr(0, wrong.find(':')); }
  bool in(const std::string& graph) const {
    const std::string wrong = check_graph(graph, deterministic).wrong;
    return !wrong.empty() && way_of(wrong) == way;
  }
};

// The graph after an edit, with types and shapes worked out anew; empty when a call refuses them.
std::string edited(const std::string& before, const std::function<void(Graph&)>& edit) {
  Graph graph = parse_graph(before);
  edit(graph);
  remove_dead_values(graph);
  for (int32_t output : graph.outputs) {
    if (graph.values[static_cast<size_t>(output)].leaf != LeafKind::None) return "";
  }
  std::vector<std::vector<Spec>> specs(graph.values.size());
  try {
    for (size_t i = 0; i < graph.values.size(); ++i) {
      GraphValue& v = graph.values[i];
      if (v.leaf != LeafKind::None) {
        specs[i] = {v.spec};
        continue;
      }
      if (v.op == &ops::op_Output()) {
        v.spec = specs[static_cast<size_t>(v.inputs[0])].at(v.output);
        specs[i] = {v.spec};
        continue;
      }
      std::vector<const Spec*> inputs;
      for (int32_t input : v.inputs) inputs.push_back(&specs[static_cast<size_t>(input)].at(0));
      specs[i] = op_directory().infer(*v.op, inputs, v.attributes.get());
      if (!v.op->multiple) v.spec = specs[i].at(0);
    }
    return to_text(graph);
  } catch (const std::exception&) {
    return "";
  }
}

// Takes the edit if it makes another graph that is still wrong.
bool take(std::string& graph, const Fault& fault, const std::function<void(Graph&)>& edit) {
  std::string after = edited(graph, edit);
  if (after.empty() || after == graph || !fault.in(after)) return false;
  graph = std::move(after);
  return true;
}

bool drop_outputs(std::string& graph, const Fault& fault) {
  bool any = false;
  for (size_t k = parse_graph(graph).outputs.size(); k-- > 0;) {
    any |= take(graph, fault, [&](Graph& g) {
      if (g.outputs.size() > 1) g.outputs.erase(g.outputs.begin() + static_cast<ptrdiff_t>(k));
    });
  }
  return any;
}

void make_leaf(Graph& g, size_t i) {
  GraphValue leaf;
  leaf.spec = g.values[i].spec;
  leaf.leaf = LeafKind::Data;
  leaf.leaf_index = g.leaf_count++;
  g.leaf_names.resize(static_cast<size_t>(g.leaf_count));
  g.leaf_names.back() = text("x", g.leaf_count);
  g.values[i] = std::move(leaf);
}

void bypass(Graph& g, size_t i, size_t input) {
  const GraphValue& v = g.values[i];
  if (input >= v.inputs.size()) return;
  const int32_t by = v.inputs[input];
  for (size_t k = i + 1; k < g.values.size(); ++k) {
    for (int32_t& used : g.values[k].inputs) used = used == static_cast<int32_t>(i) ? by : used;
  }
  for (int32_t& output : g.outputs) output = output == static_cast<int32_t>(i) ? by : output;
}

bool drop_calls(std::string& graph, const Fault& fault) {
  bool any = false;
  for (size_t i = parse_graph(graph).values.size(); i-- > 0;) {
    auto here = [i](const Graph& g) {
      return i < g.values.size() && g.values[i].op && !g.values[i].op->multiple;
    };
    any |= take(graph, fault, [&](Graph& g) {
      if (here(g)) make_leaf(g, i);
    });
    for (size_t input = 0; input < 3; ++input) {
      any |= take(graph, fault, [&](Graph& g) {
        if (here(g)) bypass(g, i, input);
      });
    }
  }
  return any;
}

// One size everywhere: of leaves, and in attributes that are shapes.
void resize(Graph& g, int64_t from, int64_t to) {
  struct Resize : FieldVisitor {
    int64_t from, to;
    void operator()(const char*, int64_t&) override {}
    void operator()(const char*, bool&) override {}
    void operator()(const char*, DType&) override {}
    void operator()(const char* name, IntList& list) override {
      const bool sizes = std::string_view(name) == "shape" || std::string_view(name) == "stop";
      for (int64_t& size : list) size = sizes && size == from ? to : size;
    }
  } visitor;
  visitor.from = from, visitor.to = to;
  for (GraphValue& v : g.values) {
    if (v.leaf == LeafKind::Data) {
      for (int64_t& size : v.spec.shape) size = size == from ? to : size;
    }
    if (v.attributes) v.attributes->visit(visitor);
  }
}

bool reduce_sizes(std::string& graph, const Fault& fault) {
  std::set<int64_t> sizes;
  for (const GraphValue& v : parse_graph(graph).values) {
    for (int64_t size : v.spec.shape) sizes.insert(size);
  }
  bool any = false;
  for (int64_t size : sizes) {
    for (int64_t smaller : {int64_t{1}, int64_t{2}, size / 2}) {
      if (smaller > 0 && smaller < size &&
          take(graph, fault, [&](Graph& g) { resize(g, size, smaller); })) {
        any = true;
        break;
      }
    }
  }
  return any;
}

}  // namespace

std::string shrunk(std::string graph, bool deterministic) {
  const Fault fault{Fault::way_of(check_graph(graph, deterministic).wrong), deterministic};
  for (bool smaller = true; smaller;) {
    smaller = drop_outputs(graph, fault);
    smaller |= drop_calls(graph, fault);
    smaller |= reduce_sizes(graph, fault);
  }
  return graph;
}

}  // namespace lamina::random_graphs
