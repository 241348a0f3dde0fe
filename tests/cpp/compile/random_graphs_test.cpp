// Random graphs: node by node, compiled and eager, each against float64. `make test` runs 500;
// `make conformance-graphs` 10,000. A failure is shrunk and printed.
#include <gtest/gtest.h>

#include <filesystem>

#include "lamina/base/environment.h"
#include "lamina/io/file.h"
#include "tests/cpp/compile/random_graphs_check.h"
#include "tests/cpp/compile/random_graphs_problem.h"

namespace lamina::random_graphs {
namespace {

constexpr int64_t kMostReported = 3;

std::string found_folder() { return LAMINA_SOURCE_DIR "/tests/cpp/compile/found"; }

// RANDOM_GRAPHS says how many, RANDOM_GRAPHS_SEED where to begin.
TEST(RandomGraphs, EveryWayToRunThemIsAsExactAsFloat32Allows) {
  const int64_t count = environment::integer("RANDOM_GRAPHS", 500, 1);
  const int64_t first = environment::integer("RANDOM_GRAPHS_SEED", 0, 0);
  int64_t doubtful = 0, reported = 0;
  for (int64_t seed = first, compared = 0; compared < count; ++seed) {
    const std::string graph = random_graph(static_cast<uint32_t>(seed));
    const bool deterministic = seed % 4 >= 2;
    const Outcome outcome = check_graph(graph, deterministic);
    if (!outcome.doubt.empty()) {
      ++doubtful;
      continue;
    }
    ++compared;
    if (outcome.wrong.empty()) continue;
    const std::string small = shrunk(graph, deterministic);
    ADD_FAILURE() << "seed " << seed << ": " << outcome.wrong << "\nto repeat it: "
                  << "RANDOM_GRAPHS=1 RANDOM_GRAPHS_SEED=" << seed
                  << " build/bin/test_compile --gtest_filter='RandomGraphs.Every*'\nshrunk: "
                  << check_graph(small, deterministic).wrong << "\nto keep it: " << found_folder()
                  << "/NAME" << (deterministic ? ".deterministic" : "") << ".txt with\n"
                  << small;
    if (++reported == kMostReported) break;  // the next is often the same
  }
  EXPECT_LT(doubtful, count / 5 + 1) << "too many graphs are not compared";
  RecordProperty("not_compared", static_cast<int>(doubtful));
}

// What was found, and shrunk: one file each. Those named *.deterministic.txt give the same bits.
TEST(RandomGraphs, WhatWasFoundOnceStaysRight) {
  int64_t graphs = 0;
  for (const auto& file : std::filesystem::directory_iterator(found_folder())) {
    const io::MappedFile mapped(file.path().string());
    const std::string graph(reinterpret_cast<const char*>(mapped.bytes().data()),
                            mapped.bytes().size());
    const bool deterministic = file.path().stem().extension() == ".deterministic";
    const Outcome outcome = check_graph(graph, deterministic);
    EXPECT_EQ(outcome.wrong + outcome.doubt, "") << file.path();
    ++graphs;
  }
  EXPECT_GE(graphs, 3);
}

}  // namespace
}  // namespace lamina::random_graphs
