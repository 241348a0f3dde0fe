#pragma once

#include "lamina/nn/module.h"

namespace lamina::nn {

// In training sets elements to 0 with probability p and divides the others by 1 - p (Srivastava et
// al. 2014); nothing in evaluation.
class Dropout : public Module {
 public:
  explicit Dropout(double p = 0.5);
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  double p;
};

// Of whole channels of x [N, C, ..] with 1, 2 or 3 spatial axes; and dropout for nets of selu, of elements
// and of whole channels.
#define LAMINA_DROPOUT(Name)                        \
  class Name : public Module {                      \
   public:                                          \
    explicit Name(double p = 0.5);                  \
    Array forward(Array x) override;                \
    std::unique_ptr<Module> fresh() const override; \
    std::string arguments() const override;         \
    double p;                                       \
  };
LAMINA_DROPOUT(Dropout1d)
LAMINA_DROPOUT(Dropout2d)
LAMINA_DROPOUT(Dropout3d)
LAMINA_DROPOUT(AlphaDropout)
LAMINA_DROPOUT(FeatureAlphaDropout)
#undef LAMINA_DROPOUT

}  // namespace lamina::nn
