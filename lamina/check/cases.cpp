#include "lamina/check/cases.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <random>

namespace lamina::check {
namespace {

constexpr DType kFloats[] = {float32, float64, float16, bfloat16};
constexpr DType kIntegers[] = {int32, int8, int16, int64, uint8, uint16, uint32, uint64};
constexpr double kApart = 0.05;  // from points where a formula changes, in gradient checks

std::vector<DType> types_of(const Samples& s) {
  std::vector<DType> types;
  if (s.types() & Samples::kFloats) types.insert(types.end(), std::begin(kFloats), std::end(kFloats));
  if (s.types() & Samples::kIntegers) {
    types.insert(types.end(), std::begin(kIntegers), std::end(kIntegers));
  }
  if (s.types() & Samples::kBools) types.push_back(bool_);
  return types;
}

// The shapes of one element-wise call: operands beyond the listed ones take the first.
using Shapes = std::vector<Shape>;

std::vector<Shapes> shapes_for(size_t arity, bool empty, Extent extent) {
  std::vector<Shapes> shapes = {{{3, 4}}, {Shape{}}, {{1}}, {{2, 3, 4}}, {{33, 70}}, {{2500}}};
  if (empty) shapes.insert(shapes.end(), {{{0}}, {{2, 0, 3}}});
  if (arity > 1) {
    shapes.insert(shapes.end(), {{{3, 4}, {4}},      {{4}, {3, 4}},    {{3, 1}, {1, 4}},
                                 {Shape{}, {3, 4}},  {{3, 4}, Shape{}}, {{2, 1, 5}, {3, 1}},
                                 {{33, 70}, {70}},   {{33, 1}, {33, 70}}});
    if (empty) shapes.insert(shapes.end(), {{{0, 4}, {4}}, {{1}, {0}}});
  }
  if (arity > 2) shapes.push_back({{3, 1}, {4}, Shape{}});
  if (extent == Extent::Subset) return shapes;
  // On both sides of the widths of vectors, many axes, axes of size 1 at every place.
  for (int64_t size : {2, 3, 7, 8, 9, 15, 17, 31, 33, 65, 127, 257}) shapes.push_back({{size}});
  shapes.insert(shapes.end(), {{{1, 1, 1}}, {{5, 1}}, {{1, 5}}, {{7, 1, 9}}, {{2, 3, 2, 3, 2}}});
  if (arity > 1) {
    shapes.insert(shapes.end(), {{{5, 1, 3}, {1, 4, 1}}, {{1, 1}, {17}},      {{9}, {9, 1}},
                                 {{2, 3, 4}, {3, 1}},    {{1, 31}, {5, 31}}, {{17, 1}, {1, 17}},
                                 {{2, 1, 2, 1}, {3, 1, 3}}});
  }
  if (arity > 2) shapes.insert(shapes.end(), {{{4}, {3, 1}, {3, 4}}, {Shape{}, {5}, {2, 1}}});
  return shapes;
}

std::vector<double> specials(const Samples& s, DType dtype) {
  std::vector<double> values = s.near();
  for (double v : s.near()) {
    for (double step : {1e-7, 1e-3}) {
      if (is_floating(dtype)) values.insert(values.end(), {v - step, v + step});
    }
  }
  for (double v : s.large()) values.insert(values.end(), {v, -v});
  if (is_floating(dtype)) {
    double infinity = std::numeric_limits<double>::infinity();
    values.insert(values.end(), {0.0, -0.0, 1, -1, infinity, -infinity, std::nan("")});
  } else if (dtype != bool_) {
    int bits = static_cast<int>(size_of(dtype)) * 8;
    double high = std::ldexp(1.0, is_signed(dtype) ? bits - 1 : bits);
    values.insert(values.end(), {0, 1, is_signed(dtype) ? -1.0 : 3, is_signed(dtype) ? -high : 2});
    values.push_back(bits < 64 ? high - 1 : std::ldexp(1.0, 52));
  }
  return values;
}

class Maker {
 public:
  Maker(const Op& op, uint32_t seed, Extent extent) : op_(op), seed_(seed), extent_(extent) {}

  Case& add(std::vector<SampleInput> inputs, const AttributesRef& attributes = {}) {
    Case c;
    c.op = &op_;
    c.inputs = std::move(inputs);
    c.attributes = attributes;
    c.seed = seed_ * 10'007u + static_cast<uint32_t>(cases.size());
    cases.push_back(std::move(c));
    return cases.back();
  }

