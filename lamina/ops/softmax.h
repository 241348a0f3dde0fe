// Softmax and the losses made of it.
#pragma once

#include <optional>

#include "lamina/core/array.h"

namespace lamina {

struct SoftmaxOptions {
  int axis = -1;
};
Array softmax(Array x, SoftmaxOptions options = {});  // e^x / sum(e^x) along the axis; float
Array log_softmax(Array x,
                  SoftmaxOptions options = {});  // log of it, exact for large differences; float

// indices [..] -> [.., classes]: 1 at the index, 0 elsewhere. Indices outside 0 .. classes - 1
// raise an IndexError when the value is computed.
Array one_hot(Array indices, int64_t classes, DType dtype = DType::Float32);

// BatchMean: the sum divided by the size of axis 0; kl_div only.
enum class LossReduction : uint8_t { Mean, Sum, None, BatchMean };

struct CrossEntropyOptions {
  int axis = -1;                                       // of the classes
  Array weight = {};                                   // [classes]: how much each class counts
  std::optional<int64_t> ignore_index = std::nullopt;  // rows with this label count for nothing
  double label_smoothing = 0;  // this share of the label goes to all classes evenly
  LossReduction reduction = LossReduction::Mean;
};

// -log softmax(logits)[label]. Labels are class numbers, of the logits' shape without `axis`, or
// probabilities of the logits' shape and a floating-point type. Class numbers out of range raise an
// IndexError when the value is computed. The mean over class numbers is a weighted one, with the
// weights of the labels.
Array cross_entropy(Array logits, Array labels, CrossEntropyOptions options = {});

// Per row of logits [.., C]: the loss at labels [..], and log(sum(e^logits)), which its gradient
// needs.
struct SoftmaxCrossEntropyResult {
  Array loss, logsumexp;
};
SoftmaxCrossEntropyResult softmax_cross_entropy(Array logits, Array labels);

}  // namespace lamina
