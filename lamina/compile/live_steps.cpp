#include "lamina/compile/live_steps.h"

#include <algorithm>
#include <unordered_map>

#include "lamina/compile/part_of_cluster.h"
#include "lamina/exec/derived.h"
#include "lamina/exec/estimate.h"
#include "lamina/exec/placement.h"
#include "lamina/exec/program_builder.h"
#include "lamina/op/op.h"
#include "lamina/op/subgraph.h"

namespace lamina {

LAMINA_USE_OP(Output)

LiveSteps::LiveSteps(const Graph& graph) : graph_(&graph) {
  const std::vector<Part> parts = place_parts(graph);
  const std::vector<bool> derived = find_derived(graph);
  const auto n = static_cast<int32_t>(graph.values.size());
  std::vector<bool> has_results(graph.values.size(), false);
  for (const GraphValue& v : graph.values) {
    if (v.op == &ops::op_Output()) has_results[at(v.inputs[0])] = true;
  }
  std::vector<int32_t> buffer_of_whole(graph.values.size(), -1);
  for (int32_t i = 0; i < n; ++i) {
    const GraphValue& v = graph.values[at(i)];
    Step step{i, v.inputs, -1};
    if (v.op && v.op->view && v.op != &ops::op_Output()) {
      step.buffer = steps_[at(v.inputs[0])].buffer;
    } else if (!has_results[at(i)]) {
      const int32_t whole = parts[at(i)].whole < 0 ? i : parts[at(i)].whole;
      int32_t& known = buffer_of_whole[at(whole)];
      if (known < 0) known = new_buffer(static_cast<int64_t>(bytes_of(graph.values[at(whole)].spec)));
      step.buffer = known;
      if (v.leaf != LeafKind::None || derived[at(i)]) buffers_[at(known)].stays = true;
    }
    steps_.push_back(std::move(step));
    order_.push_back(i);
    seconds_.push_back(seconds_of(cost_of(graph, i)));
  }
  result_bytes_.resize(graph.values.size(), 0);
  for (int32_t i = 0; i < n; ++i) {
    const int32_t buffer = steps_[at(i)].buffer;
    if (is_result(i) && parts[at(i)].whole < 0)
      result_bytes_[at(graph.values[at(i)].inputs[0])] += buffers_[at(buffer)].bytes;
  }
  for (int32_t output : graph.outputs) {
    const int32_t buffer = steps_[at(output)].buffer;
    if (buffer >= 0) buffers_[at(buffer)].stays = true;
  }
  find_lives();
}

bool LiveSteps::is_view(int32_t step) const {
  const GraphValue& v = value_of(step);
  return v.op && v.op->view && !is_result(step);
}
bool LiveSteps::is_result(int32_t step) const { return value_of(step).op == &ops::op_Output(); }

bool LiveSteps::is_made_whole(int32_t step) const {
  return runs(step) && steps_[at(step)].buffer < 0 && !value_of(step).cluster;
}

int32_t LiveSteps::repeat(int32_t step, SmallVector<int32_t, 4> inputs, int32_t buffer) {
  steps_.push_back({steps_[at(step)].value, std::move(inputs), buffer, true});
  return static_cast<int32_t>(steps_.size() - 1);
}

int32_t LiveSteps::new_buffer(int64_t bytes) {
  buffers_.emplace_back();
  buffers_.back().bytes = bytes;
  return static_cast<int32_t>(buffers_.size() - 1);
}

void LiveSteps::insert(const std::vector<std::vector<int32_t>>& before) {
  std::vector<int32_t> longer;
  for (size_t p = 0; p < order_.size(); ++p) {
    longer.insert(longer.end(), before[p].begin(), before[p].end());
    longer.push_back(order_[p]);
  }
  std::vector<bool> needed(steps_.size(), false);
  for (int32_t output : graph_->outputs) needed[at(output)] = true;
  order_.clear();
  for (size_t p = longer.size(); p-- > 0;) {
    if (!needed[at(longer[p])] && !is_leaf(longer[p])) continue;
    order_.push_back(longer[p]);
    for (int32_t input : steps_[at(longer[p])].inputs) needed[at(input)] = true;
  }
  std::reverse(order_.begin(), order_.end());
  find_lives();
}

void LiveSteps::find_lives() {
  for (Buffer& b : buffers_) {
    b.accesses.clear();
    b.last_write = -1;
  }
  std::vector<int> position(steps_.size(), -1);
  auto access = [&](int32_t buffer, int p, bool writes) {
    if (buffer < 0) return;
    Buffer& b = buffers_[at(buffer)];
    if (b.accesses.empty() || b.accesses.back() != p) b.accesses.push_back(p);
    if (writes) b.last_write = p;
  };
  for (size_t k = 0; k < order_.size(); ++k) {
    const int32_t step = order_[k];
    const Step& s = steps_[at(step)];
    const int p = static_cast<int>(k);
    position[at(step)] = p;
    if (is_result(step)) access(s.buffer, position[at(s.inputs[0])], true);
    if (!runs(step)) continue;
    for (int32_t input : s.inputs) access(steps_[at(input)].buffer, p, false);
    access(s.buffer, p, true);
  }
  std::vector<int64_t> change(order_.size() + 1, 0);
  // Results that nobody reads have their place while they are written.
  std::vector<int64_t> unread(steps_.size(), 0);
  for (int32_t step : order_) {
    if (is_made_whole(step)) unread[at(step)] = result_bytes_[at(steps_[at(step)].value)];
    const Step& s = steps_[at(step)];
    if (is_result(step)) unread[at(s.inputs[0])] -= buffers_[at(s.buffer)].bytes;
  }
  for (const Buffer& b : buffers_) {
    if (b.stays || b.accesses.empty()) continue;
    change[static_cast<size_t>(b.accesses.front())] += b.bytes;
    change[static_cast<size_t>(b.accesses.back()) + 1] -= b.bytes;
  }
  bytes_at_.assign(order_.size(), 0);
  peak_ = 0;
  int64_t now = 0;
  for (size_t p = 0; p < order_.size(); ++p) {
    now += change[p];
    bytes_at_[p] = now + std::max<int64_t>(unread[at(order_[p])], 0);
    // A loop's result may lie where an operand lay that nobody reads later.
    const GraphValue& v = value_of(order_[p]);
    const int32_t own = steps_[at(order_[p])].buffer;
    if (v.cluster && own >= 0 && buffers_[at(own)].accesses.front() == static_cast<int>(p)) {
      for (int32_t input : steps_[at(order_[p])].inputs) {
        const int32_t buffer = steps_[at(input)].buffer;
        if (buffer < 0) continue;
        const Buffer& b = buffers_[at(buffer)];
        if (b.stays || b.last() != static_cast<int>(p) || b.bytes != buffers_[at(own)].bytes)
          continue;
        bytes_at_[p] -= b.bytes;
        break;
      }
    }
    peak_ = std::max(peak_, bytes_at_[p]);
  }
}

Graph LiveSteps::to_graph(std::vector<bool>& again) const {
  std::vector<std::vector<uint16_t>> results(steps_.size());  // that are read, of repeated loops
  std::vector<bool> first_there(graph_->values.size(), false);
  for (int32_t step : order_) {
    const Step& s = steps_[at(step)];
    if (is_result(step)) results[at(s.inputs[0])].push_back(value_of(step).output);
    if (!s.again) first_there[at(s.value)] = true;
  }
  Graph graph;
  graph.leaf_count = graph_->leaf_count;
  graph.leaf_names = graph_->leaf_names;
  again.clear();
  std::vector<int32_t> number(steps_.size(), -1);
  std::unordered_map<int32_t, std::vector<uint16_t>> parts;  // by step, of loops that are parts
  for (int32_t step : order_) {
    const Step& s = steps_[at(step)];
    if (is_result(step)) {
      auto part = parts.find(s.inputs[0]);
      if (part != parts.end() && part->second.size() == 1) {
        number[at(step)] = number[at(s.inputs[0])];
        continue;
      }
    }
    GraphValue v = copy_value(value_of(step));
    if (is_result(step)) {
      if (auto part = parts.find(s.inputs[0]); part != parts.end()) {
        const auto& kept = part->second;
        v.output = static_cast<uint16_t>(std::find(kept.begin(), kept.end(), v.output) - kept.begin());
      }
    }
    for (size_t k = 0; k < s.inputs.size(); ++k) v.inputs[k] = number[at(s.inputs[k])];
    if (s.again && v.cluster && s.buffer < 0) {
      std::sort(results[at(step)].begin(), results[at(step)].end());
      PartOfCluster part = part_of_cluster(v, results[at(step)]);
      v = std::move(part.value);
      parts[step] = std::move(part.outputs);
    }
    number[at(step)] = static_cast<int32_t>(graph.values.size());
    graph.values.push_back(std::move(v));
    again.push_back(s.again && first_there[at(s.value)]);
  }
  for (int32_t output : graph_->outputs) graph.outputs.push_back(number[at(output)]);
  return graph;
}

}  // namespace lamina
