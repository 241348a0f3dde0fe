// A TOML file as options of a subcommand: each key is the name of a flag, without its dashes.
//
//   # flowers.toml                      lamina train --config flowers.toml --epochs 5
//   data = "flowers"
//   epochs = 20
//   batch-size = 64          # or batch_size
//
// What stands on the command line wins. A key that is no flag is a CLI::ParseError with the nearest one.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace cli {

void read_toml_options(CLI::App& command, const std::string& path);

}  // namespace cli
