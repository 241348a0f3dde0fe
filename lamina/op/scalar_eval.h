// Runs a scalar program for one element. This is the meaning of scalar.h in the plainest code there is:
// constants are folded with it, and every vector kernel is tested against it.
#pragma once

#include <cstdint>

#include "lamina/core/dtype.h"
#include "lamina/op/loop.h"
#include "lamina/op/scalar.h"

namespace lamina {

// A value of a program; its instruction says which member is meant.
union ScalarValue {
  uint64_t u64;
  int64_t i64;
  double f64;
  float f32;
  bool b;
};

inline ScalarValue scalar_value(double v) { return ScalarValue{.f64 = v}; }

// What elements of this type compute in.
ScalarType scalar_type(DType dtype);

ScalarValue scalar_cast(ScalarValue a, ScalarType from, ScalarType to);

// op on operands of type `operands` (for Select: of b and c; a is Bool). Compares give Bool, the rest the
// operands' type. Float32 is computed in double and rounded once. Ops that a type lacks are computed in
// another one: real functions of integers in F64, arithmetic on Bool in I64; the result is cast back.
ScalarValue scalar_apply(ScalarOp op, ScalarType operands, ScalarValue a, ScalarValue b = {},
                         ScalarValue c = {});

// inputs[k] is operand k as scalar_load gives it for its dtype; values gets one entry per instruction.
void scalar_eval(const ScalarProgram& program, const DType* dtypes, const ScalarValue* inputs,
                 ScalarValue* values);

ScalarValue scalar_load(DType dtype, const void* element);                         // as scalar_type(dtype)
void scalar_store(DType dtype, void* element, ScalarType type, ScalarValue value);  // casts

// Reductions. Sums and products of Bool count in I64; Minimum and Maximum of Bool are And and Or; And and
// Or of numbers test for nonzero.
ScalarType accumulator_type(Monoid monoid, ScalarType value);
ScalarValue monoid_identity(Monoid monoid, ScalarType accumulator);
ScalarValue monoid_combine(Monoid monoid, ScalarType accumulator, ScalarValue a, ScalarValue b);
// What a reduction of nothing gives: the identity, which for integers is the limit of the stored type.
ScalarValue monoid_of_nothing(Monoid monoid, ScalarType accumulator, DType stored);

}  // namespace lamina
