// One program for all sizes: formulas from examples, graphs taken apart, structures that learn.
#include <gtest/gtest.h>

#include <bit>
#include <string>

#include "lamina/base/text.h"
#include "lamina/compile/size_formula.h"
#include "lamina/compile/sized_structure.h"
#include "lamina/exec/program.h"
#include "lamina/op/graph_numbers.h"
#include "lamina/op/graph_text.h"

namespace lamina {
namespace {

std::string formula_of(const std::vector<Examples>& sizes, const Examples& wanted) {
  const auto formula = find_formula(sizes, wanted, false);
  return formula ? formula->to_text({"a", "b"}) : "none";
}

TEST(SizeFormula, TheSimplestThatFits) {
  const std::vector<Examples> n{{4, 7, 12}};
  EXPECT_EQ(formula_of(n, {4, 7, 12}), "a");
  EXPECT_EQ(formula_of(n, {40, 70, 120}), "10*a");
  EXPECT_EQ(formula_of(n, {3, 6, 11}), "a-1");
  EXPECT_EQ(formula_of(n, {9, 15, 25}), "2*a+1");
  EXPECT_EQ(formula_of(n, {16, 49, 144}), "a*a");
  EXPECT_EQ(formula_of(n, {1, 5, 9}), "none");
  const std::vector<Examples> both{{4, 7, 12}, {3, 5, 3}};
  EXPECT_EQ(formula_of(both, {12, 35, 36}), "a*b");
  EXPECT_EQ(formula_of(both, {36, 175, 108}), "a*b*b");
  EXPECT_EQ(formula_of(both, {6, 10, 6}), "2*b");
  EXPECT_EQ(formula_of({{8, 16, 32}}, {2, 4, 8}), "a/4");
}

TEST(SizeFormula, AQuotientWithARestHasNoValue) {
  const auto quarter = find_formula({{8, 16, 32}}, {2, 4, 8}, false);
  ASSERT_TRUE(quarter);
  EXPECT_EQ(quarter->value({64}), 16);
  EXPECT_EQ(quarter->value({6}), std::nullopt);
}

TEST(SizeFormula, ReciprocalsInBothPrecisions) {
  const auto bits = [](double x) { return std::bit_cast<int64_t>(x); };
  const auto single = [&](double x) { return bits(static_cast<double>(static_cast<float>(x))); };
  const auto mean =
      find_formula({{3, 7, 11}}, {bits(1.0 / 6), bits(1.0 / 14), bits(1.0 / 22)}, true);
  ASSERT_TRUE(mean);
  EXPECT_EQ(mean->value({5}), bits(0.1));
  const auto f =
      find_formula({{3, 7, 11}}, {single(1.0 / 3), single(1.0 / 7), single(1.0 / 11)}, true);
  ASSERT_TRUE(f);
  EXPECT_EQ(f->value({5}), single(0.2));
}

// mean(relu(x @ w)) over rows, as it is recorded.
Graph recorded(int64_t rows) {
  const std::string n = text(rows);
  return parse_graph(text(
      "lamina-ir 1\n%0 = input float32 [", n, ", 3] \"x\"\n", "%1 = input float32 [3, 4] \"w\"\n",
      "%2 = matmul(%0, %1) : float32 [", n, ", 4]\n%3 = relu(%2) : float32 [", n,
      ", 4]\n%4 = sum(%3, axis=[0], keepdims=false) : float32 [4]\noutput %4\n"));
}

TEST(GraphNumbers, AGraphIsItsStructureAndItsNumbers) {
  const Graph five = recorded(5), nine = recorded(9);
  const GraphNumbers a = take_apart(five), b = take_apart(nine);
  EXPECT_EQ(a.structure, b.structure);
  EXPECT_NE(a.numbers, b.numbers);
  EXPECT_EQ(to_text(with_numbers(five, b.numbers)), to_text(nine));
  EXPECT_EQ(a.leaf_sizes.size(), 4u);
}

TEST(GraphNumbers, CompiledLoopsToo) {
  Graph five = recorded(5), nine = recorded(9);
  optimize(five), optimize(nine);
  const GraphNumbers b = take_apart(nine);
  const Graph again = with_numbers(five, b.numbers);
  EXPECT_EQ(to_text(again), to_text(nine));
  EXPECT_EQ(take_apart(again).numbers, b.numbers);
}

class Structure {
 public:
  void compile(int64_t rows) {
    Graph graph = recorded(rows);
    const GraphNumbers numbers = take_apart(graph);
    optimize(graph);
    structure.learn(numbers, graph);
  }
  bool knows(int64_t rows) { return structure.instance(take_apart(recorded(rows))).has_value(); }
  SizedStructure structure;
};

TEST(SizedStructure, UsesWhatAFurtherSizeHasConfirmed) {
  Structure s;
  s.compile(5);
  EXPECT_FALSE(s.knows(5));
  s.compile(9);
  EXPECT_FALSE(s.knows(7));  // formulas, but nothing has confirmed them
  s.compile(6);
  EXPECT_TRUE(s.knows(7));
  EXPECT_FALSE(s.knows(1));  // broadcasting
  Graph compiled = recorded(7);
  optimize(compiled);
  const auto instance = s.structure.instance(take_apart(recorded(7)));
  EXPECT_EQ(to_text(*instance), to_text(compiled));
  ASSERT_EQ(instance->sizes->symbols.size(), 1u);
  EXPECT_EQ(instance->sizes->symbols[0], std::pair(std::string("a"), int64_t{7}));
}

// An integer that is no size chooses what is computed.
TEST(SizedStructure, ChoicesAreNotSizes) {
  SizedStructure structure;
  const auto graph = [](int64_t axis) {
    return parse_graph(
        text("lamina-ir 1\n%0 = input float32 [4, 4, 4, 4] \"x\"\n%1 = sum(%0, axis=[", axis,
             "], keepdims=false) : float32 [4, 4, 4]\noutput %1\n"));
  };
  for (int64_t axis : {0, 1, 2}) {
    Graph g = graph(axis);
    const GraphNumbers numbers = take_apart(g);
    optimize(g);
    structure.learn(numbers, g);
  }
  EXPECT_FALSE(structure.instance(take_apart(graph(3))));
}

TEST(SizedStructure, WhatWasConstantMayVaryLater) {
  const auto graph = [](int64_t rows, int64_t columns) {
    const std::string shape = text("[", rows, ", ", columns, "]");
    return parse_graph("lamina-ir 1\n%0 = input float32 " + shape +
                       " \"x\"\n%1 = exp(%0) : float32 " + shape + "\noutput %1\n");
  };
  SizedStructure structure;
  const auto compile = [&](int64_t rows, int64_t columns) {
    Graph g = graph(rows, columns);
    const GraphNumbers numbers = take_apart(g);
    optimize(g);
    structure.learn(numbers, g);
  };
  const auto knows = [&](int64_t rows, int64_t columns) {
    return structure.instance(take_apart(graph(rows, columns))).has_value();
  };
  compile(2, 4), compile(3, 4), compile(5, 4);
  EXPECT_TRUE(knows(9, 4));
  EXPECT_FALSE(knows(9, 8));
  compile(5, 8), compile(6, 9), compile(7, 3);
  EXPECT_TRUE(knows(11, 12));
  EXPECT_TRUE(knows(9, 4));
}

}  // namespace
}  // namespace lamina
