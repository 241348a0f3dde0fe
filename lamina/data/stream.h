// Stream: batches of which nobody knows how many will come: of a generator, a socket, a simulation.
//
//   std::vector<data::Batch> recorded = ..;
//   trainer.fit(data::stream(recorded), {.epochs = 3});              // an epoch is a pass
//   trainer.fit(data::stream([&]() -> std::optional<data::Batch> {   // endless: an epoch is 100 batches
//     return simulate();
//   }), {.epochs = 3, .steps_per_epoch = 100});
#pragma once

#include <concepts>
#include <iterator>
#include <memory>
#include <optional>
#include <utility>

#include "lamina/data/dataset.h"

namespace lamina::data {

class Stream {
 public:
  virtual ~Stream() = default;
  // A pass from the first batch on. Called once at most where the stream does not repeat.
  virtual void begin() = 0;
  virtual std::optional<Batch> next() = 0;  // none: the pass is over
  virtual bool repeats() const = 0;         // whether begin() may be called again
};

// A stream as an argument, by value or shared.
class StreamHandle {
 public:
  StreamHandle() = default;
  template <std::derived_from<Stream> S>
  StreamHandle(std::shared_ptr<S> stream) : stream_(std::move(stream)) {}
  template <std::derived_from<Stream> S>
  StreamHandle(S stream) : stream_(std::make_shared<S>(std::move(stream))) {}
  Stream* operator->() const { return stream_.get(); }
  explicit operator bool() const { return stream_ != nullptr; }

 private:
  std::shared_ptr<Stream> stream_;
};

// Whatever `for (data::Batch batch : range)` goes over. A range of input iterators is gone through once.
template <class Range>
class RangeStream : public Stream {
 public:
  explicit RangeStream(Range range) : range_(std::move(range)) {}
  void begin() override { at_.emplace(std::begin(range_)), fresh_ = true; }
  std::optional<Batch> next() override {
    if (!fresh_) ++*at_;
    fresh_ = false;
    if (*at_ == std::end(range_)) {
      fresh_ = true;  // stays at the end
      return std::nullopt;
    }
    return Batch(**at_);
  }
  bool repeats() const override { return std::forward_iterator<Iterator>; }

 private:
  using Iterator = decltype(std::begin(std::declval<Range&>()));
  Range range_;
  std::optional<Iterator> at_;
  bool fresh_ = true;
};

// Calls of a function, until it gives none.
template <class Function>
class FunctionStream : public Stream {
 public:
  explicit FunctionStream(Function function) : function_(std::move(function)) {}
  void begin() override {}
  std::optional<Batch> next() override { return function_(); }
  bool repeats() const override { return false; }

 private:
  Function function_;
};

template <class Batches>
StreamHandle stream(Batches batches) {
  if constexpr (std::invocable<Batches&>) {
    return std::make_shared<FunctionStream<Batches>>(std::move(batches));
  } else {
    return std::make_shared<RangeStream<Batches>>(std::move(batches));
  }
}

}  // namespace lamina::data
