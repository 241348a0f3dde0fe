// lamina check: every op against its reference, on this machine.
#include <fmt/format.h>

#include <vector>

#include "cli/command.h"
#include "lamina/base/nearest.h"
#include "lamina/base/timer.h"
#include "lamina/check/sweep.h"

namespace cli {
namespace {

struct Options {
  std::string op, mode;  // empty: all
  uint32_t seed = 0, seeds = 1;
  bool full = false;
};

using Ops = std::vector<const lamina::Op*>;

Ops chosen_ops(const std::string& name) {
  Ops ops;
  for (const lamina::Op* op : lamina::op::all()) {
    if (!lamina::is_internal(*op) && (name.empty() || op->name == name)) ops.push_back(op);
  }
  return ops;
}

// The text is the error.
std::string known_op(const std::string& name) {
  if (!chosen_ops(name).empty()) return "";
  std::vector<std::string> names;
  for (const lamina::Op* op : chosen_ops("")) names.emplace_back(op->name);
  return fmt::format("there is no op '{}'{}", name, lamina::did_you_mean(name, names));
}

// Whether all was right. An op without failures is one line, so that its time is seen.
bool check(const Ops& ops, const std::string& mode, const Options& options) {
  lamina::SweepReport total;
  const auto extent = options.full ? lamina::Extent::Full : lamina::Extent::Subset;
  const uint32_t seeds = mode == "bad" ? 1 : options.seeds;  // wrong calls do not depend on values
  const lamina::Timer whole;
  for (const lamina::Op* op : ops) {
    const lamina::Timer timer;
    lamina::SweepReport report;
    for (uint32_t i = 0; i < seeds; ++i) {
      report += lamina::sweep(*op, lamina::sweep_mode(mode), options.seed + i, extent);
    }
    total += report;
    const std::string verdict =
        report.failures.empty() ? "ok" : fmt::format("{} FAILED", report.failures.size());
    fmt::print("{:<5} {:<28} {:>6} cases  {:>6.2f} s  {}\n", mode, op->name, report.cases,
               timer.seconds(), verdict);
    for (const std::string& failure : report.failures) fmt::print("      {}\n", failure);
    std::fflush(stdout);
  }
  const std::string refused = mode == "bad" ? fmt::format("{} refused, ", total.refused) : "";
  fmt::print("{:<5} {} ops, {} cases, {}{} comparisons, {} failures, {:.1f} s\n", mode, ops.size(),
             total.cases, refused, total.comparisons, total.failures.size(), whole.seconds());
  return total.failures.empty();
}

void run(const Options& options) {
  const Ops ops = chosen_ops(options.op);
  if (options.mode == "support") {
    fmt::print("{}", lamina::support_table(ops));
  } else if (options.mode == "perf") {
    for (const lamina::Op* op : ops) {
      for (const lamina::Measurement& m : lamina::measure(*op))
        fmt::print("{}\n", lamina::to_text(m));
      std::fflush(stdout);
    }
  } else {
    const std::vector<std::string> all = {"test", "grad", "bad"};
    bool good = true;
    for (const std::string& mode : options.mode.empty() ? all : std::vector{options.mode}) {
      good &= check(ops, mode, options);
    }
    if (!good) throw CLI::RuntimeError(1);  // the lines above have said all
  }
}

}  // namespace

void add_check(CLI::App& app) {
  auto* command =
      app.add_subcommand("check", "Test every operation against its reference on this machine");
  auto options = std::make_shared<Options>();
  command->add_option("--op", options->op, "only this operation")
      ->type_name("NAME")
      ->check(known_op);
  command->add_option("--mode", options->mode, "test, grad, bad, perf or support (the first three)")
      ->type_name("MODE")
      ->check(CLI::IsMember({"test", "grad", "bad", "perf", "support"}));
  command->add_option("--seed", options->seed, "of the drawn values (0)")
      ->type_name("N")
      ->check(natural);
  command->add_option("--seeds", options->seeds, "so many seeds, one after the other (1)")
      ->type_name("N")
      ->check(at_least_one);
  command->add_flag("--full", options->full, "all shapes, layouts and pairs of element types");
  add_threads(*command);
  command->callback([options] { run(*options); });
}

}  // namespace cli
