// tune: measures which kernel is the fastest for each call of a program, on this machine, and keeps
// the answers (op/kernel_choice.h) for this process and, in the user's cache, for later ones.
//
//   fmt::print("{}", tune([&] { model(x).eval(); }).to_string());
//
// Kernels are measured alone, on made-up numbers, with as many threads as compute now; what is
// prepared from fixed weights is prepared before. A choice is made where another kernel than the
// first in rank takes less than 0.95 of its time. Results may differ in their last bits from those
// of the kernels of rank. `explain` says which kernels were measured to be faster.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

struct TunedCall {
  std::string call;           // op, operands, threads
  std::string first, chosen;  // kernels; the same where rank was right
  double first_seconds = 0, chosen_seconds = 0;
};

struct TuningReport {
  std::vector<TunedCall> calls;  // those that several kernels can run, each once
  std::string path;              // of the file; empty where nothing is kept
  std::string to_string() const;
};

// Of the programs that the function runs, as they are once compiled. It is called once. The choices
// count from then on: programs in the cache, which were made without them, are let go of. FileError
// if they cannot be written; they count in this process all the same.
TuningReport tune(const std::function<void()>& function);
// Of the program that would compute the arrays.
TuningReport tune(std::span<const Array> arrays);

}  // namespace lamina
