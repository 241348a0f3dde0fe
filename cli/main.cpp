#include <fmt/format.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <exception>

#include "cli/command.h"
#include "lamina/base/error.h"
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

int wrong_usage(const CLI::App& app, const CLI::ParseError& error) {
  const auto chosen = app.get_subcommands();
  const std::string name = chosen.empty() ? "lamina" : "lamina " + chosen.front()->get_name();
  fmt::print(stderr, "lamina: error: {}\n  help       {} --help\n", error.what(), name);
  return 2;
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
    cli::add_predict(app);
    cli::add_explain(app);
    cli::add_doctor(app);
    app.parse(argc, argv);  // runs the subcommand
    return 0;
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);  // --help, --version
    if (argc == 1) {
      fmt::print("{}", app.help());
      return 2;
    }
    return cli::wrong_usage(app, error);
  } catch (const std::exception& error) {
    std::fflush(stdout);
    fmt::print(stderr, "lamina: error: {}\n", error.what());
    return 1;
  }
}
