// The family of cumulative_max and cumulative_min: the largest or smallest of the first entries along
// an axis; NaN from the first NaN on. The cotangent goes to the last entry that equals the result.
#pragma once

#include "lamina/op/samples.h"
#include "lamina/ops/axis_lines.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/cumulative.h"

namespace lamina {

// For each entry of y = cumulative_max(x) the place along the axis that its value came from.
Array extreme_places(const Array& x, const Array& y, int axis);
Array record_extreme(const Op& op, Array x, std::optional<int> axis);

template <bool kLargest>
struct CumulativeExtreme {
  static constexpr const char* inputs[] = {"x"};
  using Attributes = AxisAttributes;
  static void infer(Inference& c) {
    const int64_t axis = c.attributes<Attributes>().axis;
    if (axis < 0 || axis >= c.shape(0).rank())
      throw c.error<IndexError>("axis ", axis, " does not fit ", c.shape(0));
    c.output(c.dtype(0), c.shape(0));
  }
  static void gradient(Context& c) {
    const int axis = static_cast<int>(c.attributes<Attributes>().axis);
    const Array places = extreme_places(c.input(0), c.output(), axis);
    c.give(0, add_along_axis(zeros_like(c.input(0)), places, c.cotangent(), axis));
  }
  static void reference(Reference& r) {
    const auto x = r.input(0), y = r.output();
    const int axis = static_cast<int>(r.attributes<Attributes>().axis);
    const AxisLines from(x, axis), to(y, axis);
    dispatch(x.dtype(), [&](auto zero) {
      using T = decltype(zero);
      using Key = SortKey<T>;
      for (int64_t line = 0; line < from.count(); ++line) {
        const T* in = from.at<const T>(line);
        T* out = to.at<T>(line);
        Key best = static_cast<Key>(in[0]);
        for (int64_t i = 0; i < from.size(); ++i) {
          const Key key = static_cast<Key>(in[i * from.step()]);
          const bool stays = best != best || !(key != key || (kLargest ? best < key : key < best));
          if (!stays) best = key;
          out[i * to.step()] = static_cast<T>(best);
        }
      }
    });
  }
  static void samples(Samples& s) {
    s.call({SampleInput{5}.separated()}, Attributes{0})
        .call({SampleInput{3, 4}.separated()}, Attributes{0})
        .call({SampleInput{2, 5, 3}.separated()}, Attributes{1});
    s.call({SampleInput({4, 6}, int32)}, Attributes{1})
        .call({SampleInput({7}, bool_)}, Attributes{0})
        .call({{0, 3}}, Attributes{0})
        .call({{1}}, Attributes{0});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{2}, "axis 2 does not fit").call({Shape{}}, Attributes{0}, "axis 0");
  }
};

}  // namespace lamina
