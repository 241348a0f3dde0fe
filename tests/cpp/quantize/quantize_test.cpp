#include "lamina/quantize/quantize.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <sstream>

#include "lamina/base/error.h"
#include "lamina/data/array_dataset.h"
#include "lamina/data/digits.h"
#include "lamina/exec/explain.h"
#include "lamina/nn/modules.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/quantized.h"
#include "lamina/ops/random.h"
#include "lamina/ops/reduction.h"
#include "lamina/optim/adam.h"
#include "lamina/quantize/thresholds.h"
#include "lamina/train/trainer.h"
#include "tests/cpp/io/temporary_folder.h"

using namespace lamina;
using testing::HasSubstr;

namespace {

struct Digits {
  data::ArrayDataset train, test;
  nn::Sequential model;
};

// Trained once.
Digits& digits() {
  static Digits* made = [] {
    lamina::seed(0);
    auto [train, test] = data::digits().split(0.8, {.seed = 0});
    auto* all = new Digits{
        train, test,
        nn::Sequential{nn::Conv2d(1, 16, 3, {.padding = 1, .bias = false}), nn::BatchNorm2d(16),
                       nn::ReLU(), nn::MaxPool2d(2), nn::Conv2d(16, 32, 3), nn::ReLU(),
                       nn::Flatten(), nn::Linear(128, 10)}};
    Trainer trainer(all->model);
    trainer.compile({.optimizer = optim::Adam({.lr = 2e-3}), .loss = "cross_entropy"});
    trainer.fit(train, {.epochs = 3, .batch_size = 64, .verbose = 0});
    all->model.eval();
    return all;
  }();
  return *made;
}

double accuracy(nn::Module& model) {
  NoGrad no_grad;
  const data::ArrayDataset& test = digits().test;
  return mean(astype(equal(argmax(model(test.x()), {.axis = 1}), test.y()), float32))
      .item<double>();
}

}  // namespace

TEST(Quantize, LosesNoAccuracy) {
  for (const char* method : {"min-max", "percentile", "entropy"}) {
    auto [fast, report] = quantize(digits().model, digits().train, {.method = method});
    EXPECT_GE(accuracy(fast), accuracy(digits().model) - 0.005) << method;
    EXPECT_EQ(report.layers.size(), 3u);
    for (const QuantizedLayer& layer : report.layers) EXPECT_TRUE(layer.quantized) << report;
    EXPECT_EQ(report.layers[0].name, "0");
    EXPECT_EQ(report.layers[2].weight, (Shape{10, 128}));
    EXPECT_GE(*report.accuracy_after, *report.accuracy_before - 0.005);
  }
}

TEST(Quantize, PrintsATable) {
  auto [fast, report] = quantize(digits().model, digits().train, {.keep = {"7"}});
  std::ostringstream out;
  out << report;
  EXPECT_THAT(out.str(), HasSubstr("layer  kind         weight"));
  EXPECT_THAT(out.str(), HasSubstr("float32: kept"));
  EXPECT_THAT(out.str(), HasSubstr("2 of 3 layers are int8"));
  EXPECT_THAT(out.str(), HasSubstr("accuracy"));
}

TEST(Quantize, SavesAndLoads) {
  TemporaryFolder folder;
  auto [fast, report] = quantize(digits().model, digits().train);
  save_model(fast, fast.input(), folder / "digits8.lamina");
  SavedModel again = load_model(folder / "digits8.lamina");
  const Array x = digits().test.x();
  NoGrad no_grad;
  EXPECT_EQ(again(x).to_vector<float>(), fast(x).to_vector<float>());
  const std::unique_ptr<nn::Module> copy = fast.Module::clone();
  EXPECT_EQ((*copy)(x).to_vector<float>(), fast(x).to_vector<float>());
}

TEST(Quantize, TrainsAware) {
  QuantizationAware aware = quantization_aware(digits().model, digits().train);
  EXPECT_EQ(aware.sites().size(), 3u);
  Trainer trainer(aware);
  trainer.compile({.optimizer = optim::Adam({.lr = 1e-4}), .loss = "cross_entropy"});
  trainer.fit(digits().train, {.epochs = 1, .batch_size = 64, .verbose = 0});
  auto [fast, report] = quantize(aware, digits().train);
  EXPECT_GE(accuracy(fast), accuracy(digits().model) - 0.005);
  const std::unique_ptr<nn::Module> copy = aware.Module::clone();
  const Array x = digits().test.x();
  NoGrad no_grad;
  EXPECT_EQ((*copy)(x).to_vector<float>(), aware(x).to_vector<float>());
}

TEST(Quantize, NamesWhatIsWrong) {
  const auto message = [](auto&& call) -> std::string {
    try {
      call();
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  };
  nn::Module& model = digits().model;
  const data::ArrayDataset& train = digits().train;
  EXPECT_THAT(message([&] { quantize(model, train, {.method = "kl"}); }),
              HasSubstr("method 'kl': expected 'min-max', 'percentile' or 'entropy'"));
  EXPECT_THAT(message([&] {
                quantize(model, unlabelled(zeros({0, 1, 8, 8})));
              }),
              HasSubstr("data: expected examples"));
  EXPECT_THAT(message([&] { quantize(model, train, {.keep = {"9"}}); }),
              HasSubstr("no layer is named '9'"));
  EXPECT_THAT(message([&] {
                quantize(model, unlabelled(zeros({4, 2, 8, 8})));
              }),
              HasSubstr("expected 1 input channels, got 2"));
}

TEST(Thresholds, CutWhatIsRare) {
  using namespace quantization;
  std::vector<double> counts(kBins, 0.0);
  for (size_t i = 0; i < 200; ++i) counts[i] = 1000 * std::exp(-static_cast<double>(i) / 50.0);
  counts.back() = 1;
  EXPECT_EQ(percentile_threshold(counts, 1, 100), 1);
  EXPECT_LT(percentile_threshold(counts, 1, 99.9), 0.15);
  EXPECT_LT(entropy_threshold(counts, 1, 127), 0.2);
  const std::vector<double> even(kBins, 5.0);
  EXPECT_GT(entropy_threshold(even, 1, 127), 0.9);
}
