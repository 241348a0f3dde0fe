// The sweep: what every op must stand, made from the samples in its own file.
//
//   test     each kernel against the reference in double; first run against second, which is compiled
//   grad     first and second order against differences in float64, and against the decomposition
//   bad      wrong calls: a typed error that shows what was wrong, or the value of the definition;
//            never a crash, never memory over the limit
//   perf     what a call costs
//   support  element types and the kernels that serve them
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "lamina/op/op.h"

namespace lamina {

enum class SweepMode : uint8_t { Test, Grad, Bad };
SweepMode sweep_mode(std::string_view name);  // ValueError names the modes

// How many calls are made: those of the tests (seconds), or more shapes and element types.
enum class Extent : uint8_t { Subset, Full };

struct SweepReport {
  int64_t cases = 0;        // calls
  int64_t comparisons = 0;  // of an output with what it must be, or of a slope with a gradient
  int64_t refused = 0;      // wrong calls that got their error
  std::vector<std::string> failures;  // one line each: op, inputs, attributes, seed, what was wrong

  SweepReport& operator+=(const SweepReport& other);
};

// Changes the seed of all values; empties the program cache, so that first runs are first runs.
SweepReport sweep(const Op& op, SweepMode mode, uint32_t seed = 0, Extent extent = Extent::Subset);

// Whether the sweep leaves the op alone: "output" is part of other ops' calls.
bool is_internal(const Op& op);

// One line per kernel call: seconds, GFLOP/s, GB/s.
struct Measurement {
  std::string call, kernel;
  double seconds = 0, flops = 0, bytes = 0;
};
std::vector<Measurement> measure(const Op& op);
std::string to_text(const Measurement& measurement);

// docs/ops.md: a row per op with its element types, its kernels and whether it has a gradient.
std::string support_table(std::span<const Op* const> ops);

}  // namespace lamina
