// Derivations (Program::derivation) that do the same are one object, whichever programs they belong
// to: what one program has made of the weights, a program for another length of a sequence or
// another batch finds made.
#pragma once

#include <memory>
#include <string>

#include "lamina/exec/program.h"
#include "lamina/op/backend.h"

namespace lamina {

// What a kernel made for this request computes, as text: equal texts, equal results.
std::string text_of_request(const KernelRequest& request, const Kernel& kernel);

// The derivation itself, or one that is in use and does the same. `what`: what the instructions
// compute, in their order; empty where somebody does not know.
std::shared_ptr<const Program> shared_derivation(std::shared_ptr<const Program> derivation,
                                                 const std::string& what);

}  // namespace lamina
