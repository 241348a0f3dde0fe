// Metrics of classes. Predictions are scores [N, .., classes] for integer targets [N, ..]; or, for
// a question of yes or no, probabilities of the targets' shape, yes from `threshold` on.
#pragma once

#include "lamina/train/metric.h"

namespace lamina::train {

// The share of examples whose largest score is that of their class. Every element of the target
// counts as an example.
class Accuracy : public Metric {
 public:
  std::string name() const override { return "accuracy"; }
  Array measure(const Array& prediction, const Array& target) override;
};

struct ThresholdOptions {
  double threshold = 0.5;
};

// The share of right answers to questions of yes or no.
class BinaryAccuracy : public Metric {
 public:
  explicit BinaryAccuracy(ThresholdOptions options = {}) : options_(options) {}
  std::string name() const override { return "binary_accuracy"; }
  Array measure(const Array& prediction, const Array& target) override;

 private:
  ThresholdOptions options_;
};

struct TopKOptions {
  int64_t k = 5;
};

// The share of examples whose class is among the k largest scores.
class TopKAccuracy : public Metric {
 public:
  explicit TopKAccuracy(TopKOptions options = {});
  std::string name() const override { return "top_k_accuracy"; }
  Array measure(const Array& prediction, const Array& target) override;

 private:
  TopKOptions options_;
};

struct ClassOptions {
  std::string average = "macro";  // of the classes: "macro", "micro", or "weighted" by their size
  double threshold = 0.5;
};

// What counts of right and wrong answers for each class come to.
class ClassMetric : public Metric {
 public:
  Array measure(const Array& prediction, const Array& target) override;
  double compute(const std::vector<double>& sums, int64_t examples) const override;

 protected:
  explicit ClassMetric(ClassOptions options);
  // Of one class, or of all together; 0 where it would divide by 0.
  virtual double of(double true_positives, double false_positives,
                    double false_negatives) const = 0;

 private:
  ClassOptions options_;
};

// Of what is said to be of a class, how much is: TP / (TP + FP).
class Precision : public ClassMetric {
 public:
  explicit Precision(ClassOptions options = {}) : ClassMetric(std::move(options)) {}
  std::string name() const override { return "precision"; }

 protected:
  double of(double tp, double fp, double fn) const override;
};

// Of what is of a class, how much is said to be: TP / (TP + FN).
class Recall : public ClassMetric {
 public:
  explicit Recall(ClassOptions options = {}) : ClassMetric(std::move(options)) {}
  std::string name() const override { return "recall"; }

 protected:
  double of(double tp, double fp, double fn) const override;
};

// The harmonic mean of both: 2 TP / (2 TP + FP + FN).
class F1 : public ClassMetric {
 public:
  explicit F1(ClassOptions options = {}) : ClassMetric(std::move(options)) {}
  std::string name() const override { return "f1"; }

 protected:
  double of(double tp, double fp, double fn) const override;
};

struct AUCOptions {
  int64_t thresholds = 200;
};

// The area under the curve of true against false positives, by the trapezoidal rule over evenly
// spaced thresholds, as in Keras. For probabilities.
class AUC : public Metric {
 public:
  explicit AUC(AUCOptions options = {});
  std::string name() const override { return "auc"; }
  Array measure(const Array& prediction, const Array& target) override;
  double compute(const std::vector<double>& sums, int64_t examples) const override;

 private:
  AUCOptions options_;
};

// How often each class was taken for each: matrix() has the true class in the row. As a number, the
// share on the diagonal.
class ConfusionMatrix : public Metric {
 public:
  std::string name() const override { return "confusion_matrix"; }
  Array measure(const Array& prediction, const Array& target) override;
  double compute(const std::vector<double>& sums, int64_t examples) const override;
  Array matrix() const;  // int64 [classes, classes]; StateError before the first update
};

// Intersection over union of what is and what is said to be of a class, the mean over the classes
// that occur: TP / (TP + FP + FN).
class MeanIoU : public ConfusionMatrix {
 public:
  std::string name() const override { return "iou"; }
  double compute(const std::vector<double>& sums, int64_t examples) const override;
};

// e to the mean cross entropy of logits [N, .., classes].
class Perplexity : public Metric {
 public:
  std::string name() const override { return "perplexity"; }
  Array measure(const Array& prediction, const Array& target) override;
  double compute(const std::vector<double>& sums, int64_t examples) const override;
};

}  // namespace lamina::train
