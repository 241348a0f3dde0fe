// lamina tune MODEL
#include <fmt/format.h>

#include <memory>
#include <span>

#include "cli/command.h"
#include "cli/example_input.h"
#include "lamina/exec/tune.h"
#include "lamina/op/recording.h"
#include "lamina/train/model_file.h"

namespace cli {
namespace {

void run(const std::string& path, int64_t batch) {
  lamina::SavedModel model = lamina::load_model(path);
  lamina::NoGrad no_grad;
  const lamina::Array output = model(example_input(model.input(), batch));
  fmt::print("{}", lamina::tune(std::span(&output, 1)).to_string());
}

}  // namespace

void add_tune(CLI::App& app) {
  auto* command = app.add_subcommand(
      "tune", "Measure which kernels run a saved model fastest here, and keep the answers");
  auto path = std::make_shared<std::string>();
  auto batch = std::make_shared<int64_t>(1);
  command->add_option("MODEL", *path, "a file saved by lamina train or Trainer.save")->required();
  command->add_option("--batch-size", *batch, "number of examples (1)")
      ->type_name("N")
      ->check(at_least_one);
  add_threads(*command);
  command->footer(
      "The answers hold for this batch size and number of threads, on this processor. They are kept\n"
      "in ~/.cache/lamina/tuned.txt; LAMINA_TUNED names another file, LAMINA_TUNED=0 goes without.\n\n"
      "Example\n  lamina tune digits.lamina --batch-size 32 --threads 2");
  command->callback([path, batch] { run(*path, *batch); });
}

}  // namespace cli
