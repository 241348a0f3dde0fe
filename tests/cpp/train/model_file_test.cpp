#include "lamina/train/model_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "lamina/base/error.h"
#include "lamina/io/file.h"
#include "lamina/io/safetensors.h"
#include "lamina/nn/batch_norm.h"
#include "lamina/nn/convolution.h"
#include "lamina/nn/flatten.h"
#include "lamina/nn/pooling.h"
#include "lamina/ops/reduction.h"
#include "lamina/optim/sgd.h"
#include "lamina/train/trainer.h"
#include "tests/cpp/io/temporary_folder.h"
#include "tests/cpp/train/problem.h"

using namespace lamina;
using testing::ElementsAre;
using testing::HasSubstr;

static nn::Sequential convolution_net() {
  lamina::seed(4);
  return nn::Sequential{nn::Conv2d(1, 4, 3, {.padding = 1}),
                        nn::BatchNorm2d(4),
                        nn::ReLU(),
                        nn::MaxPool2d(2),
                        nn::Flatten(),
                        nn::Linear(64, 3)};
}

static Array images(int64_t count) {
  lamina::seed(7);
  return random_normal({count, 1, 8, 8}).eval();
}

static void write_bytes(const std::string& path, std::span<const std::byte> bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(bytes.data()),
             static_cast<std::streamsize>(bytes.size()));
}

// A program that has run before is compiled, and rounds otherwise than one that is new.
static void expect_same_prediction(const Array& got, const Array& expected) {
  EXPECT_THAT(got.to_vector<float>(),
              testing::Pointwise(testing::FloatNear(1e-6F), expected.to_vector<float>()));
}

TEST(ModelFile, PredictsTheSameForAnyBatch) {
  const TemporaryFolder folder;
  nn::Sequential model = convolution_net();
  save_model(model, {float32, {-1, 1, 8, 8}}, folder / "m.lamina", {.classes = {"a", "b", "c"}});
  EXPECT_TRUE(model.training());
  EXPECT_EQ(folder.file_count(), 1u);
  SavedModel again = load_model(folder / "m.lamina");
  EXPECT_THAT(again.classes(), ElementsAre("a", "b", "c"));
  EXPECT_EQ(again.input().shape, (Shape{-1, 1, 8, 8}));
  model.eval();
  for (int64_t count : {1, 2, 5}) {
    const Array x = images(count);
    expect_same_prediction(again(x), model(x));
  }
}

TEST(ModelFile, KeepsNamesAndKindsOfState) {
  const TemporaryFolder folder;
  nn::Sequential model = convolution_net();
  save_model(model, {float32, {-1, 1, 8, 8}}, folder / "m.lamina");
  SavedModel again = load_model(folder / "m.lamina");
  auto names = [](auto list) {
    std::vector<std::string> names;
    for (const auto& item : list) names.push_back(item.first);
    return names;
  };
  EXPECT_EQ(names(again.named_parameters()), names(model.named_parameters()));
  EXPECT_EQ(names(again.named_buffers()), names(model.named_buffers()));
  nn::Sequential other = convolution_net();
  other.apply([](nn::Module& m) {
    if (auto* l = dynamic_cast<nn::Linear*>(&m)) l->bias->set_value(ones({3}));
  });
  train::load_weights(other, folder / "m.lamina");
  expect_same_prediction(other.eval()(images(2)), model.eval()(images(2)));
  nn::Sequential small = small_net();
  EXPECT_THROW(train::load_weights(small, folder / "m.lamina"), KeyError);
}

// Scalars that are ready are folded where values are wanted, never where the graph is.
struct Scaled : nn::Module {
  Parameter scale = parameter("scale", array(2.0));
  Array forward(Array x) override { return x * (scale * 3.0 + 1.0); }
};

TEST(ModelFile, KeepsParametersWithoutAxes) {
  const TemporaryFolder folder;
  Scaled model;
  save_model(model, {float32, {-1, 2}}, folder / "m.lamina");
  SavedModel again = load_model(folder / "m.lamina");
  ASSERT_EQ(again.named_parameters().size(), 1u);
  again.named_parameters()[0].second->set_value(array(4.0));
  EXPECT_THAT(again(ones({1, 2})).to_vector<float>(), ElementsAre(13, 13));
}

