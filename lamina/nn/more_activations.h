// Activations as modules, beside those of activations.h: each is the function of the same name.
#pragma once

#include "lamina/nn/module.h"
#include "lamina/nn/number_checks.h"
#include "lamina/ops/activations.h"

namespace lamina::nn {

#define LAMINA_ACTIVATION(Name)                     \
  class Name : public Module {                      \
   public:                                          \
    Array forward(Array x) override;                \
    std::unique_ptr<Module> fresh() const override; \
  };
LAMINA_ACTIVATION(ReLU6)
LAMINA_ACTIVATION(Hardsigmoid)
LAMINA_ACTIVATION(Hardswish)
LAMINA_ACTIVATION(SELU)
LAMINA_ACTIVATION(Mish)
LAMINA_ACTIVATION(Softsign)
LAMINA_ACTIVATION(Tanhshrink)
LAMINA_ACTIVATION(LogSigmoid)
#undef LAMINA_ACTIVATION

// With a number that the caller chooses.
#define LAMINA_ACTIVATION(Name, number, standard)               \
  class Name : public Module {                                  \
   public:                                                      \
    explicit Name(double number = standard)                     \
        : number(checked_number(#Name, #number, number)) {} \
    Array forward(Array x) override;                            \
    std::unique_ptr<Module> fresh() const override;             \
    std::string arguments() const override;                     \
    double number;                                              \
  };
LAMINA_ACTIVATION(ELU, alpha, 1.0)
LAMINA_ACTIVATION(CELU, alpha, 1.0)
LAMINA_ACTIVATION(Hardshrink, threshold, 0.5)
LAMINA_ACTIVATION(Softshrink, threshold, 0.5)
#undef LAMINA_ACTIVATION

// Along an axis.
#define LAMINA_ACTIVATION(Name)                     \
  class Name : public Module {                      \
   public:                                          \
    explicit Name(int axis = -1) : axis(axis) {}    \
    Array forward(Array x) override;                \
    std::unique_ptr<Module> fresh() const override; \
    std::string arguments() const override;         \
    int axis;                                       \
  };
LAMINA_ACTIVATION(GLU)
LAMINA_ACTIVATION(Softmin)
#undef LAMINA_ACTIVATION

// log(1 + e^(beta x)) / beta, and x itself where beta x > threshold.
class Softplus : public Module {
 public:
  explicit Softplus(double beta = 1, double threshold = 20);
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  double beta, threshold;
};

// min(max(x, min_val), max_val).
class Hardtanh : public Module {
 public:
  explicit Hardtanh(double min_val = -1, double max_val = 1);
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  double min_val, max_val;
};

// x above the threshold, value elsewhere.
class Threshold : public Module {
 public:
  Threshold(double threshold, double value)
      : threshold(checked_number("Threshold", "threshold", threshold)),
        value(checked_number("Threshold", "value", value)) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  double threshold, value;
};

// leaky_relu with trained slopes: one, or one for each channel.
class PReLU : public Module {
 public:
  explicit PReLU(int64_t num_parameters = 1, double init = 0.25);
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  int64_t num_parameters;
  double init;
  Parameter weight;
};

// leaky_relu whose slope is drawn in training.
class RReLU : public Module {
 public:
  explicit RReLU(double lower = 1.0 / 8, double upper = 1.0 / 3) : lower(lower), upper(upper) {}
  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;
  double lower, upper;
};

}  // namespace lamina::nn
