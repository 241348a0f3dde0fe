// Report: a page that shows what a training came to: curves, the confusion matrix, the examples
// that are most wrong, time and memory. One file of HTML that needs nothing else.
//
//   trainer.fit(data, {.epochs = 10, .validation_data = test,
//                      .callbacks = {train::Report("report.html", {.classes = {"cat", "dog"}})}});
#pragma once

#include <string>
#include <vector>

#include "lamina/base/timer.h"
#include "lamina/io/png.h"
#include "lamina/train/callback.h"

namespace lamina::train {

struct ReportOptions {
  std::string title = "Training";
  std::vector<std::string> classes = {};  // their names; numbers where there are none
  int64_t wrongest = 18;                  // examples that are shown
};

// An example whose class was not found, and how sure the network was of another.
struct WrongExample {
  int64_t number = 0;  // in the validation data
  int64_t expected = 0, got = 0;
  double certainty = 0;
  io::Picture picture;  // empty when the input is none
};

// What the page shows.
struct ReportContent {
  std::string title, model;
  std::vector<std::pair<std::string, std::string>> facts;
  std::vector<std::pair<std::string, std::vector<double>>> series;  // as in History
  std::vector<double> seconds;                                      // of each epoch
  std::vector<std::string> classes;
  std::vector<int64_t> confusion;  // [classes, classes], the true one in the row; may be empty
  std::vector<WrongExample> wrong;
};
std::string report_page(const ReportContent& content);

class Report : public Callback {
 public:
  explicit Report(std::string path, ReportOptions options = {})
      : path_(std::move(path)), options_(std::move(options)) {}
  void on_train_begin() override;
  void on_epoch_begin(int64_t epoch) override;
  void on_epoch_end(int64_t epoch, const Logs& logs) override;
  void on_train_end() override;

 private:
  void look_at_validation(ReportContent& content);
  std::string path_;
  ReportOptions options_;
  std::vector<double> seconds_;
  Timer timer_, epoch_timer_;
};

}  // namespace lamina::train
