#pragma once

#include <string>

#include "lamina/nn/module.h"

namespace lamina::nn {

// A table of the layers that an input of this shape runs through: path, layer, output shape, parameters and
// floating-point operations of a forward pass in evaluation mode. Nothing is computed and nothing changes.
std::string summary(Module& module, IntList input_shape, DType dtype = float32);

}  // namespace lamina::nn
