// Samples: the calls by which an op is tested from its own file, on every backend: against its reference and
// NumPy, its gradients of first and second order, tier 0 against tier 1. Bad samples must fail, each
// with the message it names.
//
//   static void samples(Samples& s) { s.floats().near(0).large(1e4).empty(); }            // element-wise
//   static void samples(Samples& s) { s.call({{2, 3}, {3, 4}}).call({{0, 3}, {3, 4}}); }  // by shapes
//   static void bad_samples(BadSamples& s) { s.call({{2, 3}, {2, 3}}, "do not match"); }
#pragma once

#include <string>
#include <vector>

#include "lamina/core/dtype.h"
#include "lamina/core/shape.h"
#include "lamina/ir/attributes.h"

namespace lamina {

struct SampleInput {
  Shape shape;
  DType dtype = DType::Float32;
  double low = -2, high = 2;  // values are drawn from here (integers inclusive)
  bool distinct = false;      // no two equal, and well apart: for maxima and sorting
  SampleInput(std::initializer_list<int64_t> sizes) : shape(sizes) {}
  SampleInput(Shape shape, DType dtype = DType::Float32, double low = -2, double high = 2)
      : shape(std::move(shape)), dtype(dtype), low(low), high(high) {}
  SampleInput& separated() {
    distinct = true;
    return *this;
  }
};

struct SampleCall {
  std::vector<SampleInput> inputs;
  AttributesRef attributes;
  std::string message;  // bad samples: a part of the message
};

class Samples {
 public:
  // Element-wise ops: the sweep makes the shapes (scalar, empty, size 1, broadcast, transposed, large).
  Samples& floats() { return types(kFloats); }
  Samples& integers() { return types(kIntegers); }
  Samples& bools() { return types(kBools); }
  Samples& numbers() { return types(kFloats | kIntegers); }
  Samples& any() { return types(kFloats | kIntegers | kBools); }
  Samples& range(double low, double high) { return low_ = low, high_ = high, *this; }
  Samples& positive() { return range(0.1, 3); }
  Samples& near(double value) { return near_.push_back(value), *this; }    // where the formula changes
  Samples& large(double value) { return large_.push_back(value), *this; }  // both signs
  Samples& empty() { return empty_ = true, *this; }
  Samples& smooth_except(double value) { return kinks_.push_back(value), *this; }  // no gradient check there
  // For ops whose gradient is not differentiable itself; their gradient op says why.
  Samples& first_order_only() { return first_order_only_ = true, *this; }

  // Any op: one call.
  Samples& call(std::vector<SampleInput> inputs, AttributesRef attributes = {}) {
    calls_.push_back({std::move(inputs), std::move(attributes), {}});
    return *this;
  }
  template <class A>
    requires requires(A a, FieldVisitor& v) { a.fields(v); }
  Samples& call(std::vector<SampleInput> inputs, A attributes) {
    return call(std::move(inputs), make_attributes(std::move(attributes)));
  }

  static constexpr int kFloats = 1, kIntegers = 2, kBools = 4;
  int types() const { return types_; }
  double low() const { return low_; }
  double high() const { return high_; }
  const std::vector<double>& near() const { return near_; }
  const std::vector<double>& large() const { return large_; }
  const std::vector<double>& kinks() const { return kinks_; }
  bool wants_empty() const { return empty_; }
  bool is_first_order_only() const { return first_order_only_; }
  const std::vector<SampleCall>& calls() const { return calls_; }

 private:
  Samples& types(int t) { return types_ |= t, *this; }
  int types_ = 0;
  double low_ = -2, high_ = 2;
  std::vector<double> near_, large_, kinks_;
  bool empty_ = false, first_order_only_ = false;
  std::vector<SampleCall> calls_;
};

class BadSamples {
 public:
  BadSamples& call(std::vector<SampleInput> inputs, std::string message) {
    calls_.push_back({std::move(inputs), {}, std::move(message)});
    return *this;
  }
  template <class A>
    requires requires(A a, FieldVisitor& v) { a.fields(v); }
  BadSamples& call(std::vector<SampleInput> inputs, A attributes, std::string message) {
    calls_.push_back({std::move(inputs), make_attributes(std::move(attributes)), std::move(message)});
    return *this;
  }
  const std::vector<SampleCall>& calls() const { return calls_; }

 private:
  std::vector<SampleCall> calls_;
};

}  // namespace lamina
