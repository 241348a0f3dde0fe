// History: what each epoch came to.
//
//   const History& history = trainer.fit(train, {.epochs = 10, .validation_data = test});
//   history.at("val_accuracy").back();
//   history.plot("curves.png");
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "lamina/train/logs.h"

namespace lamina::train {

class History {
 public:
  using Series = std::pair<std::string, std::vector<double>>;

  // One value per epoch. KeyError lists the names there are.
  const std::vector<double>& at(std::string_view name) const;
  std::vector<std::string> names() const;
  int64_t epochs() const { return epochs_; }
  const std::vector<Series>& series() const { return series_; }

  // A picture (PNG) with a chart for each number, validation beside training.
  void plot(const std::string& path) const;

  void add(const Logs& logs);  // the next epoch
  void restore(std::vector<Series> series, int64_t epochs);

 private:
  std::vector<Series> series_;
  int64_t epochs_ = 0;
};

}  // namespace lamina::train
