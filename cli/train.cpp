// lamina train DATA: a net from a folder of pictures or a table, without code.
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "cli/command.h"
#include "cli/graceful_stop.h"
#include "cli/nets.h"
#include "cli/results.h"
#include "cli/toml_options.h"
#include "cli/training_data.h"
#include "cli/training_files.h"
#include "lamina/base/error.h"
#include "lamina/base/nearest.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/timer.h"
#include "lamina/data/data_loader.h"
#include "lamina/ops/random.h"
#include "lamina/optim/adam.h"
#include "lamina/optim/sgd.h"
#include "lamina/train/early_stopping.h"
#include "lamina/train/loggers.h"
#include "lamina/train/report.h"
#include "lamina/train/trainer.h"

namespace cli {
namespace {

namespace lm = lamina;

struct Options {
  DataOptions data;
  std::string model = "small", optimizer = "adam", save = "model.lamina", log, report, plot, config,
              checkpoint, events;
  int64_t epochs = 20, batch_size = 32, patience = 0;
  double lr = 2e-3;
  bool quiet = false;
};

void compile(lm::Trainer& trainer, const Options& options, const TrainingData& data) {
  const auto examples = static_cast<double>(data.train->size());
  const auto steps =
      static_cast<int64_t>(examples / static_cast<double>(options.batch_size) + 1) * options.epochs;
  const lm::optim::CosineSchedule rate{.lr = options.lr, .steps = steps, .warmup = steps / 20};
  const bool classify = !data.classes.empty();
  lm::train::CompileOptions how{.optimizer = lm::optim::Adam({.lr = rate}),
                                .loss = classify ? "cross_entropy" : "mse",
                                .metrics = {classify ? "accuracy" : "mean_absolute_error"}};
  if (options.optimizer == "sgd") how.optimizer = lm::optim::SGD({.lr = rate, .momentum = 0.9});
  trainer.compile(std::move(how));
}

// The nets normalise by the statistics of a batch, which a single example does not have: where one
// is left over, each epoch leaves out another.
lm::data::DataLoader loader_of(const TrainingData& data, const Options& options) {
  const int64_t size = data.train->size();
  const bool one_left = size > options.batch_size && size % options.batch_size == 1;
  return {data.train,
          {.batch_size = options.batch_size,
           .shuffle = true,
           .seed = options.data.seed,
           .drop_last = one_left}};
}

void print_skipped(const TrainingData& data) {
  for (const auto& folder : {data.train_folder, data.validation_folder}) {
    if (!folder) continue;
    for (const auto& skipped : folder->skipped()) fmt::print("left out: {}\n", skipped.reason);
  }
}

void print_results(lm::nn::Module& model, const TrainingData& data) {
  if (data.classes.empty()) return;
  const std::vector<Prediction> all = predictions(model, data.validation, 64);
  print_confusions(all, data.classes);
  if (!data.validation_folder || all.size() != static_cast<size_t>(data.validation->size())) return;
  std::vector<size_t> wrong;
  for (size_t i = 0; i < all.size(); ++i) {
    if (all[i].label != all[i].answer) wrong.push_back(i);
  }
  std::sort(wrong.begin(), wrong.end(),
            [&](size_t a, size_t b) { return all[a].confidence > all[b].confidence; });
  if (!wrong.empty()) fmt::print("\nsurest and wrong\n");
  for (size_t k = 0; k < std::min<size_t>(5, wrong.size()); ++k) {
    const Prediction& p = all[wrong[k]];
    fmt::print("  {}  taken for {} ({:.1f} %)\n",
               data.validation_folder->name(static_cast<int64_t>(wrong[k])), data.classes[p.answer],
               100 * p.confidence);
  }
}

void run(const Options& options) {
  check_places({options.save, options.report, options.plot, options.log, options.checkpoint});
  lm::seed(options.data.seed);
  const TrainingData data = read_training_data(options.data);
  const int64_t outputs = data.classes.empty() ? 1 : static_cast<int64_t>(data.classes.size());
  auto model = data.pictures ? make_picture_net(options.model, data.channels, data.side, outputs)
                             : make_table_net(static_cast<int64_t>(data.features.size()), outputs);
  if (data.pictures) {
    fmt::print("{} pictures of {} classes to learn from, {} to check with; {} x {} x {}\n",
               data.train->size(), data.classes.size(), data.validation->size(), data.channels,
               data.side, data.side);
  } else {
    fmt::print("{} rows with {} features to learn from, {} to check with; target {} ({})\n",
               data.train->size(), data.features.size(), data.validation->size(), data.target,
               data.classes.empty() ? "values" : fmt::format("{} classes", data.classes.size()));
  }
  fmt::print("net '{}' with {} parameters, {} threads\n\n", data.pictures ? options.model : "mlp",
             model->parameter_count(), lm::thread_count());
  std::fflush(stdout);

  lm::Trainer trainer(*model);
  compile(trainer, options, data);
  lm::train::FitOptions fit{.epochs = options.epochs,
                            .validation_data = data.validation,
                            .verbose = options.quiet ? 0 : 1};
  if (!options.log.empty()) fit.callbacks.push_back(lm::train::CSVLogger(options.log));
  if (!options.report.empty()) {
    fit.callbacks.push_back(lm::train::Report(options.report, {options.data.data, data.classes}));
  }
  if (!options.events.empty()) fit.callbacks.push_back(lm::train::EventLogger(options.events));
  if (options.patience > 0) {
    fit.callbacks.push_back(
        lm::train::EarlyStopping({.patience = options.patience, .restore_best_weights = true}));
  }
  if (!options.checkpoint.empty()) {
    if (std::ifstream(options.checkpoint).good()) {
      try {
        trainer.load_checkpoint(options.checkpoint);
      } catch (lm::Error& error) {
        error.add_detail("or", "begin anew with another --checkpoint");
        throw;
      }
      fmt::print("going on from {}\n", options.checkpoint);
    }
    fit.callbacks.push_back(Checkpoints(options.checkpoint));
  }
  fit.callbacks.push_back(StopWhenAsked());
  const lm::Timer timer;
  try {
    const GracefulStop stop;
    trainer.fit(loader_of(data, options), std::move(fit));
  } catch (const lm::FileError&) {  // a log or a report that could not be written
    if (trainer.history().epochs() > 0) {
      fmt::print("saved as {}\n", save_training(trainer, options.save, data));
    }
    throw;
  }
  fmt::print("\n{} in {:.1f} s\n", GracefulStop::asked() ? "stopped" : "trained", timer.seconds());
  print_skipped(data);
  const lm::train::Logs result = trainer.evaluate(data.validation);
  for (const auto& [name, value] : result) fmt::print("validation {}: {:.4f}\n", name, value);
  const std::string place = save_training(trainer, options.save, data);
  if (!options.plot.empty()) trainer.history().plot(options.plot);
  print_results(*model, data);
  fmt::print("\nsaved as {0}\nTry next\n  lamina predict {0} {1}\n  lamina eval {0} {2}\n", place,
             data.pictures ? "PICTURE.." : "TABLE.csv", options.data.data);
  if (GracefulStop::asked()) throw CLI::RuntimeError(130);
  if (place != options.save) throw CLI::RuntimeError(2);
}

// A picture that cannot be read need not be the end.
lm::FileError with_hint(lm::FileError& error, const DataOptions& data) {
  const auto& details = error.details();
  const bool of_picture = std::any_of(details.begin(), details.end(), [&](const auto& detail) {
    return detail.first == "file" && detail.second.starts_with(data.data + "/") &&
           std::filesystem::is_regular_file(detail.second);
  });
  if (of_picture && data.on_error == "raise") {
    error.detail("or", "leave such pictures out with --on-error skip");
  }
  return error;
}

void add_options(CLI::App& command, Options& options) {
  DataOptions& data = options.data;
  const auto number = [&](const char* name, int64_t& value, const char* help) {
    return command.add_option(name, value, help)->type_name("N");
  };
  command.add_option("DATA", data.data,
                     "a folder with a sub-folder of pictures for each class, or a CSV file");
  command.add_option("--config", options.config, "a TOML file with any of these options")
      ->type_name("FILE");
  command.add_option("--validation", data.validation, "a folder or table to check with")
      ->type_name("PATH");
  command
      .add_option("--validation-split", data.validation_split, "the share kept to check with (0.2)")
      ->type_name("SHARE")
      ->check(CLI::Range(0.001, 0.999));
  command
      .add_option("--model", options.model,
                  "of pictures: " + fmt::format("{}", fmt::join(net_names(), ", ")) + " (small)")
      ->type_name("NAME");
  number("--epochs", options.epochs, "passes over the data (20)")->check(at_least_one);
  number("--batch-size", options.batch_size, "examples per step (32)")->check(at_least_one);
  command.add_option("--lr", options.lr, "largest learning rate (0.002)")
      ->type_name("RATE")
      ->check(positive);
  command.add_option("--optimizer", options.optimizer, "adam or sgd (adam)")
      ->type_name("NAME")
      ->check(CLI::IsMember({"adam", "sgd"}));
  number("--image-size", data.image_size,
         "the side that pictures are made; found from the first when left out")
      ->check(CLI::Range(8, 1024));
  number("--channels", data.channels, "1 grey, 3 colour; found from the first when left out")
      ->check(CLI::IsMember({1, 3}));
  command.add_option("--augment", data.augment, "none, shift, flip, crop or strong (shift)")
      ->type_name("NAME")
      ->check(CLI::IsMember(augmentations()));
  command.add_option("--target", data.target, "of a table: the column to predict (the last)")
      ->type_name("COLUMN");
  command
      .add_option("--task", data.task, "of a table: classification or regression (by the target)")
      ->type_name("TASK")
      ->check(CLI::IsMember({"auto", "classification", "regression"}));
  command
      .add_option("--on-error", data.on_error,
                  "pictures that cannot be read: raise or skip (raise)")
      ->type_name("WHAT")
      ->check(CLI::IsMember({"raise", "skip"}));
  number("--patience", options.patience,
         "stop after so many epochs without a better validation loss; 0: never (0)")
      ->check(natural);
  command
      .add_option("--seed", data.seed,
                  "of the split, the first weights, the order, the changes (0)")
      ->type_name("N")
      ->check(natural);
  command.add_option("--save", options.save, "where the model goes (model.lamina)")
      ->type_name("FILE");
  command.add_option("--log", options.log, "a CSV file with a line for each epoch")
      ->type_name("FILE");
  command
      .add_option("--report", options.report,
                  "a page (HTML) with curves, confusions and the wrong pictures")
      ->type_name("FILE");
  command
      .add_option("--events", options.events, "a folder for event files, which TensorBoard shows")
      ->type_name("FOLDER");
  command.add_option("--plot", options.plot, "a picture (PNG) of the curves")->type_name("FILE");
  command
      .add_option("--checkpoint", options.checkpoint,
                  "written after each epoch; when it is there, training goes on from it")
      ->type_name("FILE");
  command.add_flag("--quiet", options.quiet, "no progress");
  add_threads(command);
}

}  // namespace

void add_train(CLI::App& app) {
  auto* command = app.add_subcommand("train", "Train a net on your pictures or on a table");
  auto options = std::make_shared<Options>();
  add_options(*command, *options);
  command->footer(
      "Examples\n"
      "  lamina train flowers/                       flowers/daisy/1.jpg, flowers/rose/1.jpg ..\n"
      "  lamina train flowers/ --model resnet18 --augment crop --epochs 50\n"
      "  lamina train iris.csv --target species --save iris.lamina\n"
      "  lamina train --config flowers.toml --epochs 5");
  command->callback([command, options] {
    if (!options->config.empty()) read_toml_options(*command, options->config);
    if (options->data.data.empty()) throw CLI::RequiredError("DATA");
    const std::vector<std::string> names = net_names();
    if (std::find(names.begin(), names.end(), options->model) == names.end()) {
      throw CLI::ValidationError("--model", fmt::format("there is no net '{}'{}", options->model,
                                                        lm::did_you_mean(options->model, names)));
    }
    try {
      run(*options);
    } catch (lm::FileError& error) {
      throw with_hint(error, options->data);
    }
  });
}

}  // namespace cli
