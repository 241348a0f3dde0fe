// The profile: rows by layer and kernel, why a tier, and a trace that other programs read.
#include "lamina/exec/profile.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "lamina/base/machine_peak.h"
#include "lamina/base/timer.h"
#include "lamina/exec/cache.h"
#include "lamina/io/file.h"
#include "lamina/io/json.h"
#include "lamina/nn/modules.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/linear.h"
#include "lamina/optim/sgd.h"

namespace lamina {
namespace {

using testing::HasSubstr;

struct Net {
  nn::Sequential model{nn::Linear(8, 16), nn::ReLU(), nn::Linear(16, 4)};
  optim::SGD optimizer{model.parameters(), {.lr = 0.1}};
  Array x = ones({5, 8}).eval(), y = zeros({5}, int64).eval();

  void step(bool read_early = false) {
    Array loss = nn::cross_entropy(model(x), y);
    if (read_early) loss.item();
    loss.backward();
    optimizer.step();
  }
};

TEST(Profile, NamesLayersKernelsAndTheReasonForTheTier) {
  Net net;
  net.step();
  program_cache().clear();
  Profiler profiler;
  net.step();
  net.step();
  profiler.stop();
  net.step();  // not measured
  bool first_layer = false;
  int64_t tiers[2] = {0, 0};
  double seconds = 0;
  for (const ProfileRow& row : profiler.rows()) {
    first_layer |= row.layer == "0" && row.flops > 0 && row.what.starts_with("matmul");
    tiers[row.tier] += row.runs;
    seconds += row.seconds;
    EXPECT_EQ(row.why, row.tier == 0 ? "new, and cheap" : "came back");
  }
  EXPECT_TRUE(first_layer) << profiler.to_string();
  EXPECT_GT(tiers[0], 0);
  EXPECT_GT(tiers[1], 0);
  EXPECT_DOUBLE_EQ(seconds, profiler.seconds());
  EXPECT_EQ(profiler.counters().evaluations, 2);
  EXPECT_THAT(profiler.to_string(), HasSubstr("tier 1: came back"));
  EXPECT_THAT(profiler.to_string(), HasSubstr("peak of this machine"));
}

TEST(Profile, CountsLossesThatAreReadBeforeBackward) {
  Net net;
  Profiler profiler;
  net.step();
  EXPECT_EQ(profiler.counters().early_reads, 0);
  EXPECT_THAT(profiler.to_string(), testing::Not(HasSubstr("hint")));
  net.step(/*read_early=*/true);
  EXPECT_EQ(profiler.counters().early_reads, 1);
  EXPECT_THAT(profiler.to_string(), HasSubstr("hint: 1 losses were read before backward"));
}

TEST(Profile, SaysWhatMakingProgramsTook) {
  Net net;
  program_cache().clear();
  const auto before = compile_times();
  Profiler profiler;
  net.step();  // in tier 0: no passes
  EXPECT_EQ(profiler.counters().compiled_nodes, 0);
  net.step();
  const ExecutionCounters c = profiler.counters();
  EXPECT_GT(c.compiled_nodes, 20);
  double sum = 0;
  for (const char* stage : {"fuse", "recompute", "expand_composites", "lower", "plan_memory"}) {
    const auto now = compile_times();
    ASSERT_TRUE(now.contains(stage)) << stage;
    const auto earlier = before.find(stage);
    const double seconds = now.at(stage) - (earlier == before.end() ? 0 : earlier->second);
    EXPECT_GT(seconds, 0) << stage;
    sum += seconds;
  }
  EXPECT_GE(c.compile_seconds, sum);
  EXPECT_THAT(profiler.to_string(), HasSubstr(" ms to make programs"));
}

TEST(Profile, WhatCostsMoreThanCompilingIsCompiledAtOnce) {
  Array x = ones({512, 512}).eval();
  program_cache().clear();
  Profiler profiler;
  Array y = matmul(x, matmul(x, x));
  y.eval();
  EXPECT_EQ(profiler.counters().compiled, 1);
  EXPECT_EQ(profiler.rows()[0].tier, 1);
  EXPECT_EQ(profiler.rows()[0].why, "costs more to run than to compile");
}

TEST(Profile, SavesATraceThatIsJson) {
  const std::string path = testing::TempDir() + "lamina_trace.json";
  Net net;
  Profiler profiler;
  net.step();
  profiler.save(path);
  profiler.stop();
  const io::Json trace = io::parse_json(io::MappedFile(path).bytes(), path);
  std::filesystem::remove(path);
  size_t kernels = 0, programs = 0;
  double first = 1e300, last = 0, program_first = 1e300, program_last = 0;
  for (const io::Json& event : trace.at("traceEvents").as_array()) {
    EXPECT_EQ(event.at("ph").as_string(), "X");
    const double start = event.at("ts").as_double(), end = start + event.at("dur").as_double();
    EXPECT_GE(start, 0);
    EXPECT_LE(start, end);
    const bool whole = event.at("cat").as_string() == "program";
    ++(whole ? programs : kernels);
    double& from = whole ? program_first : first;
    double& to = whole ? program_last : last;
    from = std::min(from, start), to = std::max(to, end);
    if (!whole) {
      EXPECT_NO_THROW(event.at("args").at("layer").as_string());
    }
  }
  int64_t runs = 0;
  for (const ProfileRow& row : profiler.rows()) runs += row.runs;
  EXPECT_EQ(static_cast<int64_t>(kernels), runs);
  EXPECT_EQ(programs, 1u);
  EXPECT_LE(program_first, first);
  EXPECT_GE(program_last, last);
}

TEST(MachinePeak, IsMeasuredOnce) {
  machine_peak();
  const Timer timer;
  const MachinePeak peak = machine_peak();
  EXPECT_LT(timer.seconds(), 1e-3);
  EXPECT_GT(peak.bytes, 1e8);
}

}  // namespace
}  // namespace lamina
