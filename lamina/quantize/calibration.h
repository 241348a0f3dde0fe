// How far values of a recorded graph reach.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "lamina/data/source.h"
#include "lamina/quantize/options.h"
#include "lamina/train/recorded_model.h"

namespace lamina::quantization {

// 8-bit integers times `step`, of values between -127 or 0 and 127 or 255 steps.
struct Range {
  double step = 1;
  bool is_signed = true;
  DType dtype() const { return is_signed ? int8 : uint8; }
};

// By the number of the value in the graph.
using Ranges = std::map<int32_t, Range>;

// Batches of at most `examples` examples, 0: all. ValueError when there are none.
std::vector<data::Batch> batches_of(const char* function, const data::Source& data,
                                    const ModelQuantizationOptions& options);

// Runs the graph on the batches and looks at these values, each of which some call of the graph
// reads.
Ranges calibrate(const train::RecordedModel& model, const std::vector<data::Batch>& batches,
                 const std::set<int32_t>& values, const ModelQuantizationOptions& options);

}  // namespace lamina::quantization
