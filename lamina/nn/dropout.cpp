#include "lamina/nn/dropout.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/random.h"

namespace lamina::nn {

Dropout::Dropout(double p) : p(p) {
  if (!(p >= 0 && p <= 1)) throw ValueError(text("Dropout: p must be 0 to 1, got ", p));
}

Array Dropout::forward(Array x) { return dropout(std::move(x), p, training()); }
std::unique_ptr<Module> Dropout::fresh() const { return std::make_unique<Dropout>(p); }
std::string Dropout::arguments() const { return text("p=", p); }

}  // namespace lamina::nn
