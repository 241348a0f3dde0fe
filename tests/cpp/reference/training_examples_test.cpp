// Examples of the reference that train: optimizers, schedules, metrics and callbacks.
// tools/reference_cpp.py shows their bodies.
#include <filesystem>
#include <fstream>

#include "examples.h"

using namespace lamina;

namespace {

data::ArrayDataset ones() { return {lm::ones({4, 2}), lm::ones({4, 1})}; }

struct Fit {  // a small one
  nn::Linear model{2, 1};
  train::Trainer trainer{model};
  Fit() { trainer.compile({.optimizer = optim::SGD({.lr = 0.5}), .loss = "mse"}); }
};

const Array scores = lm::array({{0.1, 0.9}, {0.8, 0.2}, {0.3, 0.7}, {0.6, 0.4}});
const Array classes = lm::array({1, 0, 0, 0}, lm::int64);
const Array guesses = lm::array({0.9, 0.4, 0.6, 0.2}), answers = lm::array({1, 1, 0, 0}, lm::int64);
const Array numbers = lm::array({1.0, 2.0, 5.0}), targets = lm::array({1.0, 2.0, 3.0});

TEST(Examples, lm_optim_LossScaler) {
  Parameter w(lm::array({1.0}));
  optim::SGD optimizer({w}, {.lr = 0.5});
  optim::LossScaler scaler({.scale = 1024});
  scaler.scale(lm::sum(w * w)).backward();
  EXPECT_TRUE(scaler.step(optimizer));
  scaler.update();
  EXPECT_EQ(shown(Array(w)), "[0]");
}

TEST(Examples, lm_optim_MultiStepSchedule) {
  optim::MultiStepSchedule rate{.lr = 0.5, .milestones = {2, 4}, .factor = 0.5};
  EXPECT_DOUBLE_EQ(rate(4), 0.125);
}

TEST(Examples, lm_optim_ExponentialSchedule) {
  optim::ExponentialSchedule rate{.lr = 0.5, .factor = 0.5};
  EXPECT_DOUBLE_EQ(rate(2), 0.125);
}

TEST(Examples, lm_optim_PolynomialSchedule) {
  optim::PolynomialSchedule rate{.lr = 0.5, .steps = 4};
  EXPECT_DOUBLE_EQ(rate(2), 0.25);
}

TEST(Examples, lm_optim_CosineRestartsSchedule) {
  optim::CosineRestartsSchedule rate{.lr = 0.5, .period = 10};
  EXPECT_DOUBLE_EQ(rate(10), 0.5);
}

TEST(Examples, lm_optim_OneCycleSchedule) {
  optim::OneCycleSchedule rate{.lr = 0.5, .steps = 10, .rise = 0.5};
  EXPECT_DOUBLE_EQ(rate(4), 0.5);
}

TEST(Examples, lm_optim_PiecewiseSchedule) {
  optim::PiecewiseSchedule rate{.boundaries = {10, 20}, .rates = {0.5, 0.25, 0.125}};
  EXPECT_DOUBLE_EQ(rate(10), 0.25);
}

TEST(Examples, lm_optim_ChainedSchedule) {
  optim::PolynomialSchedule fall{.lr = 0.5, .steps = 4};
  optim::ChainedSchedule rate{.schedules = {0.125, fall}, .boundaries = {10}};
  EXPECT_DOUBLE_EQ(rate(12), 0.25);
}

TEST(Examples, lm_optim_ReduceOnPlateau) {
  optim::SGD optimizer({Parameter(lm::ones({1}))}, {.lr = 0.5});
  optim::ReduceOnPlateau plateau(optimizer, {.factor = 0.5, .patience = 1});
  for (double loss : {1.0, 1.0, 1.0}) plateau.step(loss);
  EXPECT_EQ(optimizer.lr(), 0.25);
}

TEST(Examples, lm_optim_LBFGS) {
  Parameter w(lm::array({3.0}));
  optim::LBFGS optimizer({w}, {.line_search = true});
  EXPECT_EQ(optimizer.step([&] { return lm::sum((w - 1.0) * (w - 1.0)); }), 4.0);
  EXPECT_EQ(shown(Array(w)), "[1]");
}

TEST(Examples, lm_optim_Lookahead) {
  Parameter w(lm::array({1.0}));
  optim::Lookahead optimizer(optim::Adam({w}, {.lr = 0.1}), {.k = 5});
  EXPECT_EQ(optimizer.lr(), 0.1);
}

TEST(Examples, lm_optim_WeightAverage) {
  optim::SWA average({Parameter(lm::ones({1}))});
  optim::WeightAverage& any = average;
  any.update();
  EXPECT_EQ(any.updates(), 1);
}

TEST(Examples, lm_optim_SWA) {
  Parameter w(lm::array({1.0}));
  optim::SWA average({w});
  average.update();
  w->set_value(lm::array({3.0}));
  average.update();
  average.swap();
  EXPECT_EQ(shown(Array(w)), "[2]");
}

TEST(Examples, lm_optim_EMA) {
  Parameter w(lm::array({1.0}));
  optim::EMA average({w}, {.decay = 0.5});
  average.update();
  w->set_value(lm::array({2.0}));
  average.update();
  EXPECT_EQ(shown(average.values()[0]), "[1.5]");
}

TEST(Examples, lm_train_Accuracy) {
  train::Accuracy metric;
  metric.update(scores, classes);
  EXPECT_NEAR(metric.result(), 0.75, 1e-3);
}

TEST(Examples, lm_train_TopKAccuracy) {
  train::TopKAccuracy metric({.k = 2});
  metric.update(scores, classes);
  EXPECT_NEAR(metric.result(), 1.0, 1e-3);
}

TEST(Examples, lm_train_Precision) {
  train::Precision metric;
  metric.update(scores, classes);
  EXPECT_NEAR(metric.result(), 0.75, 1e-3);
}

TEST(Examples, lm_train_Recall) {
  train::Recall metric;
  metric.update(scores, classes);
  EXPECT_NEAR(metric.result(), 0.8333, 1e-3);
}

TEST(Examples, lm_train_F1) {
  train::F1 metric;
  metric.update(scores, classes);
  EXPECT_NEAR(metric.result(), 0.7333, 1e-3);
}

TEST(Examples, lm_train_MeanIoU) {
  train::MeanIoU metric;
  metric.update(scores, classes);
  EXPECT_NEAR(metric.result(), 0.5833, 1e-3);
}

TEST(Examples, lm_train_BinaryAccuracy) {
  train::BinaryAccuracy metric;
  metric.update(guesses, answers);
  EXPECT_NEAR(metric.result(), 0.5, 1e-3);
}

TEST(Examples, lm_train_AUC) {
  train::AUC metric;
  metric.update(guesses, answers);
  EXPECT_NEAR(metric.result(), 0.75, 1e-3);
}

TEST(Examples, lm_train_MeanSquaredError) {
  train::MeanSquaredError metric;
  metric.update(numbers, targets);
  EXPECT_NEAR(metric.result(), 1.333, 1e-3);
}

TEST(Examples, lm_train_RootMeanSquaredError) {
  train::RootMeanSquaredError metric;
  metric.update(numbers, targets);
  EXPECT_NEAR(metric.result(), 1.155, 1e-3);
}

TEST(Examples, lm_train_MeanAbsoluteError) {
  train::MeanAbsoluteError metric;
  metric.update(numbers, targets);
  EXPECT_NEAR(metric.result(), 0.667, 1e-3);
}

TEST(Examples, lm_train_R2) {
  train::R2 metric;
  metric.update(numbers, targets);
  EXPECT_NEAR(metric.result(), -1.0, 1e-3);
}

TEST(Examples, lm_train_ConfusionMatrix) {
  train::ConfusionMatrix metric;
  metric.update(scores, classes);
  EXPECT_EQ(shown(metric.matrix()), "[[2,1],[0,1]]");
}

TEST(Examples, lm_train_Perplexity) {
  train::Perplexity metric;
  metric.update(lm::zeros({3, 4}), lm::array({0, 1, 2}, lm::int64));
  EXPECT_NEAR(metric.result(), 4, 1e-5);
}

TEST(Examples, lm_train_BLEU) {
  train::BLEU bleu({.order = 2});
  bleu.update({1, 2, 3, 4}, {{1, 2, 3, 5}});
  EXPECT_NEAR(bleu.result(), 0.707, 1e-3);
}

TEST(Examples, lm_train_CSVLogger) {
  Fit fit;
  train::CSVLogger logger(temporary_file());
  fit.trainer.fit(ones(), {.verbose = 0, .callbacks = {logger}});
  std::string line;
  std::getline(std::ifstream(temporary_file()), line);
  EXPECT_EQ(line, "epoch,loss");
}

TEST(Examples, lm_train_JSONLogger) {
  Fit fit;
  train::JSONLogger logger(temporary_file());
  fit.trainer.fit(ones(), {.verbose = 0, .callbacks = {logger}});
  EXPECT_TRUE(std::filesystem::exists(temporary_file()));
}

TEST(Examples, lm_train_EventLogger) {
  Fit fit;
  train::EventLogger logger(temporary_file());
  fit.trainer.fit(ones(), {.verbose = 0, .callbacks = {logger}});
  EXPECT_TRUE(std::filesystem::is_directory(temporary_file()));
}

TEST(Examples, lm_train_EventWriter) {
  train::EventWriter events(temporary_file());
  events.add_scalar("loss", 0.25, 1);
  events.flush();
  EXPECT_GT(std::filesystem::file_size(events.path()), 0u);
}

TEST(Examples, lm_train_Report) {
  Fit fit;
  train::Report report(temporary_file(), {.title = "Ones"});
  fit.trainer.fit(ones(), {.verbose = 0, .callbacks = {report}});
  EXPECT_TRUE(std::filesystem::exists(temporary_file()));
}

TEST(Examples, lm_train_set_progress_display) {
  int64_t epochs = 0;
  train::set_progress_display(
      [&](const train::ProgressState& state) { epochs += state.logs != nullptr; });
  Fit fit;
  fit.trainer.fit(ones(), {.epochs = 2});
  train::set_progress_display({});
  EXPECT_EQ(epochs, 2);
}

TEST(Examples, lm_train_LearningRateScheduler) {
  Fit fit;
  train::LearningRateScheduler halve([](int64_t epoch) { return std::pow(0.5, epoch); });
  fit.trainer.fit(ones(), {.epochs = 3, .verbose = 0, .callbacks = {halve}});
  EXPECT_EQ(fit.trainer.optimizer().lr(), 0.25);
}

TEST(Examples, lm_train_ReduceLROnPlateau) {
  Fit fit;
  train::ReduceLROnPlateau plateau(
      {.monitor = "loss", .factor = 0.5, .patience = 0, .min_delta = 1e9});
  fit.trainer.fit(ones(), {.epochs = 2, .verbose = 0, .callbacks = {plateau}});
  EXPECT_EQ(fit.trainer.optimizer().lr(), 0.25);
}

TEST(Examples, lm_train_LearningRateSearch) {
  Fit fit;
  train::LearningRateSearch search = train::find_learning_rate(fit.trainer, ones(), {.steps = 5});
  EXPECT_EQ(search.rates.size(), search.losses.size());
}

TEST(Examples, lm_train_find_learning_rate) {
  Fit fit;
  auto search =
      train::find_learning_rate(fit.trainer, ones(), {.first = 0.01, .last = 0.1, .steps = 3});
  EXPECT_NEAR(search.rates.at(1), 0.032, 1e-3);
}

TEST(Examples, lm_train_ExponentialMovingAverage) {
  Fit fit;
  train::ExponentialMovingAverage average({.decay = 0.9});
  fit.trainer.fit(ones(), {.epochs = 3, .verbose = 0, .callbacks = {average}});
}

TEST(Examples, lm_train_Watch) {
  Fit fit;
  train::Watch watch;
  fit.trainer.fit(ones(), {.verbose = 0, .callbacks = {watch}});
  EXPECT_EQ(watch.norms()[0].name, "weight");
}

TEST(Examples, lm_train_StopOnNaN) {
  Fit fit;
  train::StopOnNaN stop({.raise = false});
  data::ArrayDataset bad(lm::array({{1.0, 2.0}, {NAN, 0.0}}), lm::ones({2, 1}));
  fit.trainer.fit(bad, {.verbose = 0, .callbacks = {stop}});
  train::NaNReport report = stop.report().value();
  EXPECT_EQ(report.stage, "data");
  EXPECT_EQ(report.samples, (std::vector<int64_t>{1}));
}

TEST(Examples, lm_train_NaNReport) {
  Fit fit;
  train::StopOnNaN stop({.raise = false});
  data::ArrayDataset bad(lm::array({{1.0, 2.0}, {NAN, 0.0}}), lm::ones({2, 1}));
  fit.trainer.fit(bad, {.verbose = 0, .callbacks = {stop}});
  train::NaNReport report = stop.report().value();
  EXPECT_EQ(report.stage, "data");
  EXPECT_EQ(report.samples, (std::vector<int64_t>{1}));
}

TEST(Examples, lm_train_Mixup) {
  train::Mixup mix({.alpha = 0.2, .classes = 3});
  auto [x, y] = mix({lm::ones({4, 2}), lm::array({0, 1, 2, 1}, lm::int64)});
  EXPECT_EQ(y.shape(), (Shape{4, 3}));
}

TEST(Examples, lm_train_CutMix) {
  train::CutMix mix({.alpha = 1, .classes = 3});
  auto [x, y] = mix({lm::ones({2, 1, 8, 8}), lm::array({0, 2}, lm::int64)});
  EXPECT_EQ(y.shape(), (Shape{2, 3}));
}

TEST(Examples, lm_train_Subset) {
  train::Subset part(ones(), {1, 3});
  EXPECT_EQ(part.size(), 2);
}

TEST(Examples, lm_train_k_fold) {
  for (auto& [train, validation] : train::k_fold(ones(), {.k = 2})) {
    EXPECT_EQ(train.size() + validation.size(), 4);
  }
}

TEST(Examples, lm_train_Callback) {
  struct Count : train::Callback {
    int epochs = 0;
    void on_epoch_end(int64_t, const train::Logs&) override { ++epochs; }
  };
  nn::Linear model(2, 1);
  train::Trainer trainer(model);
  Count count;
  trainer.compile({.optimizer = optim::SGD(), .loss = "mse"});
  trainer.fit(ones(), {.epochs = 2, .verbose = 0, .callbacks = {count}});
  EXPECT_EQ(count.epochs, 2);
}

TEST(Examples, lm_train_EarlyStopping) {
  nn::Linear model(2, 1);
  train::Trainer trainer(model);
  trainer.compile({.optimizer = optim::SGD({.lr = 0}), .loss = "mse"});
  train::EarlyStopping stop({.monitor = "loss", .patience = 2, .min_delta = 0.01});
  EXPECT_EQ(trainer.fit(ones(), {.epochs = 9, .verbose = 0, .callbacks = {stop}}).epochs(), 3);
}

TEST(Examples, lm_train_History) {
  nn::Linear model(2, 1);
  train::Trainer trainer(model);
  trainer.compile({.optimizer = optim::SGD(), .loss = "mse"});
  train::History history = trainer.fit(ones(), {.epochs = 2, .verbose = 0});
  EXPECT_EQ(history.at("loss").size(), 2u);
}

TEST(Examples, lm_train_Metric) {
  struct Largest : train::Metric {
    std::string name() const override { return "largest"; }
    Array measure(const Array& prediction, const Array&) override { return lm::max(prediction); }
  };
  EXPECT_EQ(shown(Largest().measure(lm::array({1.0, 3.0}), lm::zeros({2}))), "3");
}

TEST(Examples, lm_train_load_weights) {
  nn::Linear a(2, 3), b(2, 3);
  train::save_model(a, {lm::float32, {-1, 2}}, temporary_file());
  train::load_weights(b, temporary_file());
  EXPECT_EQ(shown(lm::all(a.weight == b.weight)), "True");
}

TEST(Examples, lm_train_SavedModel) {
  nn::Linear model(2, 3);
  train::save_model(model, {lm::float32, {-1, 2}}, temporary_file(), {.classes = {"a", "b", "c"}});
  train::SavedModel saved = train::load_model(temporary_file());
  EXPECT_EQ(saved.classes().size(), 3u);
}

}  // namespace
