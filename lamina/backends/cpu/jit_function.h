// Machine code for a block of a loop, and the cache in which equal programs find it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "lamina/backends/cpu/jit_program.h"

namespace lamina::cpu::jit {

enum class InstructionSet : uint8_t { Avx2, Avx512 };

// How an operand's elements follow each other along the columns and the rows of a block.
enum class Pattern : uint8_t {
  Uniform,  // one element
  Row,      // one element in each row
  Column,   // contiguous, the same in every row
  Full,     // contiguous, rows anywhere
};

struct JitOperand {
  DType dtype;
  Pattern pattern;
};

// What is combined: nothing, the elements of each row, or elements of other tiles at the same
// columns, of all rows or of the same row. The results are operands behind the loop's own.
enum class Reduces : uint8_t { Nothing, AlongRows, AcrossRows, AcrossTiles };

// A reduction along rows, whose result goes to an operand.
struct RowReduction {
  Monoid monoid;
  uint32_t operand;
  int phase;
};

struct BlockShape {
  std::vector<JitOperand> operands;
  Reduces reduces = Reduces::Nothing;
  std::vector<RowReduction> reductions;  // along rows
  // Rows are read to their ends once per phase (op/loop_phases.h), and their results begin and end
  // in the code; elsewhere they are combined with what is in memory.
  bool in_phases = false;
};

// What the code is called with: rows x columns elements.
struct BlockArguments {
  int64_t rows, columns;
  std::byte* const* operands;
  const int64_t* row_strides;  // bytes, for each operand, results of reductions included
};

class Function {
 public:
  // Copies the code to pages of its own, which are writable first and executable afterwards, never
  // both. Null where the system allows neither.
  static std::shared_ptr<const Function> make(const void* code, size_t bytes);
  ~Function();
  Function(const Function&) = delete;

  void operator()(const BlockArguments& block) const { entry_(&block); }
  size_t bytes() const { return bytes_; }

 private:
  Function(void* pages, size_t bytes);
  void (*entry_)(const BlockArguments*);
  size_t bytes_;  // of its pages
};

// Whether the processor has it, and the library was built with an assembler for it.
bool available(InstructionSet set);

// Null where the code is too long or the system lets nobody make code.
std::shared_ptr<const Function> compile(const VectorProgram& program, const BlockShape& shape,
                                        InstructionSet set);

// The function that was made for the same key, or make()'s. Functions that nobody asked for lately
// are forgotten when all take more than 8 MiB; kernels keep what they run.
using MakeFunction = std::function<std::shared_ptr<const Function>()>;
std::shared_ptr<const Function> cached(const std::string& key, const MakeFunction& make);

}  // namespace lamina::cpu::jit
