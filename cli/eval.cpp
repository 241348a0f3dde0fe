// lamina eval MODEL DATA: how good a saved model is on other data.
#include <fmt/format.h>

#include <cmath>

#include "cli/command.h"
#include "cli/model_notes.h"
#include "cli/results.h"
#include "cli/training_data.h"
#include "lamina/base/error.h"
#include "lamina/data/data_loader.h"
#include "lamina/data/readers.h"
#include "lamina/op/recording.h"
#include "lamina/train/model_file.h"

namespace cli {
namespace {

namespace lm = lamina;

struct Arguments {
  std::string model, data, on_error = "raise";
  int64_t batch_size = 64;
};

[[noreturn]] void other_classes(const Arguments& arguments,
                                const std::vector<std::string>& of_model,
                                const std::vector<std::string>& of_data) {
  throw lm::FileError(fmt::format("{} has other classes than {}", arguments.data, arguments.model))
      .detail("model", fmt::format("{}", fmt::join(of_model, ", ")))
      .detail("data", fmt::format("{}", fmt::join(of_data, ", ")));
}

void print_errors(lm::SavedModel& model, const lm::data::ArrayDataset& rows, int64_t batch_size) {
  lm::NoGrad no_grad;
  double squares = 0, absolutes = 0;
  lm::data::DataLoader loader(rows, {.batch_size = batch_size});
  for (auto [x, y] : loader) {
    const std::vector<float> got = model(x).to_vector<float>(), wanted = y.to_vector<float>();
    for (size_t i = 0; i < wanted.size(); ++i) {
      squares += std::pow(got[i] - wanted[i], 2);
      absolutes += std::abs(got[i] - wanted[i]);
    }
  }
  const auto count = static_cast<double>(rows.size());
  fmt::print("rows: {}\nmean squared error: {:.6g}\nmean absolute error: {:.6g}\n", rows.size(),
             squares / count, absolutes / count);
}

void print_classes(lm::SavedModel& model, const lm::data::DatasetHandle& data, int64_t batch_size) {
  const std::vector<Prediction> all = predictions(model, data, batch_size);
  fmt::print("examples: {}\naccuracy: {:.4f}\n", all.size(), accuracy(all));
  print_confusions(all, model.classes());
}

void run(const Arguments& arguments) {
  lm::SavedModel model = lm::load_model(arguments.model);
  model.eval();
  if (is_table(arguments.data)) {
    const auto notes = read_notes(arguments.model);
    const lm::data::CsvDataset table(arguments.data,
                                     {notes ? notes->target : "", separator_of(arguments.data),
                                      model.classes().empty() ? "regression" : "classification"});
    if (notes && table.features() != notes->features) {
      throw lm::FileError(fmt::format("{} has other columns than {} was trained with",
                                      arguments.data, arguments.model))
          .detail("model", fmt::format("{}", fmt::join(notes->features, ", ")))
          .detail("data", fmt::format("{}", fmt::join(table.features(), ", ")));
    }
    if (model.classes().empty()) return print_errors(model, table.rows(), arguments.batch_size);
    if (table.classes() != model.classes())
      other_classes(arguments, model.classes(), table.classes());
    return print_classes(model, table.rows(), arguments.batch_size);
  }
  const lm::Shape& shape = model.input().shape;
  if (shape.size() != 4 || shape[2] != shape[3]) {
    throw lm::FileError(fmt::format("{}: this model does not take pictures", arguments.model))
        .detail("its input", lm::text(model.input().dtype, " ", shape));
  }
  const lm::data::ImageFolder folder(arguments.data, {.transforms = plain_transforms(shape[2]),
                                                      .channels = shape[1],
                                                      .on_error = arguments.on_error});
  if (!model.classes().empty() && folder.classes() != model.classes()) {
    other_classes(arguments, model.classes(), folder.classes());
  }
  print_classes(model, folder, arguments.batch_size);
  for (const auto& skipped : folder.skipped()) fmt::print("left out: {}\n", skipped.reason);
}

}  // namespace

void add_eval(CLI::App& app) {
  auto* command =
      app.add_subcommand("eval", "Measure a saved model on a folder of pictures or a table");
  auto arguments = std::make_shared<Arguments>();
  command->add_option("MODEL", arguments->model, "a file saved by lamina train")->required();
  command
      ->add_option("DATA", arguments->data,
                   "a folder with a sub-folder for each class, or a CSV file")
      ->required();
  command->add_option("--batch-size", arguments->batch_size, "examples at once (64)")
      ->type_name("N")
      ->check(at_least_one);
  command
      ->add_option("--on-error", arguments->on_error,
                   "pictures that cannot be read: raise or skip (raise)")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"raise", "skip"}));
  add_threads(*command);
  command->footer("Example\n  lamina eval model.lamina flowers/test");
  command->callback([arguments] { run(*arguments); });
}

}  // namespace cli
