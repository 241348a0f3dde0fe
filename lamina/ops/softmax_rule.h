// What softmax and log_softmax share.
#pragma once

#include "lamina/op/op.h"
#include "lamina/op/samples.h"

namespace lamina {

void infer_softmax(Inference& c);
void softmax_samples(Samples& s);
void softmax_bad_samples(BadSamples& s);
Array record_softmax(const Op& op, Array x, int axis);

}  // namespace lamina
