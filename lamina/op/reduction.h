// The family of reductions: values are combined along axes.
#pragma once

#include "lamina/op/op.h"
#include "lamina/op/samples.h"

namespace lamina {

// Axes as callers write them: {.axis = -1}, {.axis = {0, 2}}, or nothing for all of them.
class Axes {
 public:
  Axes() = default;
  Axes(int axis) : all_(false), list_{axis} {}
  Axes(std::initializer_list<int64_t> axes) : all_(false), list_(axes) {}
  Axes(IntList axes) : all_(false), list_(std::move(axes)) {}
  IntList normalized(int rank, std::string_view op) const {
    return normalize_axes(list_, rank, text(op, ": axis"), all_);
  }

 private:
  bool all_ = true;
  IntList list_;
};

struct ReduceOptions {
  Axes axis = {};         // all axes when left out
  bool keepdims = false;  // keep reduced axes with size 1
  std::optional<DType> dtype = std::nullopt;  // sums and products: what to compute in
};

// As recorded: axes are explicit, sorted, not negative. An empty list reduces nothing.
struct ReductionAttributes {
  IntList axis;
  bool keepdims = false;
  template <class V>
  void fields(V&& v) {
    v("axis", axis), v("keepdims", keepdims);
  }
};

// What comes out: the input's type, the default integer type for small ones (sums), or bool (any, all).
enum class Reduced : uint8_t { Same, Accumulated, Bool };

Shape reduced_shape(const Shape& shape, const IntList& axes, bool keepdims);
void infer_reduction(Inference& c, Reduced result);
Array record_reduction(const Op& op, Array x, const ReduceOptions& options);

// The cotangent (or result) of a reduction, spread over the axes that were reduced: broadcasts to `shape`.
Array spread(Array reduced, const ReductionAttributes& attributes, const Shape& shape);

template <Monoid kMonoid, Reduced kResult = Reduced::Same>
struct Reduction {
  static constexpr Monoid monoid = kMonoid;
  static constexpr const char* inputs[] = {"x"};
  static constexpr Autocast autocast = kMonoid == Monoid::Sum || kMonoid == Monoid::Product
                                           ? Autocast::Float32
                                           : Autocast::Promote;
  using Attributes = ReductionAttributes;
  static void infer(Inference& c) { infer_reduction(c, kResult); }
};

}  // namespace lamina
