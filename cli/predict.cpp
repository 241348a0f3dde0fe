// lamina predict MODEL FILE..: pictures and tables by predict_rows.h; the quickstart's digits here.
#include <fmt/format.h>

#include <algorithm>

#include "cli/command.h"
#include "cli/digit_reader.h"
#include "cli/model_notes.h"
#include "cli/predict_rows.h"
#include "lamina/base/error.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/softmax.h"
#include "lamina/train/model_file.h"

namespace cli {
namespace {

struct Arguments {
  std::string model, format = "table";
  std::vector<std::string> files;
  int64_t top = 1;
};

// The quickstart's model: it wants light ink on dark paper, at 8 x 8.
bool reads_digits(const lamina::SavedModel& model, const std::string& path) {
  const lamina::Shape shape{-1, 1, 8, 8};
  return model.input().shape == shape && model.input().dtype == lamina::float32 &&
         !read_notes(path);
}

void run(const Arguments& arguments) {
  lamina::SavedModel model = lamina::load_model(arguments.model);
  if (!reads_digits(model, arguments.model)) {
    print_answers(
        answers(model, arguments.model, arguments.files, static_cast<size_t>(arguments.top)),
        arguments.format);
    return;
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
  std::vector<Answer> all;
  for (size_t i = 0; i < digits.size(); ++i) {
    const float* row = &rows[i * classes];
    const auto best = static_cast<size_t>(std::max_element(row, row + classes) - row);
    const std::string name =
        best < model.classes().size() ? model.classes()[best] : std::to_string(best);
    all.push_back({digits[i].source, {{name, row[best]}}});
  }
  print_answers(all, arguments.format);
}

}  // namespace

void add_predict(CLI::App& app) {
  auto* command =
      app.add_subcommand("predict", "Say what a saved model makes of pictures or rows of a table");
  auto arguments = std::make_shared<Arguments>();
  command
      ->add_option("MODEL", arguments->model, "a file saved by lamina train or lamina quickstart")
      ->required();
  command
      ->add_option("FILES", arguments->files,
                   "pictures (PNG, JPEG, WebP), folders of them, or CSV files")
      ->required();
  command->add_option("--format", arguments->format, "table, json or csv (table)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"table", "json", "csv"}));
  command->add_option("--top", arguments->top, "how many of the likeliest classes (1)")
      ->type_name("N")
      ->check(at_least_one);
  add_threads(*command);
  command->footer(
      "Examples\n"
      "  lamina predict model.lamina photo.jpg\n"
      "  lamina predict model.lamina photos/ --top 3 --format json\n"
      "  lamina predict iris.lamina new_flowers.csv");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace cli
