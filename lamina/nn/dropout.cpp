#include "lamina/nn/dropout.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/dropout.h"

namespace lamina::nn {

Dropout::Dropout(double p) : p(p) {
  if (!(p >= 0 && p <= 1)) throw ValueError(text("Dropout: p must be 0 to 1, got ", p));
}

// A rate is an operand of the op, not part of the program: that nothing is dropped shows here only,
// before numbers are drawn.
Array Dropout::forward(Array x) {
  return p == 0 ? std::move(x) : dropout(std::move(x), p, training());
}
std::unique_ptr<Module> Dropout::fresh() const { return std::make_unique<Dropout>(p); }
std::string Dropout::arguments() const { return text("p=", p); }

#define LAMINA_DROPOUT(Name, function)                                                    \
  Name::Name(double p) : p(p) {                                                           \
    if (!(p >= 0 && p <= 1)) throw ValueError(text(#Name ": p must be 0 to 1, got ", p)); \
  }                                                                                       \
  Array Name::forward(Array x) {                                                          \
    return p == 0 ? std::move(x) : function(std::move(x), p, training());                 \
  }                                                                                       \
  std::unique_ptr<Module> Name::fresh() const { return std::make_unique<Name>(p); }       \
  std::string Name::arguments() const { return text("p=", p); }
LAMINA_DROPOUT(Dropout1d, dropout1d)
LAMINA_DROPOUT(Dropout2d, dropout2d)
LAMINA_DROPOUT(Dropout3d, dropout3d)
LAMINA_DROPOUT(AlphaDropout, alpha_dropout)
LAMINA_DROPOUT(FeatureAlphaDropout, feature_alpha_dropout)
#undef LAMINA_DROPOUT

}  // namespace lamina::nn
