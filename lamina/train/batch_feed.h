// Internal: the batches of a fit, epoch by epoch, of a loader or of a stream; and how far it is, for
// checkpoints.
#pragma once

#include <memory>
#include <vector>

#include "lamina/data/source.h"
#include "lamina/io/json.h"

namespace lamina::train {

class BatchFeed {
 public:
  virtual ~BatchFeed() = default;

  // From the first batch of this epoch on, or from where state() was taken; ValueError where that was of
  // another feed.
  virtual void start(int64_t epoch) = 0;
  virtual void resume(const io::Json& state) = 0;
  virtual io::Json state() const = 0;

  virtual bool begin_epoch() = 0;                 // false: no batch will come any more
  virtual std::optional<data::Batch> next() = 0;  // none: the epoch is over
  virtual void end_epoch() = 0;                   // here, or before all batches were taken

  virtual int64_t number() const = 0;                // of the batch handed out last, in its epoch
  virtual bool is_last() const = 0;                  // whether that was the last of its epoch
  virtual int64_t examples() const = 0;              // in an epoch; 0: nobody knows
  virtual std::vector<int64_t> samples() const = 0;  // the numbers of that batch's examples
};

struct FeedOptions {
  int64_t steps_per_epoch = 0;  // 0: all there are
  bool look_ahead = false;      // is_last() must be known, of streams too
};
std::unique_ptr<BatchFeed> feed_of(data::DataLoader loader, FeedOptions options);
std::unique_ptr<BatchFeed> feed_of(data::StreamHandle stream, FeedOptions options);

}  // namespace lamina::train
