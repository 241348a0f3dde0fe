// How many of a, b and c an instruction of a scalar program reads.
#pragma once

#include "lamina/op/scalar.h"

namespace lamina {

int operand_count(ScalarOp op);

}  // namespace lamina
