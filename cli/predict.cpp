// lamina predict MODEL FILE..: pictures and tables by predict_rows.h; the quickstart's digits here.
#include <fmt/format.h>

#include <algorithm>

#include "cli/answer_pictures.h"
#include "cli/command.h"
#include "cli/digit_reader.h"
#include "cli/model_notes.h"
#include "cli/predict_rows.h"
#include "lamina/base/error.h"
#include "lamina/io/file.h"
#include "lamina/io/picture.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/softmax.h"
#include "lamina/train/model_file.h"

namespace cli {
namespace {

struct Arguments {
  std::string model, format = "table", pictures;
  std::vector<std::string> files;
  int64_t top = 1;
};

// The quickstart's model: it wants light ink on dark paper, at 8 x 8.
bool reads_digits(const lamina::SavedModel& model, const std::string& path) {
  const lamina::Shape shape{-1, 1, 8, 8};
  return model.input().shape == shape && model.input().dtype == lamina::float32 &&
         !read_notes(path);
}

// All answers there are; then what could not be read, which makes the exit code 2.
void show(const std::vector<Answer>& all, const std::vector<Unread>& unread,
          const Arguments& arguments, bool of_pictures) {
  if (!all.empty() || unread.empty()) print_answers(all, arguments.format);
  if (!arguments.pictures.empty()) {
    if (!of_pictures) {
      throw lamina::FileError(arguments.model + ": this model takes rows of a table, no pictures")
          .help("leave --pictures out");
    }
    const size_t count = write_answer_pictures(all, arguments.pictures);
    fmt::print(stderr, "{} pictures in {}\n", count, arguments.pictures);
  }
  if (unread.empty()) return;
  std::fflush(stdout);
  for (const Unread& one : unread) fmt::print(stderr, "lamina: error: {}\n", one.why);
  throw CLI::RuntimeError(2);
}

void run(const Arguments& arguments) {
  const bool is_picture =
      lamina::io::picture_kind(lamina::io::MappedFile(arguments.model).bytes()) !=
      lamina::io::PictureKind::kUnknown;
  if (is_picture) {
    throw lamina::FileError(arguments.model + " is a picture, no model")
        .help("the model comes first: lamina predict MODEL FILES..");
  }
  lamina::SavedModel model = lamina::load_model(arguments.model);
  if (!reads_digits(model, arguments.model)) {
    std::vector<Unread> unread;
    const std::vector<Answer> all = answers(model, arguments.model, arguments.files,
                                            static_cast<size_t>(arguments.top), unread);
    return show(all, unread, arguments, model.input().shape.size() == 4);
  }
  if (!arguments.pictures.empty()) {
    throw lamina::FileError(arguments.model + ": --pictures is for models of lamina train");
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
  command
      ->add_option("--pictures", arguments->pictures,
                   "a folder for the pictures with their answers drawn below (PNG)")
      ->type_name("FOLDER");
  command->add_option("--top", arguments->top, "how many of the likeliest classes (1)")
      ->type_name("N")
      ->check(at_least_one);
  add_threads(*command);
  command->footer(
      "Examples\n"
      "  lamina predict model.lamina photo.jpg\n"
      "  lamina predict model.lamina photos/ --top 3 --format json\n"
      "  lamina predict model.lamina photos/ --top 3 --pictures looked-at/\n"
      "  lamina predict iris.lamina new_flowers.csv");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace cli
