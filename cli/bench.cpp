// lamina bench: what this machine gives (peak), and Lamina beside other systems (survey).
// The survey is a Python package, because what it drives is Python: this program finds it and becomes it.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <vector>

#include "cli/command.h"
#include "lamina/base/cpu_count.h"
#include "lamina/base/error.h"
#include "lamina/base/machine_peak.h"
#include "lamina/base/parallel_for.h"

namespace cli {
namespace {

namespace fs = std::filesystem;

// One line of JSON for each number of threads: 1, 2, 4 .. and all.
void print_peak() {
  const int all = lamina::available_processors();
  std::vector<int> counts;
  for (int n = 1; n < all; n *= 2) counts.push_back(n);
  counts.push_back(all);
  for (int threads : counts) {
    lamina::set_thread_count(threads);
    const double flops = lamina::measure_flops(threads, 40);
    const double short_flops = lamina::measure_bfloat16_flops(threads, 40);
    fmt::print("{{\"threads\": {}, \"gflops\": {:.1f}, \"bfloat16_gflops\": {:.1f}, "
               "\"gbytes_per_s\": {:.1f}}}\n",
               threads, flops / 1e9, short_flops / 1e9, lamina::machine_peak().bytes / 1e9);
  }
}

struct Package {
  std::string module, python, path;  // path: what PYTHONPATH must begin with
};

std::string python_or(const fs::path& own) {
  const char* named = std::getenv("LAMINA_PYTHON");  // set where a Python has started this program
  if (named && *named) return named;
  return fs::exists(own) ? own.string() : "python3";
}

Package find_package() {
  const fs::path program = fs::read_symlink("/proc/self/exe"), bin = program.parent_path();
  const fs::path wheel = bin.parent_path(), root = wheel.parent_path();
  if (fs::exists(wheel / "survey" / "__main__.py")) return {"lamina.survey", python_or(""), ""};
  if (fs::exists(root / "bench" / "survey" / "__main__.py")) {
    const std::string path = root.string() + ":" + (wheel / "python").string();
    return {"bench.survey", python_or(root / ".venv" / "bin" / "python"), path};
  }
  throw lamina::FileError(fmt::format(
      "lamina bench survey: its Python package is not beside this program ({}); install both with: "
      "pip install 'lamina[survey]'",
      program.string()));
}

[[noreturn]] void become_survey(const std::vector<std::string>& rest) {
  const Package package = find_package();
  if (!package.path.empty()) {
    const char* before = std::getenv("PYTHONPATH");
    const std::string path = package.path + (before && *before ? ":" + std::string(before) : "");
    setenv("PYTHONPATH", path.c_str(), 1);
  }
  setenv("LAMINA_PROGRAM", fs::read_symlink("/proc/self/exe").c_str(), 1);
  std::vector<std::string> words = {package.python, "-m", package.module};
  words.insert(words.end(), rest.begin(), rest.end());
  std::vector<char*> arguments;
  std::transform(words.begin(), words.end(), std::back_inserter(arguments),
                 [](std::string& word) { return word.data(); });
  arguments.push_back(nullptr);
  std::fflush(stdout);
  execvp(arguments[0], arguments.data());
  throw lamina::FileError(fmt::format(
      "lamina bench survey: cannot start {}; LAMINA_PYTHON names another Python", package.python));
}

}  // namespace

void add_bench(CLI::App& app) {
  auto* command = app.add_subcommand("bench", "Measure: this machine, or Lamina beside others");
  command->require_subcommand(1);
  command->add_subcommand("peak", "What this machine gives: GFLOP/s and GB/s, a line of JSON each")
      ->callback([] { print_peak(); });
  auto* survey = command->add_subcommand(
      "survey", "Lamina beside other frameworks; --help lists what it takes");
  survey->prefix_command();  // its own arguments are the Python package's
  survey->set_help_flag();   // and so is --help
  survey->callback([survey] { become_survey(survey->remaining()); });
}

}  // namespace cli
