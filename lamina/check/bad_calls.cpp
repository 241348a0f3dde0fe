// Bad calls: the op's own ones must fail with their message. Malformed ones are made from its good samples,
// one thing wrong at a time; each must throw a typed error that shows the op and what was wrong in this
// call, or give the value that the op's definition gives: a change may leave a call right.
#include <limits>
#include <set>

#include "lamina/base/error.h"
#include "lamina/check/cases.h"
#include "lamina/check/expected.h"
#include "lamina/check/modes.h"
#include "lamina/core/allocator.h"

namespace lamina::check {
namespace {

constexpr size_t kMemoryLimit = size_t{1} << 30;
constexpr int64_t kSmall = 1 << 20;  // elements of a result that is worth computing
constexpr int64_t kBadIntegers[] = {-1, 0, int64_t{1} << 31, int64_t{1} << 62,
                                    std::numeric_limits<int64_t>::min()};
constexpr size_t kMostBases = 4;  // samples from which malformed calls are made

class MemoryLimit {
 public:
  MemoryLimit() : before_(memory_statistics().limit) {
    set_memory_limit(std::min(before_, memory_statistics().in_use + kMemoryLimit));
  }
  ~MemoryLimit() { set_memory_limit(before_); }
  MemoryLimit(const MemoryLimit&) = delete;

 private:
  size_t before_;
};

// A call with one thing wrong. An error shows at least one of `shown`.
struct Malformed {
  Case call;
  std::vector<std::string> shown;
};

// Changes one field in one way; `which` counts the ways through all fields.
class Mutation final : public FieldVisitor {
 public:
  explicit Mutation(int which) : left_(which) {}
  bool done() const { return done_; }
  const std::vector<std::string>& shown() const { return shown_; }

  void operator()(const char* name, int64_t& value) override {
    for (int64_t bad : kBadIntegers) {
      if (turn(name)) show(value = bad);
    }
  }
  void operator()(const char* name, bool& value) override {
    if (turn(name)) value = !value;
  }
  void operator()(const char* name, DType& value) override {
    for (DType other : {bool_, uint8, int64, float16, float64}) {
      if (turn(name)) show(value = other);
    }
  }
  void operator()(const char* name, IntList& list) override {
    size_t size = list.size();
    if (turn(name)) list = IntList{};
    if (turn(name)) list.push_back(size ? list[size - 1] : 0);
    if (turn(name)) list = IntList(40, int64_t{1});
    if (size && turn(name)) list.resize(size - 1);
    for (size_t i = 0; i < size; ++i) {
      for (int64_t bad : kBadIntegers) {
        if (turn(name)) show(list[i] = bad);
      }
    }
    if (done_ && shown_[0] == name) show(list);
  }

 private:
  bool turn(const char* name) {
    if (done_ || left_-- != 0) return false;
    shown_.emplace_back(name);
    return done_ = true;
  }
  template <class T>
  void show(const T& value) {
    shown_.push_back(text(value));
  }
  int left_;
  bool done_ = false;
  std::vector<std::string> shown_;
};

std::vector<Malformed> with_other_attributes(const Op& op, const Case& c) {
  std::vector<Malformed> calls;
  AttributesRef attributes = attributes_for(op, c.attributes);
  std::vector<std::string> against = {"more bytes than can be addressed", "is out of range"};
  for (const SampleInput& input : c.inputs) against.push_back(text(input.shape));  // they disagree
  for (int which = 0; attributes; ++which) {
    Mutation mutation(which);
    Case other = c;
    other.attributes = AttributesRef(attributes->clone());
    other.attributes->visit(mutation);
    if (!mutation.done()) break;
    std::vector<std::string> shown = mutation.shown();
    shown.insert(shown.end(), against.begin(), against.end());
    calls.push_back({std::move(other), std::move(shown)});
  }
  return calls;
}

// Each variation of `c` with one input's shape or type changed.
std::vector<Malformed> with_other_inputs(const Case& c) {
  std::vector<Malformed> calls;
  for (size_t k = 0; k < c.inputs.size(); ++k) {
    auto add = [&](Shape shape, DType dtype) {
      calls.push_back({c, {text(shape), text(dtype), "is out of range"}});  // an index is
      calls.back().call.inputs[k].shape = std::move(shape);
      calls.back().call.inputs[k].dtype = dtype;
    };
    const Shape& shape = c.inputs[k].shape;
    DType dtype = c.inputs[k].dtype;
    add(Shape{}, dtype);
    Shape deeper{2};
    for (int64_t size : shape) deeper.push_back(size);
    add(deeper, dtype);
    if (shape.rank() > 0) add(Shape(shape.begin() + 1, shape.end()), dtype);
    for (int i = 0; i < shape.rank(); ++i) {
      for (int64_t size : {int64_t{0}, int64_t{1}, shape[i] + 1}) {
        Shape other = shape;
        other[i] = size;
        add(other, dtype);
      }
    }
    for (DType other : {bool_, uint8, int32, int64, uint64, float16, float64}) {
      if (other != dtype) add(shape, other);
    }
  }
  return calls;
}

// One input too few, one too many, none.
std::vector<Malformed> with_other_counts(const Case& c) {
  std::vector<Malformed> calls;
  if (c.inputs.empty()) return calls;
  std::set<size_t> counts = {0, c.inputs.size() - 1, c.inputs.size() + 1};
  for (size_t count : counts) {
    calls.push_back({c, {text("got ", count), "arrays", "at least one array", "outputs", "mask"}});
    calls.back().call.inputs.resize(count, c.inputs[0]);
  }
  return calls;
}

enum class Outcome : uint8_t { Value, TypedError, OutOfMemory, Wrong };

// Calls and, where the result is small or too large to exist, computes.
Outcome attempt(const Op& op, std::vector<Array> inputs, const AttributesRef& attributes,
                std::string& message, std::vector<Array>& outputs) {
  try {
    outputs = call(op, std::move(inputs), attributes);
    for (const Array& output : outputs) {
      auto bytes = static_cast<double>(output.size()) * static_cast<double>(size_of(output.dtype()));
      if (output.size() <= kSmall || bytes > static_cast<double>(2 * kMemoryLimit)) output.eval();
    }
    return Outcome::Value;
  } catch (const InternalError& e) {
    message = text("a bug of ours: ", e.what());
  } catch (const OutOfMemory& e) {
    message = e.what();
    return Outcome::OutOfMemory;
  } catch (const Error& e) {
    message = e.what();
    return Outcome::TypedError;
  } catch (const std::exception& e) {
    message = text("an untyped error: ", e.what());
  }
  return Outcome::Wrong;
}

bool contains_any(const std::string& message, const std::vector<std::string>& parts) {
  for (const std::string& part : parts) {
    if (message.find(part) != std::string::npos) return true;
  }
  return parts.empty();
}

class BadCalls {
 public:
  BadCalls(const Op& op, SweepReport& report) : op_(op), report_(report) {}

