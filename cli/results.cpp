#include "cli/results.h"

#include <fmt/format.h>

#include <algorithm>

#include "lamina/data/data_loader.h"
#include "lamina/op/recording.h"
#include "lamina/ops/softmax.h"

namespace cli {

std::vector<Prediction> predictions(lamina::nn::Module& model,
                                    const lamina::data::DatasetHandle& data, int64_t batch_size) {
  lamina::NoGrad no_grad;
  model.eval();
  std::vector<Prediction> all;
  lamina::data::DataLoader loader(data, {.batch_size = batch_size});
  for (auto [x, y] : loader) {
    const lamina::Array scores = lamina::softmax(model(x), {.axis = -1});
    const std::vector<float> rows = scores.to_vector<float>();
    const std::vector<int64_t> labels = y.to_vector<int64_t>();
    const auto classes = static_cast<size_t>(scores.shape(-1));
    for (size_t i = 0; i < labels.size(); ++i) {
      const auto row = rows.begin() + static_cast<std::ptrdiff_t>(i * classes);
      const auto best = std::max_element(row, row + static_cast<std::ptrdiff_t>(classes));
      all.push_back({static_cast<size_t>(labels[i]), static_cast<size_t>(best - row), *best});
    }
  }
  return all;
}

double accuracy(const std::vector<Prediction>& all) {
  const auto right = std::count_if(all.begin(), all.end(),
                                   [](const Prediction& p) { return p.label == p.answer; });
  return all.empty() ? 0 : static_cast<double>(right) / static_cast<double>(all.size());
}

void print_confusions(const std::vector<Prediction>& all, const std::vector<std::string>& classes) {
  constexpr size_t kMost = 20, kWidth = 12;
  if (classes.size() > kMost) return;
  std::vector<std::vector<int>> counts(classes.size(), std::vector<int>(classes.size()));
  for (const Prediction& p : all) {
    if (p.label < classes.size() && p.answer < classes.size()) ++counts[p.label][p.answer];
  }
  size_t width = 4;
  for (const std::string& name : classes) width = std::max(width, std::min(kWidth, name.size()));
  fmt::print("\nconfusions (row: the class, column: the prediction)\n{:{}}", "", width);
  for (const std::string& name : classes) fmt::print(" {:>{}}", name.substr(0, width), width);
  fmt::print("\n");
  for (size_t r = 0; r < classes.size(); ++r) {
    fmt::print("{:{}}", classes[r].substr(0, width), width);
    for (int count : counts[r])
      fmt::print(" {:>{}}", count == 0 ? "." : std::to_string(count), width);
    fmt::print("\n");
  }
}

}  // namespace cli
