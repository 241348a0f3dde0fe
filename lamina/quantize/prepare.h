// What quantize and quantization_aware begin with.
#pragma once

#include <vector>

#include "lamina/quantize/layers.h"
#include "lamina/quantize/options.h"

namespace lamina::quantization {

// The forward pass as a graph whose batch norms are part of the convolutions before them, for any
// number of examples where that is possible; x is a batch of them.
train::RecordedModel recorded_for(const char* function, nn::Module& model, const Array& x);

// Drops the layers that options.keep names; KeyError for a name that no layer has. Returns theirs.
std::vector<Layer> drop_kept(const char* function, std::vector<Layer>& layers,
                             const ModelQuantizationOptions& options);

}  // namespace lamina::quantization
