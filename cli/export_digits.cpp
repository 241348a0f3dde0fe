// lamina digits FOLDER: a folder of pictures to try lamina train with.
#include <fmt/format.h>

#include "cli/command.h"
#include "lamina/data/export_digits.h"

namespace cli {

void add_digits(CLI::App& app) {
  auto* command = app.add_subcommand(
      "digits", "Write handwritten digits as a folder of pictures, to try train with");
  auto folder = std::make_shared<std::string>();
  auto options = std::make_shared<lamina::data::ExportOptions>();
  command->add_option("FOLDER", *folder, "a folder that is not there yet")->required();
  command->add_option("--count", options->count, "the first so many (1797)")
      ->type_name("N")
      ->check(at_least_one);
  command->footer("Example\n  lamina digits digits/ && lamina train digits/");
  command->callback([folder, options] {
    const int64_t count = lamina::data::export_digits(*folder, *options);
    fmt::print("{} pictures in {}\n", count, *folder);
  });
}

}  // namespace cli
