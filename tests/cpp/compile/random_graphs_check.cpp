#include "tests/cpp/compile/random_graphs_check.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "lamina/base/error.h"
#include "lamina/exec/cache.h"
#include "lamina/exec/capture.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/profile.h"
#include "lamina/op/graph_text.h"
#include "lamina/op/op.h"
#include "tests/cpp/compile/random_graphs_problem.h"
#include "tests/cpp/compile/random_graphs_reference.h"

namespace lamina {
LAMINA_USE_OP(Output)
}  // namespace lamina

namespace lamina::random_graphs {
namespace {

using check::Block;

constexpr double kUlp = 0x1p-23;
constexpr double kWorstCondition = 1e-3;  // of the largest value: beyond, rounding hides everything

std::vector<Array> arrays_of(const Graph& graph, const std::vector<Block>& leaves) {
  std::vector<Array> arrays(leaves.size());
  for (const GraphValue& v : graph.values) {
    if (v.leaf != LeafKind::Data) continue;
    arrays[static_cast<size_t>(v.leaf_index)] = leaves[static_cast<size_t>(v.leaf_index)].array();
  }
  return arrays;
}

std::vector<Block> blocks_of(const std::vector<Array>& arrays) {
  eval(arrays);
  std::vector<Block> blocks;
  for (const Array& array : arrays) blocks.emplace_back(array);
  return blocks;
}

// Nobody else holds the leaves when the program runs: it may write its results over them.
std::vector<Block> run_whole(const Graph& graph, const std::vector<Block>& leaves) {
  std::vector<Array> arrays = arrays_of(graph, leaves);
  std::vector<Array> outputs = replay(graph, arrays);
  arrays.clear();
  return blocks_of(outputs);
}

// Weights as a module holds them: the compiler keeps what is made of them alone from run to run.
std::vector<std::vector<Block>> run_with_parameters(const Graph& graph,
                                                    const std::vector<Block>& leaves) {
  std::vector<Array> arrays = arrays_of(graph, leaves);
  std::vector<Parameter> parameters;
  for (size_t k = 0; k < arrays.size(); ++k) {
    if (!arrays[k] || !graph.leaf_names[k].starts_with("w")) continue;
    parameters.emplace_back(arrays[k], /*trainable=*/false);
    arrays[k] = parameters.back();
  }
  std::vector<std::vector<Block>> runs;
  for (int run = 0; run < 3; ++run) runs.push_back(blocks_of(replay(graph, arrays)));
  return runs;
}

// What LAMINA_EAGER=1 does: each call is evaluated as soon as it is recorded.
std::vector<Block> run_eagerly(const Graph& graph, const std::vector<Block>& leaves) {
  const std::vector<Array> arrays = arrays_of(graph, leaves);
  std::vector<std::vector<Array>> values(graph.values.size());
  for (size_t i = 0; i < graph.values.size(); ++i) {
    const GraphValue& v = graph.values[i];
    if (v.leaf == LeafKind::Data) {
      values[i] = {arrays[static_cast<size_t>(v.leaf_index)]};
    } else if (v.leaf == LeafKind::Number) {
      values[i] = {is_floating(v.spec.dtype) ? make_number(v.number.real, v.spec.dtype, false)
                                             : make_number(v.number.integer, v.spec.dtype, false)};
    } else if (v.op == &ops::op_Output()) {
      values[i] = {values[static_cast<size_t>(v.inputs[0])].at(v.output)};
    } else {
      std::vector<Array> inputs;
      for (int32_t input : v.inputs) inputs.push_back(values[static_cast<size_t>(input)].at(0));
      values[i] = v.op->multiple ? record_multiple(*v.op, inputs, v.attributes)
                                 : std::vector<Array>{record(*v.op, inputs, v.attributes)};
      eval(values[i]);
    }
  }
  std::vector<Array> outputs;
  for (int32_t output : graph.outputs) outputs.push_back(values[static_cast<size_t>(output)][0]);
  return blocks_of(outputs);
}

double distance(const Block& got, const Block& expected) {
  if (!(got.shape() == expected.shape())) return INFINITY;
  double largest = 0;
  for (int64_t i = 0; i < got.elements(); ++i) {
    const bool real = is_floating(expected.dtype());
    const double off =
        real ? std::abs(got.values().real(i) - expected.values().real(i))
             : static_cast<double>(got.values().integer(i) != expected.values().integer(i));
    if (std::isnan(off)) return INFINITY;
    largest = std::max(largest, off);
  }
  return largest;
}

struct Way {
  const char* name;
  std::vector<Block> outputs;
};

bool same_bits(const Block& a, const Block& b) {
  const size_t bytes = static_cast<size_t>(a.elements()) * size_of(a.dtype());
  return a.shape() == b.shape() && std::memcmp(a.data(), b.data(), bytes) == 0;
}

Outcome compare(const Graph& graph, const std::vector<Block>& leaves) {
  const Exact expected = exact(graph, leaves);
  if (!expected.doubt.empty()) return {"", expected.doubt};
  const Exact rounded = exact(graph, leaves, kUlp);
  if (!rounded.doubt.empty()) return {"", rounded.doubt};
  const double scale = std::max(expected.largest, 1e-3);
  std::vector<double> own;  // what rounding does to each output
  for (size_t k = 0; k < expected.outputs.size(); ++k) {
    own.push_back(distance(rounded.outputs[k], expected.outputs[k]));
    if (own[k] > kWorstCondition * scale) return {"", "ill-conditioned"};
  }
  program_cache().clear();
  Way ways[] = {{"node by node", {}},
                {"compiled", {}},
                {"eager", {}},
                {"compiled for parameters", {}},
                {"compiled for parameters, again", {}}};
  ways[0].outputs = run_whole(graph, leaves);
  const int64_t compiled = execution_counters().compiled;
  ways[1].outputs = run_whole(graph, leaves);
  if (execution_counters().compiled == compiled) return {"compiled: it was not", ""};
  ways[2].outputs = run_eagerly(graph, leaves);
  auto runs = run_with_parameters(graph, leaves);
  ways[3].outputs = std::move(runs[1]), ways[4].outputs = std::move(runs[2]);
  for (const Way& way : ways) {
    for (size_t k = 0; k < own.size(); ++k) {
      // Node by node: within what rounding does. Then that is the measure of the others.
      const bool first = &way == ways;
      const double error = distance(way.outputs[k], expected.outputs[k]);
      const double bound = first ? 16 * own[k] + 64 * kUlp * scale : 4 * own[k] + 8 * kUlp * scale;
      if (!(error <= bound)) {
        return {text(way.name, ": output ", k, " (", graph.values[graph.outputs[k]].spec,
                     ") is off by ", error, ", allowed is ", bound, " (largest value ", scale, ")"),
                ""};
      }
      if (is_deterministic() && !same_bits(way.outputs[k], ways[0].outputs[k])) {
        return {text(way.name, ": output ", k, " (", graph.values[graph.outputs[k]].spec,
                     ") has other bits than node by node"),
                ""};
      }
      if (first) own[k] = std::max(own[k], error);
    }
  }
  return {};
}

}  // namespace

Outcome check_graph(const std::string& text_form, bool deterministic) {
  const Graph graph = parse_graph(text_form);
  const std::vector<Block> leaves = draw_leaves(graph);
  struct Setting {
    explicit Setting(bool on) { set_deterministic(on); }
    ~Setting() { set_deterministic(false); }
  } setting(deterministic);
  try {
    return compare(graph, leaves);
  } catch (const std::exception& e) {
    return {text("throws: ", e.what()), ""};
  }
}

}  // namespace lamina::random_graphs
