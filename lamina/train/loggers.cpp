#include "lamina/train/loggers.h"

#include <filesystem>
#include <utility>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/io/atomic_write.h"
#include "lamina/io/bytes.h"
#include "lamina/io/file.h"
#include "lamina/train/trainer.h"

namespace lamina::train {
namespace {

// The first lines of a file, as many as there are of `count`.
std::string first_lines(const std::string& path, int64_t count) {
  std::error_code error;
  if (count <= 0 || !std::filesystem::exists(path, error)) return {};
  const std::vector<std::byte> bytes = io::read_file(path);
  const std::string all(io::as_text(bytes));
  size_t end = 0;
  for (; count > 0 && end < all.size(); --count) {
    const size_t line = all.find('\n', end);
    if (line == std::string::npos) break;
    end = line + 1;
  }
  return all.substr(0, end);
}

}  // namespace

// The file is replaced as a whole, so that whoever reads it meanwhile never sees half a line.
void CSVLogger::on_epoch_end(int64_t epoch, const Logs& logs) {
  std::string all = first_lines(path_, epoch == 0 ? 0 : epoch + 1);
  if (all.empty()) {
    all = "epoch";
    for (const auto& [name, value] : logs) all += "," + name;
    all += "\n";
  }
  all += text(epoch + 1);
  for (const auto& [name, value] : logs) all += "," + number(value);
  io::atomic_write(path_, all + "\n");
}

void JSONLogger::on_epoch_end(int64_t epoch, const Logs& logs) {
  io::Json line;
  line.set("epoch", epoch + 1);
  for (const auto& [name, value] : logs) {
    line.set(name, value - value == 0 ? io::Json(value) : io::Json());
  }
  io::atomic_write(path_, first_lines(path_, epoch) + line.dump() + "\n");
}

EventLogger::EventLogger(std::string folder, EventLoggerOptions options)
    : folder_(std::move(folder)), options_(std::move(options)) {
  if (options_.every < 0) {
    throw ValueError(text("EventLogger: expected every to be 0 or more, got ", options_.every));
  }
}

void EventLogger::on_train_begin() {
  writer_ = std::make_unique<EventWriter>(folder_);
  graph_due_ = options_.graph;
  if (options_.hparams.empty()) return;
  std::vector<std::string> metrics;
  for (const char* prefix : {"", "val_"}) {
    if (*prefix && !trainer().validation_data()) continue;
    metrics.push_back(text(prefix, "loss"));
    for (const AnyMetric& m : trainer().options().metrics) metrics.push_back(prefix + m->name());
  }
  writer_->add_hparams(options_.hparams, metrics);
}

// A module that cannot be run on zeros (it looks at its input's values) has no graph, but is trained
// all the same; what is wrong with the input itself is said by the step that follows.
void EventLogger::see_batch(const data::Batch& batch) {
  if (!std::exchange(graph_due_, false)) return;
  Shape shape = batch.x.shape();
  if (shape.empty()) return;
  shape[0] = -1;
  try {
    writer_->add_graph(trainer().module(), {batch.x.dtype(), std::move(shape)});
  } catch (const std::exception& error) {
    writer_->add_text("graph", text("The graph could not be recorded: ", error.what()), 0);
  }
}

void EventLogger::on_train_batch_end(int64_t) {
  const int64_t steps = trainer().optimizer().steps();
  if (options_.every == 0 || steps % options_.every != 0) return;
  writer_->add_scalar("batch_loss", trainer().totals().loss(), steps);
}

void EventLogger::on_epoch_end(int64_t epoch, const Logs& logs) {
  for (const auto& [name, value] : logs) writer_->add_scalar(name, value, epoch + 1);
  writer_->add_scalar("lr", trainer().optimizer().lr(), epoch + 1);
  if (options_.histograms) {
    for (const auto& [name, value] : trainer().module().state_dict()) {
      writer_->add_histogram(name, value, epoch + 1);
    }
  }
  writer_->flush();
}

void EventLogger::on_train_end() {
  if (!options_.hparams.empty()) writer_->end_hparams();
  writer_.reset();
}

}  // namespace lamina::train
