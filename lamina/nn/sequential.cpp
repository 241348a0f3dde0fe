#include "lamina/nn/sequential.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::nn {

Sequential::Sequential(std::initializer_list<Element> modules) {
  for (const Element& element : modules) append(element.take());
}

void Sequential::append(Element module) { add_shared(text(size()), module.take()); }

Module& Sequential::operator[](int64_t index) const {
  int64_t count = static_cast<int64_t>(size());
  if (index < -count || index >= count) {
    throw IndexError(text("Sequential: index ", index, " is out of range for ", count, " modules"));
  }
  return *children()[index < 0 ? index + count : index].second;
}

Array Sequential::forward(Array x) {
  for (auto& [name, module] : children()) x = (*module)(std::move(x));
  return x;
}

std::unique_ptr<Module> Sequential::fresh() const {
  auto copy = std::make_unique<Sequential>();
  for (auto& [name, module] : children()) copy->append(std::shared_ptr<Module>(module->fresh()));
  return copy;
}

}  // namespace lamina::nn
