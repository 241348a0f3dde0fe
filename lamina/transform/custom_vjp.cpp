#include "lamina/transform/custom_vjp.h"

#include "lamina/base/error.h"
#include "lamina/op/recording.h"

namespace lamina {

ArraysTransform custom_vjp(ArraysTransform f, VjpRule rule) {
  auto shared = std::make_shared<const VjpRule>(std::move(rule));
  return [f = std::move(f), shared](const std::vector<Array>& arguments) {
    std::vector<Array> values;
    {
      NoGrad no_grad;
      values = f(arguments);
    }
    if (values.empty()) throw ValueError("custom_vjp: the function returned nothing");
    return with_vjp(std::move(values), arguments, shared);
  };
}

}  // namespace lamina
