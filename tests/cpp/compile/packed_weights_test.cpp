// What a loop makes of its weights before its first step, as text: the body's graph, and its program.
#include <gtest/gtest.h>

#include "lamina/exec/program.h"
#include "lamina/op/graph_text.h"

namespace lamina {
namespace {

constexpr size_t kCosts = 20;  // columns of flops and bytes

// The program without what its instructions cost and without the line of totals.
std::string program_of(const std::string& body, int constant) {
  Graph graph = parse_graph("lamina-ir 1" + body);
  for (GraphValue& v : graph.values) v.is_variable = v.leaf_index == constant;
  optimize(graph);
  std::string all = lower(std::move(graph), 1, "", {OutputLayout::RowMajor})->to_text(), out = "\n";
  for (size_t at = 0; at < all.size();) {
    const size_t end = std::min(all.find('\n', at), all.size());
    const std::string line = all.substr(at, end - at);
    const bool instruction = line.find("->") != std::string::npos;
    if (line.starts_with("once for")) out += line + "\n";
    if (instruction) out += line.substr(line.find_first_not_of(' ', kCosts)) + "\n";
    at = end + 1;
  }
  return out;
}

TEST(PackedWeights, AreMadeBeforeTheFirstStep) {
  EXPECT_EQ(program_of(R"(
%0 = input float32 [1, 512] "h"
%1 = input float32 [512, 512] "u"
%2 = transpose(%1, axes=[1, 0]) : float32 [512, 512]
%3 = matmul(%0, %2) : float32 [1, 512]
%4 = tanh(%3) : float32 [1, 512]
output %4
)",
                       1),
            R"(
row.matmul  matmul + tanh float32 [1, 512]  leaf0, once0 -> out0
once for the parameters: 1 instruction
cpu.row.panels  prepare float32 [512, 512]  leaf1 -> once0
)");
}

}  // namespace
}  // namespace lamina
