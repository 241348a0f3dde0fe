// Orders of examples. A permutation depends on its three arguments alone, so that a run can be repeated, and
// resumed in the middle of an epoch, without keeping the state of a generator.
#pragma once

#include <cstdint>
#include <vector>

namespace lamina::data {

std::vector<int64_t> ascending(int64_t count);                                   // 0, 1, ..
std::vector<int64_t> permutation(int64_t count, uint64_t seed, uint64_t epoch);

}  // namespace lamina::data
