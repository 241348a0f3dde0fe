// Examples of the reference that make models of 8-bit integers. tools/reference_cpp.py shows their
// bodies.
#include "examples.h"

using namespace lamina;

namespace {

TEST(Examples, lm_QuantizedLayer) {
  nn::Sequential model{nn::Linear(8, 4), nn::ReLU(), nn::Linear(4, 2)};
  auto [fast, report] =
      lm::quantize(model, lm::unlabelled(lm::random_normal({64, 8})), {.keep = {"2"}});
  EXPECT_TRUE(report.layers[0].quantized);
  EXPECT_EQ(report.layers[1].reason, "kept");
}

TEST(Examples, lm_QuantizationReport) {
  nn::Linear model(8, 4);
  auto [fast, report] = lm::quantize(model, lm::unlabelled(lm::random_normal({64, 8})));
  EXPECT_GT(report.output_snr, 30);
}

TEST(Examples, lm_QuantizationAware) {
  nn::Linear model(8, 4);
  lm::QuantizationAware aware =
      lm::quantization_aware(model, lm::unlabelled(lm::random_normal({64, 8})));
  EXPECT_EQ(aware.parameters().size(), 2u);
}

TEST(Examples, lm_quantize) {
  EXPECT_EQ(shown(lm::quantize(lm::array({0.25, 0.75, 99.0}), 0.5)), wanted(R"([0, 2, 127])"));
  nn::Linear model(8, 4);
  auto [fast, report] = lm::quantize(model, lm::unlabelled(lm::random_normal({64, 8})));
  EXPECT_EQ(fast(lm::ones({5, 8})).shape(), (Shape{5, 4}));
}

TEST(Examples, lm_quantization_aware) {
  nn::Linear model(8, 4);
  data::ArrayDataset data(lm::random_normal({64, 8}), lm::zeros({64, 4}));
  lm::QuantizationAware aware = lm::quantization_aware(model, data);
  lm::Trainer trainer(aware);
  trainer.compile({.optimizer = optim::SGD({.lr = 0.1}), .loss = "mse"});
  trainer.fit(data, {.epochs = 2, .verbose = 0});
  auto [fast, report] = lm::quantize(aware, data);
  EXPECT_TRUE(report.layers[0].quantized);
}

TEST(Examples, lm_round_cast) {
  EXPECT_EQ(shown(lm::round_cast(lm::array({0.5, 1.5, -3.7, 999.0}))),
            wanted(R"([0, 2, -4, 127])"));
}

TEST(Examples, lm_quantized_linear) {
  lm::Array x = lm::array({{1, 2}}, lm::uint8), weight = lm::array({{3, -4}}, lm::int8);
  EXPECT_EQ(shown(lm::quantized_linear(x, weight, lm::array({0.5}), lm::array({1.0}))),
            wanted(R"([[-1.5]])"));
}

TEST(Examples, lm_quantized_conv) {
  lm::Array x = lm::array({{{1, 2, 3}}}, lm::uint8), weight = lm::array({{{1, 1}}}, lm::int8);
  EXPECT_EQ(shown(lm::quantized_conv(x, weight, lm::array({0.5}))), wanted(R"([[[1.5, 2.5]]])"));
}

}  // namespace
