// Convolutions whose bits do not depend on the number of threads.
#pragma once

#include <memory>
#include <string>

#include "lamina/backends/cpu/onednn.h"

namespace lamina::backend {

// oneDNN divides sums by the number of threads, above all those over the batch. Here each part of
// the batch is a convolution of its own, on one thread; so is each band of rows, where a picture is
// alone. Activations lie channels-last. Gradients of weights are added in the order of the parts.
std::unique_ptr<Kernel> make_convolution_of_parts(const onednn::ConvolutionProblem& problem,
                                                  int threads, std::string& refusal);

}  // namespace lamina::backend
