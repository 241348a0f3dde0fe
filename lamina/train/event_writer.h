// EventWriter: what a training comes to, in the files that TensorBoard reads.
//
//   train::EventWriter events("runs/first");
//   events.add_scalar("loss", 0.25, step);
//
//   tensorboard --logdir runs
//
// A file is a sequence of records, each with two masked checksums (CRC-32C), that hold protocol
// buffers (tensorflow/core/util/event.proto). What has been written survives a crash.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/nn/module.h"
#include "lamina/train/event_hparams.h"

namespace lamina::io {
class EventFile;
}

namespace lamina::train {

struct InputSpec;

class EventWriter {
 public:
  // Makes the folder where it is missing, and one new file in it.
  explicit EventWriter(const std::string& folder);
  ~EventWriter();
  EventWriter(EventWriter&&) noexcept;
  EventWriter& operator=(EventWriter&&) noexcept;

  void add_scalar(std::string_view tag, double value, int64_t step);
  // How often values fall into which range; NaN and infinities are left out.
  void add_histogram(std::string_view tag, const Array& values, int64_t step);
  // [height, width], [1, height, width] or [3, height, width]: 0 to 1, or uint8.
  void add_image(std::string_view tag, const Array& image, int64_t step);
  void add_text(std::string_view tag, std::string_view text, int64_t step);  // Markdown
  // Precision and recall at evenly spaced thresholds, of probabilities and targets 0 or 1.
  void add_pr_curve(std::string_view tag, const Array& targets, const Array& probabilities,
                    int64_t step, int64_t thresholds = 127);
  // A run's hyper-parameters, and the tags of the scalars that it is judged by; then that it is done. A
  // run without an end is shown as running.
  void add_hparams(const HParams& hparams, const std::vector<std::string>& metrics = {});
  void end_hparams(bool success = true);
  // The values that the module computes from such an input, and what they are computed from.
  void add_graph(nn::Module& module, const InputSpec& input);

  void flush();
  const std::string& path() const;

 private:
  std::unique_ptr<io::EventFile> file_;
};

}  // namespace lamina::train
