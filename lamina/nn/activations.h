// Activations as modules: each is the function of the same name, softmax apart element by element.
#pragma once

#include "lamina/nn/module.h"
#include "lamina/nn/number_checks.h"

namespace lamina::nn {

#define LAMINA_ACTIVATION(Name)                     \
  class Name : public Module {                      \
   public:                                          \
    Array forward(Array x) override;                \
    std::unique_ptr<Module> fresh() const override; \
  };

LAMINA_ACTIVATION(ReLU)
LAMINA_ACTIVATION(SiLU)
LAMINA_ACTIVATION(Sigmoid)
LAMINA_ACTIVATION(Tanh)
#undef LAMINA_ACTIVATION

// x Phi(x), exactly ("none") or by its approximation with "tanh".
class GELU : public Module {
 public:
  explicit GELU(std::string approximate = "none");
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  std::string approximate;
};

// x for x > 0, slope * x below.
class LeakyReLU : public Module {
 public:
  explicit LeakyReLU(double slope = 0.01) : slope(checked_number("LeakyReLU", "slope", slope)) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  double slope;
};

// e^x / sum(e^x) along an axis; LogSoftmax is its logarithm.
class Softmax : public Module {
 public:
  explicit Softmax(int axis = -1) : axis(axis) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  int axis;
};

class LogSoftmax : public Module {
 public:
  explicit LogSoftmax(int axis = -1) : axis(axis) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  int axis;
};

}  // namespace lamina::nn
