// The family of element-wise ops: output element i is a formula of the inputs' elements i, after
// broadcasting. A member gives name, formula, gradient, samples and doc; everything else is here.
#pragma once

#include "lamina/op/op.h"
#include "lamina/op/samples.h"

namespace lamina {

template <int N, Types kTypes = Types::Floating>
struct Elementwise {
  static constexpr bool elementwise = true;
  static constexpr int arity = N;
  static constexpr Types types = kTypes;
  static void infer(Inference& c);
};

struct CastAttributes {
  DType dtype = DType::Float32;
  template <class V>
  void fields(V&& v) {
    v("dtype", dtype);
  }
};

// The type in which values of a storage type are computed.
ScalarType compute_type(DType dtype);

// Shape and dtype of an element-wise call whose operands have been promoted.
void infer_elementwise(Inference& c, Types types);

template <int N, Types kTypes>
void Elementwise<N, kTypes>::infer(Inference& c) {
  infer_elementwise(c, kTypes);
}

// Appends the op's formula to a program: values `inputs` stand for the operands (of type `operands`); returns
// the number of the result, which has the compute type of `result`.
uint16_t append_formula(const Op& op, ScalarProgram& program, std::span<const uint16_t> inputs, DType result);

}  // namespace lamina