  void try_malformed(const Malformed& malformed) {
    const Case& c = malformed.call;
    const std::string said = c.to_string();
    if (!seen_.insert(said).second) return;
    ++report_.cases;
    std::vector<Block> values = c.draw();
    std::string message;
    std::vector<Array> outputs;
    switch (attempt(op_, arrays_of(c, values), c.attributes, message, outputs)) {
      case Outcome::Value: return expect_right(c, values, outputs);
      case Outcome::OutOfMemory: ++report_.refused; return;
      case Outcome::Wrong: return fail(said, "throws ", message);
      case Outcome::TypedError: break;
    }
    ++report_.refused;
    if (!contains_any(message, malformed.shown)) {
      fail(said, "the error does not show what was wrong (", malformed.shown[0], "): ", message);
    }
  }

  // A value of a call that might have been refused.
  void expect_right(const Case& c, const std::vector<Block>& values, const std::vector<Array>& outputs) {
    int count = static_cast<int>(c.inputs.size());
    if (count < op_.min_inputs() || (op_.max_inputs() >= 0 && count > op_.max_inputs())) {
      return fail(c.to_string(), "gives a value, with ", count, " inputs");
    }
    for (const Array& output : outputs) {
      if (output.size() > kSmall) return;
    }
    std::string wrong;
    try {
      wrong = difference_from(expected_results(c, values), c, outputs, report_.comparisons);
    } catch (const std::exception& e) {
      wrong = text("gives a value, where the definition throws ", e.what());
    }
    if (!wrong.empty()) fail(c.to_string(), wrong);
  }

  // Must fail, and say so.
  void expect_failure(const Case& c, const std::string& part) {
    seen_.insert(c.to_string());
    ++report_.cases;
    ++report_.refused;
    std::string message;
    std::vector<Array> outputs;
    Outcome outcome = attempt(op_, arrays_of(c, c.draw()), c.attributes, message, outputs);
    if (outcome == Outcome::Value) {
      fail(c.to_string(), "gives a value, expected the error '", part, "'");
    } else if (outcome == Outcome::Wrong || message.find(part) == std::string::npos) {
      fail(c.to_string(), "expected the error '", part, "', got: ", message);
    }
  }

  void malformed(const Case& c) {
    std::vector<Array> good = arrays_of(c, c.draw());
    for (size_t k = 0; k < good.size(); ++k) try_empty(c, good, k);
    for (const Malformed& call : with_other_counts(c)) try_malformed(call);
    for (const Malformed& call : with_other_inputs(c)) try_malformed(call);
    for (const Malformed& call : with_other_attributes(op_, c)) try_malformed(call);
  }

 private:
  // Input k is an Array that holds nothing.
  void try_empty(const Case& c, std::vector<Array> inputs, size_t k) {
    const std::string said = text(c.to_string(), ", input ", k, " an empty Array");
    inputs[k] = Array();
    ++report_.cases;
    ++report_.refused;
    std::string message;
    std::vector<Array> outputs;
    Outcome outcome = attempt(op_, std::move(inputs), attributes_for(op_, c.attributes), message, outputs);
    if (outcome != Outcome::TypedError || !contains_any(message, {"empty"})) {
      fail(said, outcome == Outcome::Value ? "gives a value" : message);
    }
  }

  template <class... Parts>
  void fail(const std::string& said, const Parts&... parts) {
    report_.failures.push_back(text(said, ": ", parts...));
  }

  const Op& op_;
  SweepReport& report_;
  std::set<std::string> seen_;  // one change may come from several samples
};

}  // namespace

void sweep_bad_calls(const Op& op, SweepReport& report) {
  MemoryLimit limit;
  BadCalls calls(op, report);
  BadSamples samples;
  if (op.bad_samples) op.bad_samples(samples);
  std::vector<Case> own = bad_cases(op);
  for (size_t i = 0; i < own.size(); ++i) {
    calls.expect_failure(own[i], samples.calls()[i].message);
  }
  size_t bases = 0;
  for (const Case& c : forward_cases(op, 0)) {
    bool plain = c.layout == Layout::RowMajor && c.special.empty();
    int64_t elements = 0;
    for (const SampleInput& input : c.inputs) elements += input.shape.elements();
    if (!plain || elements == 0 || elements > 1000) continue;
    if (++bases > kMostBases) break;
    calls.malformed(c);
  }
}

}  // namespace lamina::check
