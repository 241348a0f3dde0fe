// A model to train for integers: its layers read values and multiply with weights that are rounded
// as integers would be, and gradients go straight through the rounding (Jacob et al. 2018).
//
//   QuantizationAware aware = quantization_aware(model, train);
//   Trainer trainer(aware);
//   trainer.compile({.optimizer = optim::Adam({.lr = 1e-4}), .loss = "cross_entropy"});
//   trainer.fit(train, {.epochs = 2});
//   auto [fast, report] = quantize(aware, train);
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lamina/data/source.h"
#include "lamina/quantize/options.h"
#include "lamina/train/model_file.h"

namespace lamina {

// The forward pass of evaluation mode: batch norms are part of the convolutions before them, and
// dropout is off. Parameters are the layers' weights and biases, under the modules' names, and
// whatever else was trained.
class QuantizationAware final : public train::SavedModel {
 public:
  // How a layer reads its input.
  struct Site {
    std::string name;
    size_t value = 0;  // the layer's product in the graph
    bool convolution = false;
    double step = 1;
    bool is_signed = true;
  };
  QuantizationAware(train::RecordedModel model, std::vector<Site> sites);

  Array forward(Array x) override;
  std::unique_ptr<nn::Module> fresh() const override;
  std::string description() const override;

  const std::vector<Site>& sites() const { return sites_; }
  // The same without rounding.
  train::SavedModel plain() const;

 private:
  std::vector<Site> sites_;
};

// A model to train on from `model`, whose values reach as far as the data say. Errors as of
// quantize.
QuantizationAware quantization_aware(nn::Module& model, data::Source data,
                                     const ModelQuantizationOptions& options = {});

}  // namespace lamina
