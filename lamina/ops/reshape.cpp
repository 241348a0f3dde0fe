// reshape(x, shape): the same elements in row-major order under another shape. A view, unless it
// joins axes that lie apart. The attribute keeps the caller's -1, so that a recorded graph serves any
// batch size.
#include <vector>

#include "lamina/base/error.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"
#include "lamina/ops/movement.h"

namespace lamina {

namespace {

// Strides under which the elements of x lie as `shape`, where there are some: axes that lie one
// behind the other are one axis, and each of those is divided or left as it is.
std::optional<Strides> strides_of_view(const Operand& x, const Shape& shape) {
  if (is_row_major(x.shape, x.strides)) return row_major_strides(shape);
  if (shape.elements() == 0) return std::nullopt;
  struct Axis {
    int64_t size, step;
  };
  std::vector<Axis> axes;  // from the last to the first
  for (int i = x.shape.rank() - 1; i >= 0; --i) {
    if (x.shape[i] == 1) continue;
    if (!axes.empty() && x.strides[i] == axes.back().size * axes.back().step) {
      axes.back().size *= x.shape[i];
    } else {
      axes.push_back({x.shape[i], x.strides[i]});
    }
  }
  Strides strides(shape.size(), 1);
  auto axis = axes.begin();
  for (int i = shape.rank() - 1; i >= 0; --i) {
    if (shape[i] == 1) continue;
    if (axis->size == 1) ++axis;
    if (axis->size % shape[i] != 0) return std::nullopt;
    strides[i] = axis->step;
    axis->step *= shape[i];
    axis->size /= shape[i];
  }
  return strides;
}

}  // namespace

struct Reshape {
  static constexpr auto name = "reshape";
  static constexpr const char* inputs[] = {"x"};
  struct Attributes {
    IntList shape;
    template <class V>
    void fields(V&& v) {
      v("shape", shape);
    }
  };
  static void infer(Inference& c) {
    const IntList& wanted = c.attributes<Attributes>().shape;
    Shape shape(wanted.begin(), wanted.end());
    int unknown = -1;
    Shape known;
    for (int i = 0; i < shape.rank(); ++i) {
      if (shape[i] != -1) {
        known.push_back(shape[i]);
        continue;
      }
      if (unknown >= 0) throw c.error<ShapeError>("shape ", wanted, " has more than one -1");
      unknown = i;
    }
    check_shape(known, 1, "reshape: shape");
    int64_t elements = c.shape(0).elements(), rest = known.elements();
    if (unknown >= 0) {
      if (rest == 0 || elements % rest != 0) {
        throw c.error<ShapeError>("cannot give ", elements, " elements the shape ", wanted);
      }
      shape[unknown] = elements / rest;
    } else if (rest != elements) {
      throw c.error<ShapeError>("cannot give ", elements, " elements the shape ", wanted, " of ",
                                rest);
    }
    c.output(c.dtype(0), std::move(shape));
  }
  static void gradient(Context& c) {
    const Shape& shape = c.input(0).shape();
    c.give(0, reshape(c.cotangent(), IntList(shape.begin(), shape.end())));
  }
  static std::optional<View> view(const AttributesBase*, const Operand& x, const Spec& y) {
    auto strides = strides_of_view(x, y.shape);
    if (!strides) return std::nullopt;
    return View{std::move(*strides), 0};
  }
  static void samples(Samples& s) {
    s.call({{2, 6}}, Attributes{{3, 4}})
        .call({{2, 6}}, Attributes{{-1}})
        .call({{0, 3}}, Attributes{{3, 0}});
    s.call({Shape{}}, Attributes{{1, 1}}).call({{1}}, Attributes{{}});
  }
  static void bad_samples(BadSamples& s) {
    s.call({{2, 3}}, Attributes{{4}}, "cannot give 6 elements the shape [4]");
    s.call({{2, 3}}, Attributes{{-1, -1}}, "more than one -1")
        .call({{2, 3}}, Attributes{{-2, 3}}, "negative");
    s.call({{0, 3}}, Attributes{{0, -1}}, "cannot give");
  }
  static constexpr auto doc =
      "The same elements under another shape; one size may be -1.\n"
      ">>> lm.reshape(lm.array([1, 2, 3, 4]), shape=(2, -1))\n[[1, 2],\n [3, 4]]";
};
LAMINA_OP(Reshape)

Array reshape(Array x, IntList shape) {
  return record(ops::op_Reshape(), make_attributes(Reshape::Attributes{std::move(shape)}),
                std::move(x));
}

}  // namespace lamina
