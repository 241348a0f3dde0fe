#include "lamina/ir/text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "lamina/base/error.h"
#include "lamina/exec/capture.h"
#include "lamina/op/graph_text.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

using namespace lamina;
using testing::ElementsAre;
using testing::HasSubstr;

static const char* const kGraph =
    "lamina-ir 1\n"
    "%0 = input float32 [2, 3] \"x\"\n"
    "%1 = number float32 0.1\n"
    "%2 = multiply(%0, %1) : float32 [2, 3] in \"head \\\"a\\\"\"\n"
    "%3 = sum(%2, axis=[1], keepdims=false) : float32 [2]\n"
    "%4 = reshape(%3, shape=[-1, 1]) : float32 [2, 1]\n"
    "output %4\n";

static std::string error_of(const std::string& text) {
  try {
    parse_graph(text, "m.lamina");
  } catch (const FileError& error) {
    return error.what();
  }
  return "accepted";
}

static std::string with(const std::string& from, const std::string& to) {
  std::string text = kGraph;
  const size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

TEST(GraphText, PrintsWhatWasRecorded) {
  const Array x = array({{1, 2, 3}, {4, 5, 6}});
  Array y = x;
  {
    OriginScope scope("head \"a\"");
    y = x * 0.1;
  }
  y = reshape(sum(std::move(y), {.axis = 1}), {-1, 1});
  Captured captured = capture(std::span(&y, 1));
  captured.graph.leaf_names = {"x", ""};
  EXPECT_EQ(to_text(captured.graph), kGraph);
  EXPECT_EQ(captured.leaves.size(), 2u);
}

TEST(GraphText, ReadsWhatItPrints) {
  const Graph graph = parse_graph(kGraph);
  EXPECT_EQ(to_text(graph), kGraph);
  EXPECT_THAT(graph.leaf_names, ElementsAre("x", ""));
  EXPECT_STREQ(graph.values[2].origin, "head \"a\"");
}

TEST(GraphText, NumbersComeBackBitByBit) {
  for (double value : {0.1, 1e-300, 1.0 / 3, -0.0, std::numeric_limits<double>::infinity()}) {
    const Array y = exp(array({1, 2}, float64) * make_number(value, float64, false));
    const Captured captured = capture(std::span(&y, 1));
    const Graph again = parse_graph(to_text(captured.graph));
    EXPECT_EQ(std::bit_cast<uint64_t>(again.values[1].number.real), std::bit_cast<uint64_t>(value));
  }
}

TEST(GraphText, ReplaysOnAnotherBatch) {
  const Graph graph = parse_graph(kGraph);
  const Array leaves[] = {ones({4, 3}), Array()};
  const Array y = replay(graph, leaves)[0];
  EXPECT_EQ(y.shape(), (Shape{4, 1}));
  for (float v : y.to_vector<float>()) EXPECT_FLOAT_EQ(v, 0.3f);
}

TEST(GraphText, ReplayKeepsNoIntermediateValues) {
  const Graph graph = parse_graph(kGraph);
  const Array leaves[] = {ones({4, 3}), Array()};
  const Array y = replay(graph, leaves)[0];
  EXPECT_EQ(capture(std::span(&y, 1)).graph.outputs.size(), 1u);
  EXPECT_EQ(y.node()->inputs()[0]->count.load() >> 32, 0u);
}

TEST(GraphText, ReplayRefusesOtherTypesAndRanks) {
  const Graph graph = parse_graph(kGraph);
  const Array integers[] = {ones({2, 3}, int64), Array()};
  EXPECT_THROW(replay(graph, integers), DTypeError);
  const Array vector[] = {ones({3}), Array()};
  EXPECT_THROW(replay(graph, vector), ShapeError);
  const Array nothing[] = {Array(), Array()};
  EXPECT_THROW(replay(graph, nothing), StateError);
}

TEST(GraphText, SaysWhatIsWrongAndWhere) {
  EXPECT_THAT(error_of(""), HasSubstr("line 1: expected 'lamina-ir 1', got an empty text"));
  EXPECT_THAT(error_of("safetensors\n"), HasSubstr("line 1: expected 'lamina-ir'"));
  EXPECT_THAT(error_of("lamina-ir 2\n"), HasSubstr("got version 2"));
  EXPECT_THAT(error_of("lamina-ir 1\n"), HasSubstr("expected a line 'output %..'"));
  EXPECT_THAT(error_of(with("multiply", "multiplt")),
              HasSubstr("m.lamina: graph, line 4: expected the name of an op, got \"multiplt\""));
  EXPECT_THAT(error_of(with("%2 =", "%3 =")), HasSubstr("line 4: expected %2, got %3"));
  EXPECT_THAT(error_of(with("(%0, %1)", "(%0, %5)")), HasSubstr("expected an earlier value, got %5"));
  EXPECT_THAT(error_of(with("(%0, %1)", "(%0)")), HasSubstr("expected 2 or more arrays, got 1"));
  EXPECT_THAT(error_of(with("[2]", "[3]")),
              HasSubstr("line 5: expected float32 [2], which is what the call gives, got float32 [3]"));
  EXPECT_THAT(error_of(with("axis=[1]", "axis=[7]")), HasSubstr("axis [7] does not fit"));
  EXPECT_THAT(error_of(with("axis=", "axes=")), HasSubstr("no attribute 'axes'"));
  EXPECT_THAT(error_of(with("keepdims=false", "keepdims=0")), HasSubstr("expected true or false"));
  EXPECT_THAT(error_of(with("0.1", "x")), HasSubstr("expected a number, got \"x\""));
  EXPECT_THAT(error_of(with("float32 [2, 3] \"x\"", "float33 [2, 3] \"x\"")), HasSubstr("float33"));
  EXPECT_THAT(error_of(with("[2, 3] \"x\"", "[2, -3] \"x\"")), HasSubstr("negative"));
  EXPECT_THAT(error_of(with("\"x\"", "\"x")), HasSubstr("expected a closing quote"));
  EXPECT_THAT(error_of(with("output %4", "output %9")), HasSubstr("expected an earlier value"));
  EXPECT_THAT(error_of(std::string(kGraph) + "%5 = number float32 1\n"), HasSubstr("expected 'output'"));
  EXPECT_THAT(error_of(with("[2, 3] \"x\"", "[4611686018427387904, 3] \"x\"")), HasSubstr("line 2"));
}

TEST(GraphText, HasLimits) {
  EXPECT_THROW(parse_graph(kGraph, "g", {.bytes = 20}), FileError);
  EXPECT_THROW(parse_graph(kGraph, "g", {.values = 4}), FileError);
  EXPECT_NO_THROW(parse_graph(kGraph, "g", {.values = 5}));
}

// Every single byte replaced by each of many: a FileError or a graph, never anything else.
TEST(GraphText, SurvivesDamage) {
  const std::string text = kGraph;
  for (size_t size = 0; size < text.size(); ++size) {
    EXPECT_NE(error_of(text.substr(0, size)), "accepted") << size;
  }
  using namespace std::string_literals;
  const std::string bytes = "\0\n\t %[](),:\"\\-0195axz=\x80\xff"s;
  for (size_t i = 0; i < text.size(); ++i) {
    for (char byte : bytes) {
      std::string damaged = text;
      damaged[i] = byte;
      error_of(damaged);
    }
  }
}