  void add_elementwise(const Samples& s) {
    size_t arity = op_.inputs.size();
    for (DType dtype : types_of(s)) {
      auto input = [&](size_t k, const Shape& shape) {
        bool condition = op_.types == Types::Choice && k == 0;
        return SampleInput(shape, condition ? bool_ : dtype, s.low(), s.high());
      };
      std::vector<Shapes> shapes = shapes_for(arity, s.wants_empty(), extent_);
      if (dtype != float32 && extent_ == Extent::Subset) {
        std::erase_if(shapes, [](const Shapes& list) { return list[0].elements() > 24; });
      }
      for (const Shapes& list : shapes) {
        std::vector<SampleInput> inputs;
        for (size_t k = 0; k < arity; ++k) inputs.push_back(input(k, list[k < list.size() ? k : 0]));
        add(inputs);
        if (list[0].rank() >= 2) {
          add(inputs).layout = Layout::StridedLeaf;
          add(inputs).layout = Layout::PendingView;
        }
      }
      std::vector<SampleInput> inputs;
      for (size_t k = 0; k < arity; ++k) inputs.push_back(input(k, {67}));
      add(inputs).special = specials(s, dtype);
    }
    if (arity == 2) add_mixed(s);
  }

  // Operands of two element types.
  void add_mixed(const Samples& s) {
    std::vector<std::pair<DType, DType>> pairs;
    if (extent_ == Extent::Full) {
      for (DType first : types_of(s)) {
        for (DType second : types_of(s)) {
          if (first != second) pairs.emplace_back(first, second);
        }
      }
    } else if ((s.types() & Samples::kFloats) && (s.types() & Samples::kIntegers)) {
      pairs = {{int32, float32}, {float16, float32}};
    }
    for (auto [first, second] : pairs) {
      add({SampleInput({3, 4}, first, s.low(), s.high()), SampleInput({4}, second, s.low(), s.high())});
    }
  }

  void add_call(const SampleCall& sample) {
    bool any_matrix = false, any_float = false;
    for (const SampleInput& input : sample.inputs) {
      any_matrix |= input.shape.rank() >= 2;
      any_float |= input.dtype == float32;
    }
    auto add_layouts = [&](const std::vector<SampleInput>& inputs) {
      add(inputs, sample.attributes);
      if (!any_matrix) return;
      add(inputs, sample.attributes).layout = Layout::StridedLeaf;
      add(inputs, sample.attributes).layout = Layout::PendingView;
    };
    add_layouts(sample.inputs);
    for (DType dtype : {float64, float16, bfloat16}) {
      if (!any_float) break;
      std::vector<SampleInput> inputs = with(sample.inputs, float32, dtype);
      extent_ == Extent::Full ? add_layouts(inputs) : void(add(inputs, sample.attributes));
    }
    if (extent_ == Extent::Subset) return;
    for (DType dtype : kIntegers) {  // what the op does not take is left out when it is called
      add_whole(sample, float32, dtype);
      add_whole(sample, int64, dtype);
    }
    add_whole(sample, float32, bool_);
  }

  std::vector<Case> cases;

 private:
  static std::vector<SampleInput> with(std::vector<SampleInput> inputs, DType from, DType to) {
    for (SampleInput& input : inputs) {
      if (input.dtype == from) input.dtype = to;
    }
    return inputs;
  }

  // The call with integers for another type, where they have room for the sample's values.
  void add_whole(const SampleCall& sample, DType from, DType to) {
    bool changed = false;
    for (const SampleInput& input : sample.inputs) {
      if (input.dtype != from) continue;
      changed = to != from;
      if (input.high > 100 || (input.distinct && input.shape.elements() > 100)) return;
    }
    if (changed) add(with(sample.inputs, from, to), sample.attributes);
  }

