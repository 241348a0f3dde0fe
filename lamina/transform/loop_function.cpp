#include "lamina/transform/loop_function.h"

#include "lamina/base/error.h"
#include "lamina/ir/node.h"
#include "lamina/op/op.h"

namespace lamina {

Array settled(Array array, std::string_view what) {
  if (!array) throw StateError(text(what, " is an empty Array"));
  if (!array.node()->has(kWeak)) return array;
  const DType dtype = array.dtype();
  return number_as(std::move(array), dtype, what);
}

void check_carries(std::string_view name, const std::vector<Array>& first,
                   std::vector<Array>& next) {
  if (next.size() != first.size()) {
    throw ValueError(text(name, ": its function was given ", first.size(), " carries and returned ",
                          next.size()));
  }
  for (size_t k = 0; k < first.size(); ++k) {
    if (!next[k]) throw StateError(text(name, ": next carry ", k, " is an empty Array"));
    if (next[k].node()->has(kWeak) && first[k].ndim() == 0) {
      next[k] = number_as(std::move(next[k]), first[k].dtype(), name);
    }
    if (next[k].dtype() != first[k].dtype()) {
      throw DTypeError(text(name, ": carry ", k, " changes its type in step 0: it begins as ",
                            describe(first[k]), " and goes on as ", describe(next[k])))
          .help("astype one of them");
    }
    if (!(next[k].shape() == first[k].shape())) {
      throw ShapeError(text(name, ": carry ", k, " changes its shape in step 0: it begins as ",
                            describe(first[k]), " and goes on as ", describe(next[k])))
          .help("begin with an array of the shape that the function returns");
    }
  }
}

}  // namespace lamina
