// What a classifier got right: a table of confusions, and the examples that it was surest about and wrong.
#pragma once

#include <string>
#include <vector>

#include "lamina/data/dataset.h"
#include "lamina/nn/module.h"

namespace cli {

struct Prediction {
  size_t label = 0, answer = 0;
  double confidence = 0;
};

// One for each example that could be read, in their order.
std::vector<Prediction> predictions(lamina::nn::Module& model,
                                    const lamina::data::DatasetHandle& data, int64_t batch_size);
double accuracy(const std::vector<Prediction>& all);
void print_confusions(const std::vector<Prediction>& all, const std::vector<std::string>& classes);

}  // namespace cli
