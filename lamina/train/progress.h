// What fit() shows: on a terminal a bar that moves, with rate and time left; elsewhere one line per epoch.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "lamina/base/timer.h"
#include "lamina/train/logs.h"

namespace lamina::train {

struct ProgressOptions {
  int64_t epoch = 1, epochs = 1;  // counted from 1
  int64_t examples = 0;           // in this epoch
  int verbose = 1;
  int columns = 0;  // of the terminal, 0 for lines of any length
};

// What a display other than the terminal is told: during an epoch, and with `logs` at its end.
struct ProgressState {
  ProgressOptions options;
  int64_t done = 0;  // examples
  double seconds = 0;
  double loss = 0;
  const Logs* logs = nullptr;
};
using ProgressDisplay = std::function<void(const ProgressState&)>;

// For notebooks and windows: takes the terminal's place in all fits; an empty one gives it back.
void set_progress_display(ProgressDisplay display);

class Progress {
 public:
  explicit Progress(ProgressOptions options);
  ~Progress();  // leaves the line of an epoch that did not end
  Progress(const Progress&) = delete;

  // `loss` is asked only when the bar is drawn, ten times a second.
  void advance(int64_t examples, const std::function<double()>& loss);
  void finish(const Logs& logs);

 private:
  void draw(double loss);
  ProgressOptions options_;
  std::shared_ptr<const ProgressDisplay> display_;
  bool bar_;
  Timer timer_;
  double drawn_ = 0;  // seconds at the last drawing
  int64_t done_ = 0;
  bool open_ = false;  // whether a bar stands on the line
};

// "epoch  3/10  loss 0.1234  accuracy 0.9712    1.2 s"
std::string epoch_line(const ProgressOptions& options, const Logs& logs, double seconds);
// "[=======>      ]  50%  812/1437  5321/s  0:03 left  loss 0.1234"
std::string bar_line(const ProgressOptions& options, int64_t done, double seconds, double loss);

}  // namespace lamina::train
