// lamina explain MODEL
#include <fmt/format.h>

#include "cli/command.h"
#include "cli/example_input.h"
#include "lamina/exec/evaluate.h"
#include "lamina/exec/explain.h"
#include "lamina/op/graph_text.h"
#include "lamina/op/recording.h"
#include "lamina/train/model_file.h"

namespace cli {
namespace {

void run(const std::string& path, int64_t batch) {
  lamina::SavedModel model = lamina::load_model(path);
  const lamina::InputSpec& input = model.input();
  fmt::print("model       {}\n", path);
  fmt::print("input       {}\n", lamina::text(input.dtype, " ", input.shape));
  fmt::print("parameters  {}\n", model.parameter_count());
  if (!model.classes().empty())
    fmt::print("classes     {}\n", lamina::list_text(model.classes(), "", ""));
  fmt::print("\n{}\n", lamina::to_text(model.graph()));

  lamina::NoGrad no_grad;
  const lamina::Array x = example_input(input, batch), output = model(x);
  fmt::print("program for {}\n{}", lamina::text(input.dtype, " ", x.shape()),
             lamina::explain(output));
}

}  // namespace

void add_explain(CLI::App& app) {
  auto* command =
      app.add_subcommand("explain", "Show a saved model's graph and the program that runs it");
  auto path = std::make_shared<std::string>();
  auto batch = std::make_shared<int64_t>(1);
  command->add_option("MODEL", *path, "a file saved by lamina quickstart --save")->required();
  command->add_option("--batch-size", *batch, "number of examples (1)")
      ->type_name("N")
      ->check(at_least_one);
  add_threads(*command);
  command->callback([path, batch] { run(*path, *batch); });
}

}  // namespace cli
