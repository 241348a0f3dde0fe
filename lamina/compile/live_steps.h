// A graph as steps in an order, some of which may be made again, and the memory that lives between
// them: the model with which compile/fit_memory.cpp plans. It knows views, parts of concatenations and
// results in place; what kernels take for themselves it does not know.
#pragma once

#include <vector>

#include "lamina/ir/graph.h"

namespace lamina {

struct Step {
  int32_t value;                   // of the graph, which it computes
  SmallVector<int32_t, 4> inputs;  // other steps
  int32_t buffer;                  // where it lies; -1: several results, each in a buffer of its own
  bool again = false;
};

class LiveSteps {
 public:
  explicit LiveSteps(const Graph& graph);  // which must stay

  struct Buffer {
    int64_t bytes = 0;           // of memory between instructions
    bool stays = false;          // leaves, outputs, what is derived: lives in any case
    int last_write = -1;         // positions in the order
    std::vector<int> accesses;   // .. ascending
    int last() const { return accesses.empty() ? -1 : accesses.back(); }
  };

  const std::vector<Step>& steps() const { return steps_; }
  const std::vector<int32_t>& order() const { return order_; }
  const std::vector<Buffer>& buffers() const { return buffers_; }
  const std::vector<int64_t>& bytes_at() const { return bytes_at_; }  // by position
  int64_t peak() const { return peak_; }
  double seconds(int32_t step) const { return seconds_[at(steps_[at(step)].value)]; }

  bool is_leaf(int32_t step) const { return value_of(step).leaf != LeafKind::None; }
  bool is_view(int32_t step) const;
  bool is_result(int32_t step) const;  // one of several of its input
  // Whether it computes several results, all of them each time; of a cluster one can have a part.
  bool is_made_whole(int32_t step) const;
  // Whether it is an instruction: it reads and writes memory when its turn comes.
  bool runs(int32_t step) const { return !is_leaf(step) && !is_view(step) && !is_result(step); }

  // A step that computes the same again, from these inputs; it is in no order yet.
  int32_t repeat(int32_t step, SmallVector<int32_t, 4> inputs, int32_t buffer);
  int32_t new_buffer(int64_t bytes);
  void replace_input(int32_t step, size_t k, int32_t by) { steps_[at(step)].inputs[k] = by; }

  // `before[p]` comes in front of what stands at position p. Then dead steps go, and lives are found.
  void insert(const std::vector<std::vector<int32_t>>& before);

  // What it has become; `again` says of each value whether it is computed once more.
  Graph to_graph(std::vector<bool>& again) const;

 private:
  static size_t at(int32_t i) { return static_cast<size_t>(i); }
  const GraphValue& value_of(int32_t step) const {
    return graph_->values[at(steps_[at(step)].value)];
  }
  void find_lives();

  const Graph* graph_;
  std::vector<Step> steps_;
  std::vector<int32_t> order_;
  std::vector<Buffer> buffers_;
  std::vector<double> seconds_;  // by value
  std::vector<int64_t> result_bytes_;  // by value: of results in buffers of their own
  std::vector<int64_t> bytes_at_;
  int64_t peak_ = 0;
};

}  // namespace lamina
