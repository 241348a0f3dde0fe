#include <algorithm>
#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/random.h"
#include "lamina/train/rate_callbacks.h"
#include "lamina/train/trainer.h"

namespace lamina::train {
namespace {

// Puts everything back, however the search ends.
class Restored {
 public:
  explicit Restored(Trainer& trainer)
      : trainer_(trainer),
        module_(trainer.module().state_dict()),
        optimizer_(trainer.optimizer().state_dict()),
        rate_(trainer.optimizer().rate_schedule()),
        random_(default_generator().state()) {}
  ~Restored() {
    trainer_.module().load_state_dict(module_);
    trainer_.optimizer().load_state_dict(optimizer_);
    trainer_.optimizer().set_lr(rate_);
    trainer_.optimizer().zero_grad();
    default_generator().set_state(random_);
  }
  Restored(const Restored&) = delete;

 private:
  Trainer& trainer_;
  nn::StateDict module_;
  optim::StateDict optimizer_;
  optim::LearningRate rate_;
  Generator::State random_;
};

// Of the smoothed losses: the steepest fall over the logarithm of the rate.
double steepest(const LearningRateSearch& search) {
  std::vector<double> smooth;
  for (double loss : search.losses)
    smooth.push_back(smooth.empty() ? loss : 0.8 * smooth.back() + 0.2 * loss);
  size_t best = 0;
  double most = 0;
  for (size_t i = 1; i < smooth.size(); ++i) {
    const double fall = smooth[i - 1] - smooth[i];
    if (fall > most) most = fall, best = i;
  }
  return search.rates.empty() ? 0 : search.rates[best];
}

}  // namespace

LearningRateSearch find_learning_rate(Trainer& trainer, data::DatasetHandle data,
                                      FindLearningRateOptions options) {
  if (!(options.first > 0 && options.last > options.first) || options.steps < 2) {
    throw ValueError(
        text("find_learning_rate: expected 0 < first < last and two steps or more, got ",
             options.first, ", ", options.last, " and ", options.steps));
  }
  if (trainer.fitting()) throw StateError("find_learning_rate: a fit is running");
  const Restored restored(trainer);
  data::DataLoader loader(std::move(data), {options.batch_size, true, options.seed});
  if (loader.size() == 0) throw ValueError("find_learning_rate: the dataset is empty");
  LearningRateSearch search;
  double least = INFINITY;
  trainer.module().train();
  while (search.rates.size() < static_cast<size_t>(options.steps)) {
    for (auto [x, y] : loader) {
      const double share =
          static_cast<double>(search.rates.size()) / static_cast<double>(options.steps - 1);
      const double rate = options.first * std::pow(options.last / options.first, share);
      trainer.optimizer().set_lr(rate);
      const double loss = trainer.train_step({std::move(x), std::move(y)}).item();
      if (!std::isfinite(loss) || loss > 4 * least) {
        search.suggestion = steepest(search);
        return search;
      }
      least = std::min(least, loss);
      search.rates.push_back(rate);
      search.losses.push_back(loss);
      if (search.rates.size() == static_cast<size_t>(options.steps)) break;
    }
  }
  search.suggestion = steepest(search);
  return search;
}

}  // namespace lamina::train
