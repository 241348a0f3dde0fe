// A loop that stays one op: its function is recorded once, whatever the length.
//
//   auto [carry, outputs] = scan(
//       [&](const std::vector<Array>& carry, const std::vector<Array>& x) {
//         Array h = tanh(matmul(carry[0], w) + x[0]);
//         return ScanStep{{h}, {h}};
//       },
//       {h0}, {xs});                       // xs [time, ..]; outputs[0] [time, ..]
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

// What one step gives: the next carries and what is stacked; what a scan gives: the last carries
// and the stacks.
struct ScanStep {
  std::vector<Array> carry, outputs;
};
using ScanFunction =
    std::function<ScanStep(const std::vector<Array>& carry, const std::vector<Array>& x)>;

struct ScanOptions {
  bool reverse = false;  // from the last slice to the first; results stand in their places
  std::optional<int64_t> length = std::nullopt;  // where there are no sequences
  // Integers [batch], 1 to the steps there are: the first axis of carries, slices and outputs is
  // the batch, a row keeps its state after its length, and its outputs there are zeros. They are
  // read at once: the loop stops where the longest sequence ends.
  Array lengths = {};
  std::string name = "scan";  // for messages
  std::string where = {};  // the caller's line, for messages
};

// Calls f once, on placeholders, and records a loop over the first axis of the sequences. Carries
// keep their shapes and types. Arrays that f uses from outside take part in gradients; draws differ
// from step to step. ShapeError, DTypeError, ValueError, StateError.
ScanStep scan(const ScanFunction& f, std::vector<Array> init, std::vector<Array> sequences = {},
              ScanOptions options = {});

}  // namespace lamina
