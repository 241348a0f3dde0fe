// Bad calls: the op's own ones must fail with their message. Malformed ones are made from its good samples,
// one thing wrong at a time; each must throw a typed error or give a value.
#include <limits>

#include "lamina/base/error.h"
#include "lamina/check/cases.h"
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

// Changes one field in one way; `which` counts the ways through all fields.
class Mutation final : public FieldVisitor {
 public:
  explicit Mutation(int which) : left_(which) {}
  bool done() const { return done_; }

  void operator()(const char*, int64_t& value) override {
    for (int64_t bad : kBadIntegers) {
      if (turn()) value = bad;
    }
  }
  void operator()(const char*, bool& value) override {
    if (turn()) value = !value;
  }
  void operator()(const char*, DType& value) override {
    for (DType other : {bool_, uint8, int64, float16, float64}) {
      if (turn()) value = other;
    }
  }
  void operator()(const char*, IntList& list) override {
    size_t size = list.size();
    if (turn()) list = IntList{};
    if (turn()) list.push_back(size ? list[size - 1] : 0);
    if (turn()) list = IntList(40, int64_t{1});
    if (size && turn()) list.resize(size - 1);
    for (size_t i = 0; i < size; ++i) {
      for (int64_t bad : kBadIntegers) {
        if (turn()) list[i] = bad;
      }
    }
  }

 private:
  bool turn() {
    if (done_ || left_-- != 0) return false;
    return done_ = true;
  }
  int left_;
  bool done_ = false;
};

// Each variation of `c` with one input's shape or type changed.
std::vector<Case> with_other_inputs(const Case& c) {
  std::vector<Case> cases;
  for (size_t k = 0; k < c.inputs.size(); ++k) {
    auto add = [&](Shape shape, DType dtype) {
      cases.push_back(c);
      cases.back().inputs[k].shape = std::move(shape);
      cases.back().inputs[k].dtype = dtype;
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
  return cases;
}

enum class Outcome { Value, TypedError, Wrong };

// Calls and, where the result is small or too large to exist, computes.
Outcome attempt(const Op& op, std::vector<Array> inputs, const AttributesRef& attributes,
                std::string& message) {
  try {
    std::vector<Array> outputs = call(op, std::move(inputs), attributes);
    for (const Array& output : outputs) {
      auto bytes = static_cast<double>(output.size()) * static_cast<double>(size_of(output.dtype()));
      if (output.size() <= kSmall || bytes > static_cast<double>(2 * kMemoryLimit)) output.eval();
    }
    return Outcome::Value;
  } catch (const InternalError& e) {
    message = text("a bug of ours: ", e.what());
  } catch (const Error& e) {
    message = e.what();
    return Outcome::TypedError;
  } catch (const std::exception& e) {
    message = text("an untyped error: ", e.what());
  }
  return Outcome::Wrong;
}

class BadCalls {
 public:
  BadCalls(const Op& op, SweepReport& report) : op_(op), report_(report) {}

  void try_case(const Case& c, const char* what) {
    try_call(arrays_of(c, c.draw()), attributes_for(op_, c.attributes), [&] {
      return text(c.to_string(), ", ", what);
    });
  }

  template <class Describe>
  void try_call(std::vector<Array> inputs, const AttributesRef& attributes, Describe&& describe) {
    ++report_.cases;
    std::string message;
    if (attempt(op_, std::move(inputs), attributes, message) == Outcome::Wrong) {
      report_.failures.push_back(text(describe(), ": throws ", message));
    }
  }

  // Must fail, and say so.
  void expect_failure(const Case& c, const std::string& part) {
    ++report_.cases;
    std::string message;
    Outcome outcome = attempt(op_, arrays_of(c, c.draw()), c.attributes, message);
    if (outcome == Outcome::Value) {
      report_.failures.push_back(text(c.to_string(), ": gives a value, expected the error '", part, "'"));
    } else if (outcome == Outcome::Wrong || message.find(part) == std::string::npos) {
      report_.failures.push_back(
          text(c.to_string(), ": expected the error '", part, "', got: ", message));
    }
  }

  void malformed(const Case& c) {
    std::vector<Array> good = arrays_of(c, c.draw());
    AttributesRef attributes = attributes_for(op_, c.attributes);
    auto described = [&](const char* what) { return [&c, what] { return text(c.to_string(), ", ", what); }; };

    try_call({}, attributes, described("without inputs"));
    if (!good.empty()) {
      try_call({good.begin(), good.end() - 1}, attributes, described("one input too few"));
      std::vector<Array> more = good;
      more.push_back(good[0]);
      try_call(more, attributes, described("one input too many"));
    }
    for (size_t k = 0; k < good.size(); ++k) {
      std::vector<Array> with_empty = good;
      with_empty[k] = Array();
      try_call(with_empty, attributes, described("an empty Array"));
    }
    for (const Case& other : with_other_inputs(c)) try_case(other, "changed inputs");
    for (int which = 0; attributes; ++which) {
      Mutation mutation(which);
      Case other = c;
      other.attributes = AttributesRef(attributes->clone());
      other.attributes->visit(mutation);
      if (!mutation.done()) break;
      try_case(other, "changed attributes");
    }
  }

 private:
  const Op& op_;
  SweepReport& report_;
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
