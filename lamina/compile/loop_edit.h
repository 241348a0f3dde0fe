// Rewriting loops: a scan of a graph as something to move values into and out of. The passes that
// make loops fast are edits of each scan.
#pragma once

#include <functional>
#include <vector>

#include "lamina/base/function_ref.h"
#include "lamina/ir/graph.h"
#include "lamina/op/subgraph.h"

namespace lamina {

class LoopEdit {
 public:
  enum class Role : uint8_t { Carry, Sequence, Outside };
  struct Input {
    Role role;
    int32_t value;  // in `outer`
  };
  struct Carry {
    size_t input;
    int32_t next;  // in `body`
    bool removed = false;
  };
  // The new loop's results in `outer`, by the numbers of carries and stacks here.
  struct Emitted {
    Graph& outer;
    std::vector<int32_t> carries, stacks;
  };
  // A value of `outer` that is made when the loop stands there.
  using Later = std::function<int32_t(const Emitted&)>;

  // `outer` is what comes before the loop; the inputs of `scan` are values of it. `used`: which of
  // the loop's outputs somebody uses.
  LoopEdit(Graph& outer, const GraphValue& scan, std::vector<bool> used);

  Graph& outer;
  Graph body;  // a leaf's leaf_index counts in `inputs`; values may be appended in any order
  std::vector<Input> inputs;
  std::vector<Carry> carries;
  std::vector<int32_t> stacks;  // values of the body
  int64_t length;
  bool reverse;
  const char* origin;

  bool is_used(size_t output) const { return used_[output]; }
  // What uses of an output of the old loop become.
  void set_result(size_t output, Later later);
  // The number of the stack of a body value, which is there from now on.
  size_t stack(int32_t value);

  // The leaf of a new input.
  int32_t add_input(Role role, int32_t value);
  // Uses of a body value become uses of another.
  void replace(int32_t value, int32_t by);

  // What each body value depends on: a carry or a draw, sequences, or neither.
  enum class Depends : uint8_t { Nothing, Sequences, Carries };
  std::vector<Depends> dependencies() const;

  // Appends the loop to `outer` without what nobody uses; returns the old outputs' values, or -1.
  std::vector<int32_t> emit();

 private:
  std::vector<bool> needed_values() const;
  void sort_body();
  std::vector<bool> used_, overridden_;
  std::vector<int> stack_users_;
  std::vector<Later> results_;
};

// Rebuilds the graph with every scan edited.
void edit_loops(Graph& graph, FunctionRef<void(LoopEdit&)> edit);

}  // namespace lamina
