// Evaluation: from recorded values to memory. A transaction: it computes all it was asked for, or
// throws and leaves every value, parameter and buffer as it was.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/core/variable.h"
#include "lamina/exec/program.h"

namespace lamina {

// Computes all roots as one program, together with the pending updates of buffers whose inputs it
// computes.
void evaluate(std::span<Node* const> roots);

// Gives buffers their next values (running statistics): they change at once; the values are
// computed together with whatever computes their inputs, or not at all: when that fails, the old
// values are back. Buffers of one call belong together, so that a counter goes with the mean that
// it counts for.
struct BufferUpdate {
  Ref<Variable> variable;
  Array value;
};
void update_variables(std::vector<BufferUpdate> updates);

// The last losses that `backward` was called on in this thread: a step computes them too, so that
// reading them afterwards costs nothing.
void remember_loss(const Array& loss);
std::vector<Array> take_losses();

// The ready value's storage as row-major memory (a copy when it lies otherwise).
struct HostValue {
  Ref<Storage> storage;
  int64_t offset = 0;
  const std::byte* data() const { return storage->data() + offset; }
};
HostValue host_value(const Array& array);

}  // namespace lamina
