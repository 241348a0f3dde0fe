// Copies between strided operands, run by run: what pad, concatenate and slice_update are made of.
#pragma once

#include "lamina/op/op.h"
#include "lamina/op/reference.h"

namespace lamina {

// Copies all of `from` to where `place` says in the memory of `to`; from.shape() is the shape of
// both. Contiguous runs are copied whole.
void copy_rows(const ReferenceOperand& from, const ReferenceOperand& to, const View& place);

}  // namespace lamina
