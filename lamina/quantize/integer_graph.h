// A recorded graph once more, with products of 8-bit integers in the place of some.
#pragma once

#include <map>
#include <set>
#include <vector>

#include "lamina/quantize/calibration.h"
#include "lamina/quantize/layers.h"

namespace lamina::quantization {

// A sum of a layer's output and another value: the operand that is read as integers.
using Residuals = std::map<size_t, int>;  // by the number of the sum, 0 or 1

// Sums of a layer's output and a value that is integers anyway, or of two layers' outputs.
Residuals find_residuals(const Graph& graph, const std::vector<Layer>& layers);

// Values that are read as integers: the inputs of layers, and those of sums.
std::set<int32_t> values_read(const Graph& graph, const std::vector<Layer>& layers,
                              const Residuals& residuals);

// Signal to noise in decibels of each layer's output on x, when the layer reads and multiplies
// integers and everything before it does not.
std::vector<double> signal_to_noise(const train::RecordedModel& model,
                                    const std::vector<Layer>& layers, const Ranges& ranges,
                                    const Array& x);

// With these layers of integers.
train::RecordedModel integer_graph(const train::RecordedModel& model,
                                   const std::vector<Layer>& layers, const Ranges& ranges);

double decibels(double signal, double noise);

}  // namespace lamina::quantization
