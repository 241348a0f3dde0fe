// explain: what a program consists of, without running it; or what a function runs.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>

#include "lamina/core/array.h"
#include "lamina/exec/program.h"

namespace lamina {

class Walk;

// The program that would compute the arrays now: its loops and kernels, what they compute and move,
// the planned peak, the kernels that were not taken and why, and what is kept only because
// somebody holds it.
std::string explain(std::span<const Array> arrays);
std::string explain(const Array& array);

// The programs that the function runs on this thread, in order, as they are once compiled. It is
// called once, with all that follows: a training step changes its parameters.
std::string explain(const std::function<void()>& function);

// .. as evaluate() tells it, under the graph lock, before a program runs.
void explain_run(const Walk& walk, std::span<Node* const> roots);

// The program that explain() shows.
std::shared_ptr<const Program> program_for(std::span<const Array> arrays);

}  // namespace lamina
