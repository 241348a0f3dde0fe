// iota(start) = start, start + 1, .., of a given size. (arange makes the same as an array of
// values; what a composite decomposes into holds no arrays but its inputs.)
#include "lamina/ops/iota.h"

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"

namespace lamina {

struct Iota {
  static constexpr auto name = "iota";
  static constexpr const char* inputs[] = {"start"};
  static constexpr auto no_gradient = "whole numbers do not change smoothly";
  struct Attributes {
    int64_t size = 0;
    template <class V>
    void fields(V&& v) {
      v("size", size);
    }
  };
  static void infer(Inference& c) {
    const int64_t size = c.attributes<Attributes>().size;
    if (c.shape(0).rank() != 0 || c.dtype(0) != int64)
      throw c.error<DTypeError>("expected start to be one int64 number, got ", c.input(0));
    if (size < 0) throw c.error<ValueError>("size must not be negative, got ", size);
    c.output(int64, {size});
  }
  static void reference(Reference& r) {
    const auto y = r.output();
    const auto start = static_cast<uint64_t>(r.input(0).integer(0));  // wraps around
    for (int64_t i = 0; i < y.elements(); ++i)
      y.set_integer(i, static_cast<int64_t>(start + static_cast<uint64_t>(i)));
  }
  static void samples(Samples& s) {
    const SampleInput start(Shape{}, int64, -5, 5);
    s.call({start}, Attributes{7}).call({start}, Attributes{0}).call({start}, Attributes{1});
  }
  static void bad_samples(BadSamples& s) {
    s.call({SampleInput(Shape{}, int64)}, Attributes{-1}, "size must not be negative, got -1");
    s.call({SampleInput({2}, int64)}, Attributes{3}, "expected start to be one int64 number");
    s.call({Shape{}}, Attributes{3}, "expected start to be one int64 number");
  }
  static constexpr auto doc = "start, start + 1, .. of a given size.";
};
LAMINA_OP(Iota)

Array iota(int64_t size, Array start) {
  if (!start) throw StateError("iota: start is an empty Array");
  return record(ops::op_Iota(), make_attributes(Iota::Attributes{size}), std::move(start));
}

}  // namespace lamina
