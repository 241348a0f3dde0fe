#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/command.h"
#include "lamina/base/error.h"
#include "lamina/base/nearest.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/version.h"

namespace cli {

std::string at_least_one(const std::string& value) {
  try {
    size_t used = 0;
    if (std::stoll(value, &used) >= 1 && used == value.size()) return "";
  } catch (const std::exception&) {
  }
  return "expected an integer of at least 1, got " + value;
}

std::string natural(const std::string& value) {
  try {
    size_t used = 0;
    const bool digits = value.find_first_not_of("0123456789") == std::string::npos;
    if (digits && (std::stoull(value, &used), used == value.size())) return "";
  } catch (const std::exception&) {
  }
  return "expected an integer of at least 0, got " + value;
}

std::string positive(const std::string& value) {
  try {
    size_t used = 0;
    const double number = std::stod(value, &used);
    if (number > 0 && number < 1e30 && used == value.size()) return "";
  } catch (const std::exception&) {
  }
  return "expected a number above 0, got " + value;
}

void add_threads(CLI::App& command) {
  command
      .add_option_function<int>(
          "--threads", [](int count) { lamina::set_thread_count(count); },
          "threads to compute with; all processors when left out")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
}

namespace {

// Ctrl-C is an answer, not a failure: no message, the shell's usual code.
void interrupted(int) {
  const char end[] = "\x1b[0m\n";
  if (isatty(STDOUT_FILENO)) (void)!write(STDOUT_FILENO, end, sizeof end - 1);
  _exit(130);
}

// CLI11 says only that a subcommand is missing.
std::string unknown_subcommand(const CLI::App& app, const std::string& typed) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands(nullptr)) names.push_back(sub->get_name());
  return fmt::format("there is no subcommand '{}'{}", typed, lamina::did_you_mean(typed, names));
}

// The flag that a mistyped one may have meant.
std::string flag_hint(const CLI::App& command) {
  std::vector<std::string> names;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  for (const std::string& typed : command.remaining()) {
    if (!typed.starts_with("--")) continue;
    const std::string hint = lamina::did_you_mean(typed.substr(0, typed.find('=')), names);
    if (!hint.empty()) return hint;
  }
  return "";
}

int wrong_usage(const CLI::App& app, const CLI::ParseError& error, const std::string& first) {
  const auto chosen = app.get_subcommands();
  const bool unknown = chosen.empty() && !first.starts_with('-');
  std::string message = unknown ? unknown_subcommand(app, first) : error.what();
  if (!chosen.empty()) message += flag_hint(*chosen.front());
  const std::string name = chosen.empty() ? "lamina" : "lamina " + chosen.front()->get_name();
  fmt::print(stderr, "lamina: error: {}\n  help       {} --help\n", message, name);
  return 2;
}

int failed(const std::exception& error, int exit_code) {
  std::fflush(stdout);
  fmt::print(stderr, "lamina: error: {}\n", error.what());
  return exit_code;
}

}  // namespace
}  // namespace cli

int main(int argc, char** argv) {
  std::signal(SIGINT, cli::interrupted);
  CLI::App app{"Lamina, a deep learning framework. Start with: lamina quickstart", "lamina"};
  app.set_version_flag("--version", fmt::format("lamina {}", lamina::version()));
  app.require_subcommand(1);
  app.failure_message(CLI::FailureMessage::simple);
  try {
    cli::add_quickstart(app);
    cli::add_train(app);
    cli::add_eval(app);
    cli::add_predict(app);
    cli::add_summary(app);
    cli::add_inspect(app);
    cli::add_explain(app);
    cli::add_tune(app);
    cli::add_digits(app);
    cli::add_check(app);
    cli::add_bench(app);
    cli::add_doctor(app);
    cli::add_completion(app);
    app.parse(argc, argv);  // runs the subcommand
    return 0;
  } catch (const CLI::RuntimeError& error) {
    return error.get_exit_code();  // a subcommand that has said why
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    if (argc == 1) {
      fmt::print("{}", app.help());
      return 2;
    }
    return cli::wrong_usage(app, error, argv[1]);
  } catch (const lamina::OutOfMemory& error) {
    return cli::failed(error, 1);
  } catch (const lamina::Error& error) {  // files, data or settings that do not fit
    return cli::failed(error, 2);
  } catch (const std::exception& error) {
    return cli::failed(error, 1);
  }
}
