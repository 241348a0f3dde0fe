// BERT: what its parts must do whatever their weights are. Numbers are compared with PyTorch's in
// tests/python/test_models.py.
#include "lamina/models/bert.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/random.h"

namespace lamina {
namespace {

const models::BertOptions kSmall{.vocab_size = 20,
                                 .hidden_size = 8,
                                 .num_hidden_layers = 2,
                                 .num_attention_heads = 2,
                                 .intermediate_size = 16,
                                 .max_position_embeddings = 6,
                                 .dropout = 0};

Array numbers(const NestedNumbers& rows) {
  return array(rows, int64);
}

double furthest(const Array& a, const Array& b) {
  double most = 0;
  std::vector<double> x = a.to_vector<double>(), y = b.to_vector<double>();
  EXPECT_EQ(x.size(), y.size());
  for (size_t i = 0; i < x.size(); ++i) most = std::max(most, std::abs(x[i] - y[i]));
  return most;
}

TEST(Bert, GivesEachTokenAndTheWhole) {
  models::Bert net(kSmall);
  std::vector<Array> out = net.call({numbers({{1, 2, 3}, {4, 5, 6}})});
  ASSERT_EQ(out.size(), 2u);
  EXPECT_EQ(out[0].shape(), (Shape{2, 3, 8}));
  EXPECT_EQ(out[1].shape(), (Shape{2, 8}));
}

TEST(Bert, HasTheNamesOfItsPublishedWeights) {
  std::vector<std::string> names;
  for (const auto& [name, value] : models::Bert(kSmall).state_dict()) names.push_back(name);
  EXPECT_EQ(names.size(), 3u + 2 + 2 * 16 + 2);
  for (const char* name : {"embeddings.word_embeddings.weight", "embeddings.LayerNorm.bias",
                           "encoder.layer.1.attention.self.query.weight",
                           "encoder.layer.0.attention.output.dense.bias",
                           "encoder.layer.1.attention.output.LayerNorm.weight",
                           "encoder.layer.0.intermediate.dense.weight",
                           "encoder.layer.1.output.LayerNorm.bias", "pooler.dense.weight"}) {
    EXPECT_THAT(names, testing::Contains(name));
  }
}

// What stands under padding must not reach the tokens before it.
TEST(Bert, PaddingIsNotSeen) {
  lamina::seed(0);
  models::Bert net(kSmall);
  Array mask = numbers({{1, 1, 1, 0, 0}});
  Array a = net.call({numbers({{1, 2, 3, 4, 5}}), mask})[1];
  Array b = net.call({numbers({{1, 2, 3, 9, 7}}), mask})[1];
  Array alone = net.call({numbers({{1, 2, 3}})})[1];
  Array unmasked = net.call({numbers({{1, 2, 3, 9, 7}})})[1];
  EXPECT_EQ(furthest(a, b), 0);
  EXPECT_LT(furthest(a, alone), 1e-5);
  EXPECT_GT(furthest(a, unmasked), 1e-4);
}

TEST(Bert, PlacesAndSegmentsMatter) {
  lamina::seed(0);  // weights are small at first, and so are the differences
  models::Bert net(kSmall);
  Array tokens = numbers({{1, 2, 3}});
  Array plain = net.call({tokens})[1];
  EXPECT_GT(furthest(plain, net.call({numbers({{1, 3, 2}})})[1]), 1e-6);
  EXPECT_GT(furthest(plain, net.call({tokens, Array(), numbers({{0, 1, 1}})})[1]), 1e-6);
  EXPECT_EQ(furthest(plain, net.call({tokens, Array(), zeros({1, 3}, int64)})[1]), 0);
}

TEST(Bert, ACloneGivesTheSame) {
  models::Bert net(kSmall);
  Array tokens = numbers({{3, 2, 1}});
  EXPECT_EQ(furthest(net(tokens), clone(net)(tokens)), 0);
}

TEST(Bert, SaysWhatDoesNotFit) {
  models::Bert net(kSmall);
  EXPECT_THROW(net(array({1, 2}, int64)), ShapeError);
  EXPECT_THROW(net(zeros({1, 7}, int64)), ShapeError) << "longer than the table of places";
  EXPECT_THROW(net.call({numbers({{1, 2}}), numbers({{1, 1, 1}})}), ShapeError);
  EXPECT_THROW(models::BertEncoder({.hidden_size = 10, .num_attention_heads = 3}), ValueError);
  EXPECT_THROW(models::Bert({.vocab_size = int64_t{1} << 62}), ValueError);
  EXPECT_THROW(models::BertEncoder(models::BertEncoderOptions{.dropout = std::nan("")}),
               ValueError);
  models::BertEncoder encoder({8, 1, 2, 16});
  EXPECT_THROW(encoder(ones({3, 8})), ShapeError);
}

}  // namespace
}  // namespace lamina
