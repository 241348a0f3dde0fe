// The batches of a loader.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/train/batch_feed.h"

namespace lamina::train {
namespace {

// JSON's integers are signed; seeds are not.
io::Json from_unsigned(uint64_t value) { return static_cast<int64_t>(value); }

class LoaderFeed : public BatchFeed {
 public:
  LoaderFeed(data::DataLoader loader, FeedOptions options)
      : loader_(std::move(loader)), batches_(loader_.size()) {
    if (options.steps_per_epoch > 0) batches_ = std::min(batches_, options.steps_per_epoch);
  }

  void start(int64_t epoch) override { loader_.restore({epoch, 0}); }

  void resume(const io::Json& state) override {
    check_same(state);
    data::LoaderPosition position{state.at("epoch").as_integer(), state.at("batch").as_integer()};
    if (position.batch >= batches_) position.batch = loader_.size();  // none left
    loader_.restore(position);
  }

  io::Json state() const override {
    io::Json json = order();
    // Between two epochs the next one is where a fit goes on.
    const data::LoaderPosition position = loader_.position();
    json.set("epoch", position.epoch + (done_ ? 1 : 0)).set("batch", done_ ? 0 : position.batch);
    return json;
  }

  bool begin_epoch() override {
    done_ = false;
    return true;
  }

  std::optional<data::Batch> next() override {
    if (begun_ && is_last()) return std::nullopt;
    if (begun_) {
      ++at_;
    } else {
      at_ = loader_.begin();
      begun_ = true;
    }
    if (at_ == loader_.end()) return std::nullopt;
    return *at_;
  }

  void end_epoch() override {
    at_ = {};
    begun_ = false;
    done_ = true;
  }

  int64_t number() const override { return loader_.position().batch - 1; }
  bool is_last() const override { return loader_.position().batch >= batches_; }
  int64_t examples() const override {
    return std::min(loader_.examples(), batches_ * loader_.options().batch_size);
  }
  std::vector<int64_t> samples() const override { return loader_.numbers(); }

 private:
  // What the order of the examples follows from.
  io::Json order() const {
    const data::DataLoaderOptions& o = loader_.options();
    io::Json json;
    json.set("batch_size", o.batch_size).set("shuffle", o.shuffle);
    json.set("seed", from_unsigned(o.seed)).set("examples", loader_.state_dict().examples);
    json.set("num_shards", o.num_shards).set("shard_index", o.shard_index);
    json.set("drop_last", o.drop_last);
    return json;
  }

  void check_same(const io::Json& state) const {
    const io::Json own = order();
    std::string saved, given;
    bool same = !state.find("stream");
    for (const auto& [name, value] : own.as_object()) {
      const io::Json* before = state.find(name);
      if (!before) continue;
      saved += text(saved.empty() ? "" : ", ", name, " ", before->dump());
      given += text(given.empty() ? "" : ", ", name, " ", value.dump());
      same = same && before->dump() == value.dump();
    }
    if (same) return;
    throw ValueError("fit: a resumed fit needs the data and options of the one that was saved")
        .detail("saved", state.find("stream") ? "a stream" : saved)
        .detail("given", given);
  }

  data::DataLoader loader_;
  int64_t batches_;
  data::DataLoader::Iterator at_;
  bool begun_ = false, done_ = false;
};

}  // namespace

std::unique_ptr<BatchFeed> feed_of(data::DataLoader loader, FeedOptions options) {
  return std::make_unique<LoaderFeed>(std::move(loader), options);
}

}  // namespace lamina::train
