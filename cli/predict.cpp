// lamina predict MODEL FILE..
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/digit_reader.h"
#include "lamina/base/error.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/softmax.h"
#include "lamina/train/model_file.h"

namespace cli {
namespace {

struct Arguments {
  std::string model;
  std::vector<std::string> files;
};

void run(const Arguments& arguments) {
  lamina::SavedModel model = lamina::load_model(arguments.model);
  const lamina::Shape expected{-1, 1, 8, 8};
  if (!(model.input().shape == expected) || model.input().dtype != lamina::float32) {
    throw lamina::FileError(fmt::format("{}: this model does not read digits", arguments.model))
        .detail("its input", lamina::text(model.input().dtype, " ", model.input().shape))
        .detail("expected", lamina::text("float32 ", expected))
        .help("make one with: lamina quickstart --save digits.lamina");
  }
  std::vector<ReadDigit> digits;
  for (const std::string& file : arguments.files) {
    for (ReadDigit& digit : read_digits(file)) digits.push_back(std::move(digit));
  }
  if (digits.empty()) return;
  std::vector<float> pixels;
  for (const ReadDigit& digit : digits)
    pixels.insert(pixels.end(), digit.pixels.begin(), digit.pixels.end());
  lamina::NoGrad no_grad;
  const auto count = static_cast<int64_t>(digits.size());
  const lamina::Array scores =
      model(lamina::from_data(pixels.data(), {count, 1, 8, 8}, lamina::float32));
  const lamina::Array probabilities = lamina::softmax(scores, {.axis = -1});
  const std::vector<float> rows = probabilities.to_vector<float>();
  const auto classes = static_cast<size_t>(probabilities.shape(-1));
  for (size_t i = 0; i < digits.size(); ++i) {
    const float* row = &rows[i * classes];
    const auto best = static_cast<size_t>(std::max_element(row, row + classes) - row);
    const std::string name =
        best < model.classes().size() ? model.classes()[best] : std::to_string(best);
    fmt::print("{}  {}  {:.1f} %\n", digits[i].source, name, 100 * row[best]);
  }
}

}  // namespace

void add_predict(CLI::App& app) {
  auto* command =
      app.add_subcommand("predict", "Read digits from PNG or CSV files with a saved model");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("MODEL", arguments->model, "a file saved by lamina quickstart --save")
      ->required();
  command
      ->add_option("FILES", arguments->files,
                   "PNG pictures of any size, or CSV files with rows of 64 numbers")
      ->required();
  add_threads(*command);
  command->callback([arguments] { run(*arguments); });
}

}  // namespace cli
