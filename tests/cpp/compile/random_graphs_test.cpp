// Random graphs: node by node, compiled and eager, each against float64. `make test` runs 500;
// `make conformance-graphs` 10,000. A failure is shrunk and printed as a test.
#include <gtest/gtest.h>

#include "lamina/base/environment.h"
#include "lamina/base/text.h"
#include "tests/cpp/compile/random_graphs_check.h"
#include "tests/cpp/compile/random_graphs_problem.h"

namespace lamina::random_graphs {
namespace {

constexpr int64_t kMostReported = 3;

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
    ADD_FAILURE() << "seed " << seed << ": " << outcome.wrong << "\nto repeat it: RANDOM_GRAPHS=1 "
                  << "RANDOM_GRAPHS_SEED=" << seed << " build/bin/test_compile "
                  << "--gtest_filter='RandomGraphs.Every*'\nshrunk: " << check_graph(small, deterministic).wrong
                  << "\n" << as_test(text("Seed", seed), small, deterministic);
    if (++reported == kMostReported) break;  // the next is often the same
  }
  EXPECT_LT(doubtful, count / 5 + 1) << "too many graphs are not compared";
  RecordProperty("not_compared", static_cast<int>(doubtful));
}

// Found by the test above, and shrunk.

TEST(RandomGraphs, TwoBroadcastsOfOneValueAreTwoCopies) {
  EXPECT_EQ(check_graph(R"(lamina-ir 1
%0 = input float32 [3, 3, 2] "x3"
%1 = broadcast_to(%0, shape=[2, 3, 3, 2]) : float32 [2, 3, 3, 2]
%2 = broadcast_to(%0, shape=[3, 3, 3, 2]) : float32 [3, 3, 3, 2]
output %1
output %2
)", false).wrong, "");
}

TEST(RandomGraphs, ALoopOfSeveralResultsIsDerivedAsAWhole) {
  EXPECT_EQ(check_graph(R"(lamina-ir 1
%0 = input float32 [1, 1, 1, 2] "x 6.788"
%1 = input float32 [1, 1, 1, 2] "w"
%2 = number float32 0.3
%3 = multiply(%1, %2) : float32 [1, 1, 1, 2]
%4 = convolution_weight_gradient(%0, %3, stride=[1, 1], padding_low=[0, 0], padding_high=[0, 0], dilation=[1, 1], groups=1, shape=[1, 1]) : float32 [1, 1, 1, 1]
%5 = sum(%3, axis=[0, 2, 3], keepdims=false) : float32 [1]
output %4
output %5
)", false).wrong, "");
}

TEST(RandomGraphs, DeterministicSumsDoNotFollowTheLayoutOfMemory) {
  EXPECT_EQ(check_graph(R"(lamina-ir 1
%0 = input float32 [1, 6, 2, 8] "x 4.720"
%1 = input float32 [6, 1, 1, 1] "w 5.513"
%2 = input float32 [6] "w 6.141"
%3 = convolution(%0, %1, %2, stride=[1, 1], padding_low=[0, 0], padding_high=[0, 0], dilation=[1, 1], groups=6) : float32 [1, 6, 2, 8]
%4 = input float32 [1, 1, 1, 1] "x9"
%5 = broadcast_to(%4, shape=[1, 6, 2, 8]) : float32 [1, 6, 2, 8]
%6 = multiply(%5, %3) : float32 [1, 6, 2, 8]
%7 = sum(%6, axis=[0, 2, 3], keepdims=false) : float32 [6]
output %7
)", true).wrong, "");
}

}  // namespace
}  // namespace lamina::random_graphs
