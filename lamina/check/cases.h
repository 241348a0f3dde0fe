// Cases: the calls that an op's samples ask for, and their values. Element-wise ops name ranges and
// points of interest only; shapes, broadcasting, layouts and element types are made here.
#pragma once

#include <string>
#include <vector>

#include "lamina/check/block.h"
#include "lamina/check/sweep.h"
#include "lamina/op/op.h"
#include "lamina/op/samples.h"

namespace lamina::check {

enum class Layout : uint8_t { RowMajor, StridedLeaf, PendingView };

struct Case {
  const Op* op = nullptr;
  std::vector<SampleInput> inputs;
  AttributesRef attributes;
  uint32_t seed = 0;
  Layout layout = Layout::RowMajor;
  std::vector<double> special;  // stand among the drawn values
  std::vector<double> avoid;    // drawn values keep away from these
  bool apart = false;           // no two values of the call are near each other

  std::string to_string() const;
  std::vector<Block> draw() const;  // the same values each time
};

std::vector<Case> forward_cases(const Op& op, uint32_t seed, Extent extent = Extent::Subset);
std::vector<Case> gradient_cases(const Op& op, uint32_t seed, Extent extent);  // floats are float64
std::vector<Case> bad_cases(const Op& op);  // the op's own wrong calls

// The case's inputs as arrays in its layout.
std::vector<Array> arrays_of(const Case& c, const std::vector<Block>& values);

// Records the call, whatever the op's family.
std::vector<Array> call(const Op& op, std::vector<Array> inputs, const AttributesRef& attributes);

// The attributes of a call; the op's defaults when a sample names none.
AttributesRef attributes_for(const Op& op, const AttributesRef& attributes);

}  // namespace lamina::check
