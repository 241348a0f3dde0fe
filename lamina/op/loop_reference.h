// The plainest kernel for loops: one element after the other through scalar_eval. It takes every loop, is
// the last entry of the list, and is what faster kernels are tested against.
#pragma once

#include <memory>

#include "lamina/op/backend.h"

namespace lamina {

std::unique_ptr<Kernel> loop_reference(KernelRequest& request);

}  // namespace lamina
