// Sequences of several lengths in one scan: a row of the batch whose sequence has ended keeps its
// state, and the loop stops where the longest ends.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lamina/transform/scan.h"

namespace lamina {

// The values of lengths [batch], integers of 1 to `steps`; DTypeError, ShapeError, ValueError, begun
// by `before`.
std::vector<int64_t> checked_lengths(std::string_view before, const Array& lengths, int64_t steps,
                                     int64_t batch);

// scan() with options.lengths; `steps` is what the sequences have.
ScanStep scan_to_lengths(const ScanFunction& f, std::vector<Array> init,
                         std::vector<Array> sequences, ScanOptions options, int64_t steps);

}  // namespace lamina
