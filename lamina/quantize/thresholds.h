// How much of a range is represented, from how often each magnitude is there.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lamina::quantization {

inline constexpr int64_t kBins = 2048;

// counts: of magnitudes in kBins bins of equal width from 0 to `largest`. The magnitude below which
// the share `percentile` of them lies.
double percentile_threshold(const std::vector<double>& counts, double largest, double percentile);

// The magnitude at which cutting the rest off, and rounding what is left to `levels` steps, changes
// the distribution the least (Kullback-Leibler; Migacz, "8-bit inference with TensorRT", 2017).
double entropy_threshold(const std::vector<double>& counts, double largest, int levels);

}  // namespace lamina::quantization
