// What a model makes of the shapes that it is given, before there is any data: sizes may be named
// instead of known.
//
//   check_shapes(model, {{"n", 3, 224, 224}});   // {{"n", 1000}}
//
// Nothing is computed. The model is recorded in evaluation mode at a few sizes, and what its outputs
// have in common is what is returned.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/nn/module.h"

namespace lamina::nn {

// A number, or the name of a size that varies; of a result, how it follows those: "2*n", "ceil(h/32)".
// "?" where it follows none of them in a simple way.
struct Size {
  Size(int64_t value) : value(value) {}
  Size(int value) : value(value) {}
  Size(std::string name) : name(std::move(name)) {}
  Size(const char* name) : name(name) {}
  bool operator==(const Size&) const = default;

  int64_t value = -1;
  std::string name;  // empty for a number
};
using SizedShape = std::vector<Size>;

struct SizedInput {
  SizedShape shape;
  DType dtype = DType::Float32;
};

// The shapes of the model's outputs. ShapeError, or whatever forward throws, where the model does not
// take such inputs for all values of the names; it says at which.
std::vector<SizedShape> check_shapes(Module& model, const std::vector<SizedShape>& inputs);
std::vector<SizedShape> check_shapes(Module& model, const std::vector<SizedInput>& inputs);

// The same for any function; `what` says which in messages.
using ArraysFunction = std::function<std::vector<Array>(std::vector<Array>)>;
std::vector<SizedShape> check_shapes(const ArraysFunction& function, const std::string& what,
                                     const std::vector<SizedInput>& inputs);

}  // namespace lamina::nn
