// Losses as modules, under torch.nn's names: options when made, arrays when called.
//
//   nn::CrossEntropyLoss loss({.label_smoothing = 0.1});
//   Array value = loss(logits, labels);
//
// Options stand in torch's order. Their weights become buffers, which state_dict() holds.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/losses.h"
#include "lamina/nn/module.h"

namespace lamina::nn {

// What they share. Loss has `compute(inputs, options)`, which takes kInputs arrays.
template <class Loss, class Options, size_t kInputs = 2>
class LossModule : public Module {
 public:
  explicit LossModule(Options given = {}) : options(std::move(given)) {
    if constexpr (requires { options.weight; }) {
      if (options.weight) weight = buffer("weight", options.weight);
    }
    if constexpr (requires { options.pos_weight; }) {
      if (options.pos_weight) pos_weight = buffer("pos_weight", options.pos_weight);
    }
  }

  template <class... Arrays>
  Array operator()(Arrays... inputs) {
    static_assert(sizeof...(Arrays) == kInputs, "as many arrays as the loss takes");
    return std::move(call({std::move(inputs)...})[0]);
  }

  Array forward(Array x) override {
    std::vector<Array> inputs;
    inputs.push_back(std::move(x));
    return std::move(forward_all(std::move(inputs))[0]);  // says what is missing
  }

  std::vector<Array> forward_all(std::vector<Array> inputs) override {
    if (inputs.size() != kInputs) {
      throw ValueError(text(kind(), ": expected ", kInputs, " arrays, got ", inputs.size()));
    }
    Options now = options;
    if constexpr (requires { now.weight; }) {
      if (weight) now.weight = weight;
    }
    if constexpr (requires { now.pos_weight; }) {
      if (pos_weight) now.pos_weight = pos_weight;
    }
    std::vector<Array> outputs;
    outputs.push_back(Loss::compute(std::move(inputs), now));
    return outputs;
  }

  std::unique_ptr<Module> fresh() const override { return std::make_unique<Loss>(options); }

  Options options;
  Buffer weight, pos_weight;  // empty where there is none
};

using LossInputs = std::vector<Array>;

// --- of numbers: predictions and targets

class MSELoss : public LossModule<MSELoss, LossOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const LossOptions& options);
};

class L1Loss : public LossModule<L1Loss, LossOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const LossOptions& options);
};

struct SmoothL1LossOptions {
  LossReduction reduction = LossReduction::Mean;
  double beta = 1;
};
class SmoothL1Loss : public LossModule<SmoothL1Loss, SmoothL1LossOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const SmoothL1LossOptions& options);
};

struct HuberLossOptions {
  LossReduction reduction = LossReduction::Mean;
  double delta = 1;
};
class HuberLoss : public LossModule<HuberLoss, HuberLossOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const HuberLossOptions& options);
};

struct PoissonNLLLossOptions {
  bool log_input = true;
  bool full = false;
  double eps = 1e-8;
  LossReduction reduction = LossReduction::Mean;
};
class PoissonNLLLoss : public LossModule<PoissonNLLLoss, PoissonNLLLossOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const PoissonNLLLossOptions& options);
};

struct GaussianNLLLossOptions {
  bool full = false;
  double eps = 1e-6;
  LossReduction reduction = LossReduction::Mean;
};
// Of predictions, targets and variances.
class GaussianNLLLoss : public LossModule<GaussianNLLLoss, GaussianNLLLossOptions, 3> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const GaussianNLLLossOptions& options);
};

// --- of classes

// Of probabilities.
class BCELoss : public LossModule<BCELoss, BinaryCrossEntropyOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const BinaryCrossEntropyOptions& options);
};

struct BCEWithLogitsLossOptions {
  Array weight = {};  // of each entry; broadcasts
  LossReduction reduction = LossReduction::Mean;
  Array pos_weight = {};  // of the targets that are 1; broadcasts
};
class BCEWithLogitsLoss : public LossModule<BCEWithLogitsLoss, BCEWithLogitsLossOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const BCEWithLogitsLossOptions& options);
};

// Classes stand on axis 1, as in torch, or on the only axis; `axis` is another place.
struct CrossEntropyLossOptions {
  Array weight = {};  // [classes]
  int64_t ignore_index = -100;
  LossReduction reduction = LossReduction::Mean;
  double label_smoothing = 0;
  int axis = 1;
};
// Of logits, and class numbers or a probability for each class.
class CrossEntropyLoss : public LossModule<CrossEntropyLoss, CrossEntropyLossOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const CrossEntropyLossOptions& options);
};

struct NLLLossOptions {
  Array weight = {};  // [classes]
  int64_t ignore_index = -100;
  LossReduction reduction = LossReduction::Mean;
  int axis = 1;
};
// CrossEntropyLoss behind log_softmax.
class NLLLoss : public LossModule<NLLLoss, NLLLossOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const NLLLossOptions& options);
};

struct KLDivLossOptions {
  LossReduction reduction = LossReduction::Mean;
  bool log_target = false;
};
class KLDivLoss : public LossModule<KLDivLoss, KLDivLossOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const KLDivLossOptions& options);
};

class SoftMarginLoss : public LossModule<SoftMarginLoss, LossOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const LossOptions& options);
};

class MultiLabelMarginLoss : public LossModule<MultiLabelMarginLoss, LossOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const LossOptions& options);
};

class MultiLabelSoftMarginLoss
    : public LossModule<MultiLabelSoftMarginLoss, MultilabelSoftMarginOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const MultilabelSoftMarginOptions& options);
};

class MultiMarginLoss : public LossModule<MultiMarginLoss, MultiMarginOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const MultiMarginOptions& options);
};

// --- of distances

struct HingeEmbeddingLossOptions {
  double margin = 1;
  LossReduction reduction = LossReduction::Mean;
};
class HingeEmbeddingLoss : public LossModule<HingeEmbeddingLoss, HingeEmbeddingLossOptions> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const HingeEmbeddingLossOptions& options);
};

class MarginRankingLoss : public LossModule<MarginRankingLoss, MarginOptions, 3> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const MarginOptions& options);
};

class CosineEmbeddingLoss : public LossModule<CosineEmbeddingLoss, MarginOptions, 3> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const MarginOptions& options);
};

struct TripletMarginLossOptions {
  double margin = 1;
  double p = 2;
  double eps = 1e-6;
  bool swap = false;
  LossReduction reduction = LossReduction::Mean;
};
class TripletMarginLoss : public LossModule<TripletMarginLoss, TripletMarginLossOptions, 3> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const TripletMarginLossOptions& options);
};

struct TripletMarginWithDistanceLossOptions {
  Distance distance_function = {};  // pairwise_distance when left out
  double margin = 1;
  bool swap = false;
  LossReduction reduction = LossReduction::Mean;
};
class TripletMarginWithDistanceLoss
    : public LossModule<TripletMarginWithDistanceLoss, TripletMarginWithDistanceLossOptions, 3> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const TripletMarginWithDistanceLossOptions& options);
};

// --- of sequences

struct CTCLossOptions {
  int64_t blank = 0;
  LossReduction reduction = LossReduction::Mean;
  bool zero_infinity = false;
};
// Of log_probs, targets, input_lengths and target_lengths.
class CTCLoss : public LossModule<CTCLoss, CTCLossOptions, 4> {
 public:
  using LossModule::LossModule;
  static Array compute(LossInputs x, const CTCLossOptions& options);
};

}  // namespace lamina::nn
