// The batches of a stream. Its epochs are passes, or so many batches each, whatever a pass has.
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/data/permutation.h"
#include "lamina/train/batch_feed.h"

namespace lamina::train {
namespace {

class StreamFeed : public BatchFeed {
 public:
  StreamFeed(data::StreamHandle stream, FeedOptions options)
      : stream_(std::move(stream)), options_(options) {}

  void start(int64_t epoch) override {
    stream_->begin();
    epoch_ = epoch;
  }

  // What was trained on is passed over: a stream has no numbers to begin at.
  void resume(const io::Json& state) override {
    const io::Json* passed = state.find("stream");
    if (!passed) {
      throw ValueError("fit: a resumed fit needs the data and options of the one that was saved")
          .detail("saved", "a loader")
          .detail("given", "a stream");
    }
    start(state.at("epoch").as_integer());
    number_ = state.at("batch").as_integer() - 1;
    for (int64_t i = 0; i < passed->as_integer(); ++i) {
      const std::optional<data::Batch> batch = stream_->next();
      if (!batch) {
        throw ValueError(text("fit: the saved fit had used ", passed->as_integer(),
                              " batches of its stream, this one has ", i));
      }
      hand_out(*batch);
    }
  }

  io::Json state() const override {
    io::Json json;
    json.set("epoch", epoch_).set("batch", number_ + 1).set("stream", passed_);
    return json;
  }

  bool begin_epoch() override {
    if (number_ >= 0) return true;  // resumed within it
    if (options_.steps_per_epoch == 0 && over_) begin_again();
    if (!ahead_) ahead_ = pull();
    return ahead_.has_value();
  }

  std::optional<data::Batch> next() override {
    if (options_.steps_per_epoch > 0 && number_ + 1 >= options_.steps_per_epoch) return {};
    std::optional<data::Batch> batch = ahead_ ? std::move(ahead_) : pull();
    ahead_.reset();
    if (!batch) return {};
    ++number_;
    if (repeated_) passed_ = passed_examples_ = 0, repeated_ = false;
    hand_out(*batch);
    const bool full = options_.steps_per_epoch > 0 && number_ + 1 == options_.steps_per_epoch;
    if (options_.look_ahead && !full) ahead_ = pull();
    last_ = full || (options_.look_ahead && !ahead_);
    return batch;
  }

  void end_epoch() override {
    ++epoch_;
    number_ = -1;
  }

  int64_t number() const override { return number_; }
  bool is_last() const override { return last_; }
  int64_t examples() const override { return 0; }
  std::vector<int64_t> samples() const override {
    std::vector<int64_t> numbers = data::ascending(batch_examples_);
    for (int64_t& n : numbers) n += passed_examples_ - batch_examples_;
    return numbers;
  }

 private:
  void begin_again() {
    if (!stream_->repeats()) return;
    stream_->begin();
    over_ = false;
    repeated_ = true;
  }

  // With a number of steps, a pass that is over is followed by the next one within the epoch.
  std::optional<data::Batch> pull() {
    if (over_) return {};
    std::optional<data::Batch> batch = stream_->next();
    if (batch) return batch;
    over_ = true;
    if (options_.steps_per_epoch == 0 || passed_ == 0) return {};
    begin_again();
    if (over_) return {};
    batch = stream_->next();
    over_ = !batch;
    return batch;
  }

  void hand_out(const data::Batch& batch) {
    batch_examples_ = batch.x.ndim() == 0 ? 1 : batch.x.shape(0);
    passed_examples_ += batch_examples_;
    ++passed_;
  }

  data::StreamHandle stream_;
  FeedOptions options_;
  int64_t epoch_ = 0, number_ = -1;
  int64_t passed_ = 0, passed_examples_ = 0,
          batch_examples_ = 0;  // of this pass; of the last batch
  std::optional<data::Batch> ahead_;
  bool over_ = false;      // the pass
  bool repeated_ = false;  // the next batch is the first of another pass
  bool last_ = false;
};

}  // namespace

std::unique_ptr<BatchFeed> feed_of(data::StreamHandle stream, FeedOptions options) {
  return std::make_unique<StreamFeed>(std::move(stream), options);
}

}  // namespace lamina::train
