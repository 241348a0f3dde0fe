// Derived values: what a program needs that depends on parameters and buffers only. They are computed
// at the first run and kept on the storage of the first of these parameters, with which they die; a
// parameter that has changed, or a number, makes them be computed again.
#pragma once

#include <vector>

#include "lamina/exec/program.h"
#include "lamina/ir/graph.h"

namespace lamina {

// For every value of the graph: whether it is derived, because a product or a convolution takes it as
// its weight.
std::vector<bool> find_derived(const Graph& graph);

// Whether a value stays the same from run to run as long as no parameter changes.
std::vector<bool> find_stable(const Graph& graph);

// The derived values of a program during one run: found, or computed. OutOfMemory.
class DerivedValues {
 public:
  DerivedValues(const Program& program, const Run& run);
  const std::vector<Ref<Storage>>& values() const { return values_; }

 private:
  void compute(const Derivation& derivation, const Run& run);
  std::vector<Ref<Storage>> values_;
};

}  // namespace lamina