  const Op& op_;
  uint32_t seed_;
  Extent extent_;
};

Samples samples_of(const Op& op) {
  Samples samples;
  if (op.samples) op.samples(samples);
  return samples;
}

double limited(double value, DType dtype) {
  return is_signed(dtype) || is_floating(dtype) ? value : std::max(value, 0.0);
}

void put(ReferenceOperand& values, int64_t i, double value) {
  if (is_floating(values.dtype())) {
    values.set_real(i, value);
  } else if (values.dtype() == uint64 && value >= 0x1p63) {
    values.set_integer(i, static_cast<int64_t>(static_cast<uint64_t>(value)));
  } else {
    values.set_integer(i, static_cast<int64_t>(limited(value, values.dtype())));
  }
}

}  // namespace

std::vector<Case> forward_cases(const Op& op, uint32_t seed, Extent extent) {
  Samples samples = samples_of(op);
  Maker maker(op, seed, extent);
  if (op.elementwise) maker.add_elementwise(samples);
  for (const SampleCall& sample : samples.calls()) maker.add_call(sample);
  return std::move(maker.cases);
}

std::vector<Case> gradient_cases(const Op& op, uint32_t seed, Extent extent) {
  Samples samples = samples_of(op);
  Maker maker(op, seed, extent);
  size_t arity = op.inputs.size();
  if (op.elementwise && (samples.types() & Samples::kFloats)) {
    std::vector<Shapes> shapes = {{{2, 3}}, {Shape{}}};
    if (arity > 1) shapes.insert(shapes.end(), {{{2, 3}, {3}}, {{2, 1}, {1, 3}}, {Shape{}, {4}}});
    if (extent == Extent::Full) shapes.insert(shapes.end(), {{{5}}, {{2, 2, 2}}, {{3, 1}}});
    for (const Shapes& list : shapes) {
      std::vector<SampleInput> inputs;
      for (size_t k = 0; k < arity; ++k) {
        bool condition = op.types == Types::Choice && k == 0;
        inputs.emplace_back(list[k < list.size() ? k : 0], condition ? bool_ : float64, samples.low(),
                            samples.high());
      }
      Case& c = maker.add(std::move(inputs));
      c.apart = true;
      c.avoid = samples.kinks();
    }
  }
  for (const SampleCall& sample : samples.calls()) {
    std::vector<SampleInput> inputs = sample.inputs;
    int64_t elements = 0;
    for (SampleInput& input : inputs) {
      if (is_floating(input.dtype)) input.dtype = float64, elements += input.shape.elements();
    }
    if (elements == 0 || elements > 4000) continue;  // large samples are for the kernels
    maker.add(std::move(inputs), sample.attributes).avoid = samples.kinks();
  }
  return std::move(maker.cases);
}

std::vector<Case> bad_cases(const Op& op) {
  BadSamples samples;
  if (op.bad_samples) op.bad_samples(samples);
  Maker maker(op, 0, Extent::Subset);
  for (const SampleCall& sample : samples.calls()) maker.add(sample.inputs, sample.attributes);
  return std::move(maker.cases);
}

std::string Case::to_string() const {
  std::string out = text(op->name, "(");
  for (size_t k = 0; k < inputs.size(); ++k) {
    out += text(k ? ", " : "", inputs[k].dtype, " ", inputs[k].shape);
  }
  out += ")";
  if (attributes) out += text(" ", attributes_text(attributes.get()));
  if (layout == Layout::StridedLeaf) out += ", strided";
  if (layout == Layout::PendingView) out += ", transposed view";
  if (!special.empty()) out += ", special values";
  return out + text(", seed ", seed);
}

std::vector<Block> Case::draw() const {
  std::mt19937_64 random(seed);
  int64_t total = 0, next = 0;
  for (const SampleInput& input : inputs) total += input.shape.elements();
  std::vector<int64_t> order(apart ? total : 0);
  for (int64_t i = 0; i < static_cast<int64_t>(order.size()); ++i) order[i] = i;
  std::shuffle(order.begin(), order.end(), random);

  std::vector<Block> blocks;
  for (const SampleInput& input : inputs) {
    Block block(input.dtype, input.shape);
    auto values = block.values();
    int64_t n = block.elements();
    std::vector<int64_t> ranks(n);
    for (int64_t i = 0; i < n; ++i) ranks[i] = i;
    if (input.distinct) std::shuffle(ranks.begin(), ranks.end(), random);
    std::uniform_real_distribution<double> real(input.low, input.high);
    double first = limited(std::ceil(input.low), input.dtype);
    double last = std::max(first, std::floor(input.high));
    std::uniform_int_distribution<int64_t> whole(static_cast<int64_t>(first), static_cast<int64_t>(last));
    for (int64_t i = 0; i < n; ++i) {
      double value;
      if (!is_floating(input.dtype)) {
        value = input.dtype == bool_   ? static_cast<double>(random() & 1)
                : input.distinct       ? first + static_cast<double>(ranks[i])
                                       : static_cast<double>(whole(random));
      } else if (input.distinct || apart) {
        double place = apart ? (static_cast<double>(order[next++]) + 0.5) / static_cast<double>(total)
                             : (static_cast<double>(ranks[i]) + 0.5) / static_cast<double>(n);
        value = input.low + (input.high - input.low) * place;
      } else {
        value = real(random);
      }
      for (double kink : avoid) {
        if (std::abs(value - kink) < kApart) value = kink + (value < kink ? -kApart : kApart);
      }
      put(values, i, value);
    }
    for (int64_t i = 0; !special.empty() && input.dtype != bool_ && i < n; ++i) {
      if (random() % inputs.size() == 0) put(values, i, special[random() % special.size()]);
    }
    blocks.push_back(std::move(block));
  }
  return blocks;
}

std::vector<Array> arrays_of(const Case& c, const std::vector<Block>& values) {
  std::vector<Array> arrays;
  for (const Block& block : values) {
    bool plain = c.layout == Layout::RowMajor || block.shape().rank() < 2;
    arrays.push_back(plain ? block.array() : block.transposed_array(c.layout == Layout::StridedLeaf));
  }
  return arrays;
}

std::vector<Array> call(const Op& op, std::vector<Array> inputs, const AttributesRef& attributes) {
  if (op.multiple) return record_multiple(op, inputs, attributes_for(op, attributes));
  return {record(op, std::span<Array>(inputs), attributes_for(op, attributes))};
}

AttributesRef attributes_for(const Op& op, const AttributesRef& attributes) {
  if (attributes) return attributes;
  return op.default_attributes ? op.default_attributes() : AttributesRef{};
}

}  // namespace lamina::check
