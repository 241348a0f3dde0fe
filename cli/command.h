// The subcommands of `lamina`: one file each. Every function adds its subcommand and what it takes to the
// application; CLI11 calls it when it was chosen. Wrong arguments, files and data (lamina::Error) end in exit
// code 2, failures of the machine (no memory) or of a check in 1.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace cli {

void add_quickstart(CLI::App& app);
void add_train(CLI::App& app);
void add_eval(CLI::App& app);
void add_predict(CLI::App& app);
void add_summary(CLI::App& app);
void add_inspect(CLI::App& app);
void add_digits(CLI::App& app);
void add_completion(CLI::App& app);
void add_explain(CLI::App& app);
void add_tune(CLI::App& app);
void add_check(CLI::App& app);
void add_doctor(CLI::App& app);
void add_bench(CLI::App& app);

// The option --threads, which several subcommands have; applied at once.
void add_threads(CLI::App& command);

// Checks of arguments; the text that they return is the error.
std::string at_least_one(const std::string& value);
std::string natural(const std::string& value);  // 0, 1, 2, ..
std::string positive(const std::string& value);

}  // namespace cli
