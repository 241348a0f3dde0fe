#include "lamina/op/elementwise.h"

namespace lamina {

ScalarType compute_type(DType dtype) {
  switch (kind(dtype)) {
    case DTypeKind::Bool:
      return ScalarType::Bool;
    case DTypeKind::Integer:
      return is_signed(dtype) ? ScalarType::I64 : ScalarType::U64;
    case DTypeKind::Float:
      break;
  }
  return dtype == DType::Float64 ? ScalarType::F64 : ScalarType::F32;
}

// record_elementwise() has promoted already; graphs that are parsed or rewritten come here.
void infer_elementwise(Inference& c, Types types) {
  Shape shape = c.shape(0);
  for (int i = 1; i < c.input_count(); ++i) shape = broadcast_shapes(shape, c.shape(i), c.op.name);
  for (int i = types == Types::Choice ? 2 : 1; i < c.input_count(); ++i) {
    if (c.dtype(i) != c.dtype(i - 1)) throw c.error<DTypeError>("operands have different types");
  }
  DType dtype = c.dtype(c.input_count() - 1);
  if (types == Types::Predicate || types == Types::Logical) dtype = DType::Bool;
  if (types == Types::Cast) dtype = c.attributes<CastAttributes>().dtype;
  c.output(dtype, std::move(shape));
}

uint16_t append_formula(const Op& op, ScalarProgram& program, std::span<const uint16_t> inputs,
                        DType result) {
  return op.formula(program, inputs).in(&program, compute_type(result));
}

}  // namespace lamina