TEST(ModelFile, ALoadedModelTrainsOnAndIsSavedAgain) {
  const TemporaryFolder folder;
  nn::Sequential model = small_net();
  save_model(model, {float32, {-1, 2}}, folder / "m.lamina");
  SavedModel again = load_model(folder / "m.lamina");
  Trainer trainer(again);
  trainer.compile(
      {.optimizer = optim::SGD({.lr = 0.5}), .loss = "cross_entropy", .metrics = {"accuracy"}});
  const auto& history = trainer.fit(points(64), {.epochs = 20, .batch_size = 16, .verbose = 0});
  EXPECT_LT(history.at("loss").back(), history.at("loss").front());
  trainer.save(folder / "n.lamina");
  SavedModel third = load_model(folder / "n.lamina");
  const Array x = points(5).x();
  expect_same_prediction(third(x), again(x));
  SavedModel copy = nn::clone(again);
  expect_same_prediction(copy(x), again(x));
}

TEST(ModelFile, ChecksItsInput) {
  const TemporaryFolder folder;
  nn::Sequential model = small_net();
  save_model(model, {float32, {-1, 2}}, folder / "m.lamina");
  SavedModel again = load_model(folder / "m.lamina");
  EXPECT_THROW(again(zeros({4, 3})), ShapeError);
  EXPECT_THROW(again(zeros({4})), ShapeError);
  EXPECT_THROW(again(zeros({4, 2}, float64)), DTypeError);
}

// Constants made by forward itself, and a graph that holds for one batch size only.
TEST(ModelFile, SavesWhatForwardBringsIn) {
  struct Shifted : nn::Module {
    Array shift = array({1, 2});
    Array forward(Array x) override { return x * 3.25 + shift; }
  } model;
  const TemporaryFolder folder;
  save_model(model, {float32, {-1, 2}}, folder / "m.lamina");
  SavedModel again = load_model(folder / "m.lamina");
  EXPECT_THAT(again(ones({1, 2})).to_vector<float>(), ElementsAre(4.25f, 5.25f));
  EXPECT_TRUE(again.state_dict().empty());

  struct Fixed : nn::Module {
    Array forward(Array x) override { return x + zeros({2, 2}); }
  } fixed;
  save_model(fixed, {float32, {-1, 2}}, folder / "f.lamina");
  EXPECT_EQ(load_model(folder / "f.lamina").input().shape, (Shape{2, 2}));
}

TEST(ModelFile, RefusesForeignAndMissingFiles) {
  const TemporaryFolder folder;
  auto message = [&](const std::string& path) -> std::string {
    try {
      load_model(path);
      return "loaded";
    } catch (const FileError& error) {
      return error.what();
    }
  };
  EXPECT_THAT(message(folder / "none.lamina"), HasSubstr("No such file"));
  io::write_safetensors(folder / "foreign.lamina", {}, {{"a", "b"}});
  EXPECT_THAT(message(folder / "foreign.lamina"), HasSubstr("not a lamina-model file"));
  io::write_safetensors(folder / "new.lamina", {}, {{"format", "lamina-model"}, {"version", "2"}});
  EXPECT_THAT(message(folder / "new.lamina"), HasSubstr("cannot read this version"));
  std::ofstream(folder / "text.lamina") << "hello, this is no model at all";
  EXPECT_THAT(message(folder / "text.lamina"), HasSubstr("text.lamina"));
}

TEST(ModelFile, EveryTruncationAndEveryFlippedBitIsAFileError) {
  const TemporaryFolder folder;
  lamina::seed(1);
  nn::Sequential model{nn::Linear(2, 2)};
  save_model(model, {float32, {-1, 2}}, folder / "m.lamina");
  const std::vector<std::byte> good = io::read_file(folder / "m.lamina");
  const std::string path = folder / "bad.lamina";
  auto refused = [&](std::span<const std::byte> bytes) {
    write_bytes(path, bytes);
    try {
      load_model(path);
      return false;
    } catch (const FileError&) {
      return true;
    }
  };
  EXPECT_FALSE(refused(good));
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_TRUE(refused(std::span(good).first(size))) << size;
  }
  std::vector<std::byte> bad = good;
  for (size_t bit = 0; bit < 8 * bad.size(); ++bit) {
    const auto mask = static_cast<std::byte>(1u << (bit % 8));
    bad[bit / 8] ^= mask;
    EXPECT_TRUE(refused(bad)) << "byte " << bit / 8 << " bit " << bit % 8;
    bad[bit / 8] ^= mask;
  }
}
