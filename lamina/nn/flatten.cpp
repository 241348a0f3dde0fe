#include "lamina/nn/flatten.h"

#include "lamina/base/text.h"
#include "lamina/ops/movement.h"

namespace lamina::nn {

Array Flatten::forward(Array x) { return flatten(std::move(x), start_axis, end_axis); }
std::unique_ptr<Module> Flatten::fresh() const { return std::make_unique<Flatten>(start_axis, end_axis); }
std::string Flatten::arguments() const { return text("start_axis=", start_axis, ", end_axis=", end_axis); }

Array Identity::forward(Array x) { return x; }
std::unique_ptr<Module> Identity::fresh() const { return std::make_unique<Identity>(); }

}  // namespace lamina::nn
