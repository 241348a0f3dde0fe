// lamina quickstart: a first network, from data to a saved model, in a minute.
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/digit_art.h"
#include "cli/shifted_digits.h"
#include "cli/terminal.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/timer.h"
#include "lamina/data/digits.h"
#include "lamina/nn/activations.h"
#include "lamina/nn/convolution.h"
#include "lamina/nn/flatten.h"
#include "lamina/nn/linear.h"
#include "lamina/nn/pooling.h"
#include "lamina/nn/sequential.h"
#include "lamina/ops/random.h"
#include "lamina/ops/softmax.h"
#include "lamina/optim/adam.h"
#include "lamina/train/trainer.h"

namespace cli {
namespace {

namespace lm = lamina;
namespace nn = lamina::nn;

constexpr size_t kClasses = 10;

struct Options {
  int64_t epochs = 30, batch_size = 32;
  double lr = 3e-3;
  uint64_t seed = 0;
  std::string save = "digits.lamina";
};

nn::Sequential make_model() {
  return nn::Sequential{nn::Conv2d(1, 32, 3, {.padding = 1}),
                        nn::ReLU(),
                        nn::MaxPool2d(2),
                        nn::Conv2d(32, 64, 3, {.padding = 1}),
                        nn::ReLU(),
                        nn::Flatten(),
                        nn::Linear(1024, 10)};
}

struct Prediction {
  size_t digit = 0;
  float confidence = 0;
};

std::vector<Prediction> best(const lm::Array& scores) {
  const std::vector<float> rows = lm::softmax(scores, {.axis = -1}).to_vector<float>();
  std::vector<Prediction> result;
  for (size_t i = 0; i < rows.size(); i += kClasses) {
    const auto row = rows.begin() + static_cast<std::ptrdiff_t>(i);
    const auto most = std::max_element(row, row + kClasses);
    result.push_back({static_cast<size_t>(most - row), *most});
  }
  return result;
}

// Rows are what the digit is, columns what the model says.
void print_confusions(const std::vector<Prediction>& predictions,
                      const std::vector<int64_t>& labels) {
  int counts[kClasses][kClasses] = {};
  for (size_t i = 0; i < labels.size(); ++i) ++counts[labels[i]][predictions[i].digit];
  fmt::print("\nconfusions (row: the digit, column: the prediction)\n    ");
  for (size_t c = 0; c < kClasses; ++c) fmt::print("{:4}", c);
  fmt::print("\n");
  for (size_t r = 0; r < kClasses; ++r) {
    fmt::print("{:4}", r);
    for (size_t c = 0; c < kClasses; ++c) {
      fmt::print("{:>4}", counts[r][c] == 0 ? "." : std::to_string(counts[r][c]));
    }
    fmt::print("\n");
  }
}

void show_some(const lm::data::ArrayDataset& test, const std::vector<Prediction>& predictions) {
  constexpr size_t kShown = 4, kPixels = 64;
  const std::vector<float> pixels = test.x().to_vector<float>();
  const std::vector<int64_t> labels = test.y().to_vector<int64_t>();
  std::vector<DigitPicture> pictures;
  for (size_t i = 0; i < kShown; ++i) {
    const auto first = pixels.begin() + static_cast<std::ptrdiff_t>(i * kPixels);
    pictures.push_back(
        {{first, first + kPixels},
         {fmt::format("label {}", labels[i]), fmt::format("predicted {}", predictions[i].digit),
          fmt::format("{:.1f} % sure", 100 * predictions[i].confidence)}});
  }
  fmt::print("\n{}", draw(pictures, terminal()));
}

void print_next_steps(const std::string& file) {
  fmt::print(
      "Try next\n"
      "  lamina predict {0} your_digit.png\n"
      "  lamina explain {0}\n"
      "\n"
      "  Python   import lamina as lm\n"
      "           model = lm.load_model(\"{0}\")\n"
      "           print(lm.argmax(model(lm.data.digits().x), axis=-1))\n"
      "\n"
      "  C++      #include <lamina/lamina.h>\n"
      "           auto model = lamina::load_model(\"{0}\");\n"
      "           std::cout << lamina::argmax(model(lamina::data::digits().x()), {{.axis = "
      "-1}});\n",
      file);
}

void run(const Options& options) {
  lm::seed(options.seed);
  auto [train, test] = lm::data::digits().split(0.8, {.seed = options.seed});
  nn::Sequential model = make_model();
  fmt::print(
      "Lamina learns to read {} handwritten digits (8 x 8 pixels); {} others are the test.\n"
      "A convolution net of {} parameters, {} threads.\n\n",
      train.size(), test.size(), model.parameter_count(), lm::thread_count());
  std::fflush(stdout);

  lm::Trainer trainer(model);
  const int64_t batches = (train.size() + options.batch_size - 1) / options.batch_size;
  const int64_t steps = options.epochs * batches;
  const lm::optim::CosineSchedule rate{.lr = options.lr, .steps = steps, .warmup = steps / 20};
  trainer.compile({.optimizer = lm::optim::Adam({.lr = rate}),
                   .loss = "cross_entropy",
                   .metrics = {"accuracy"}});
  const lm::Timer timer;
  trainer.fit(ShiftedDigits(train, options.seed), {.epochs = options.epochs,
                                                   .batch_size = options.batch_size,
                                                   .validation_data = test,
                                                   .seed = options.seed});
  fmt::print("\ntrained in {:.1f} s\n", timer.seconds());
  const lm::train::Logs result = trainer.evaluate(test);
  fmt::print("test loss: {:.4f}\ntest accuracy: {:.4f}\n", result.at("loss"),
             result.at("accuracy"));

  std::vector<std::string> classes;
  for (size_t c = 0; c < kClasses; ++c) classes.push_back(std::to_string(c));
  trainer.save(options.save, {.classes = classes});
  lm::SavedModel again = lm::load_model(options.save);
  const std::vector<Prediction> predictions = best(lm::Trainer(again).predict(test.x()));
  print_confusions(predictions, test.y().to_vector<int64_t>());
  fmt::print(
      "\nsaved as {}, and loaded again: the predictions above and below are the loaded model's\n",
      options.save);
  show_some(test, predictions);
  print_next_steps(options.save);
}

}  // namespace

void add_quickstart(CLI::App& app) {
  auto* command = app.add_subcommand("quickstart",
                                     "Train a first network on handwritten digits and look at it");
  auto options = std::make_shared<Options>();
  command->add_option("--epochs", options->epochs, "passes over the data (30)")
      ->type_name("N")
      ->check(at_least_one);
  command->add_option("--batch-size", options->batch_size, "examples per step (32)")
      ->type_name("N")
      ->check(at_least_one);
  command->add_option("--lr", options->lr, "largest learning rate (0.003)")
      ->type_name("RATE")
      ->check(positive);
  command->add_option("--seed", options->seed, "of the split, the first weights and the order (0)")
      ->type_name("N")
      ->check(natural);
  command->add_option("--save", options->save, "where the model goes (digits.lamina)")
      ->type_name("FILE");
  add_threads(*command);
  command->callback([options] { run(*options); });
}

}  // namespace cli
