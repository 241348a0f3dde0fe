#include "lamina/compile/size_formula.h"

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "lamina/base/text.h"

namespace lamina {
namespace {

constexpr size_t kMostSizesInProducts = 8;  // all pairs and triples of them are tried

std::optional<int64_t> integer_value(const SizeFormula& f, const std::vector<int64_t>& sizes) {
  __int128 value = f.factor;
  for (int32_t size : {f.a, f.b, f.c}) {
    if (size >= 0) value *= sizes[static_cast<size_t>(size)];
    if (value > std::numeric_limits<int64_t>::max() || value < std::numeric_limits<int64_t>::min())
      return {};
  }
  if (value % f.divisor != 0) return {};
  return static_cast<int64_t>(value / f.divisor) + f.offset;
}

class Search {
 public:
  Search(const std::vector<Examples>& sizes, const Examples& wanted, SizeFormula::Form form)
      : sizes_(sizes), wanted_(wanted), form_(form) {}

  std::optional<SizeFormula> run() {
    for (bool with_offset : {false, true}) {
      for (size_t i = 0; i < sizes_.size(); ++i) {
        if (line(i, with_offset)) return found_;
      }
      if (with_offset) break;
      if (some_product()) return found_;
    }
    return {};
  }

 private:
  bool fits(const SizeFormula& formula) {
    std::vector<int64_t> sizes(sizes_.size());
    for (size_t k = 0; k < wanted_.size(); ++k) {
      for (size_t i = 0; i < sizes.size(); ++i) sizes[i] = sizes_[i][k];
      if (formula.value(sizes) != wanted_[k]) return false;
    }
    found_ = formula;
    return true;
  }

  // What the formula's integer must be in example k; 0 where that is no integer.
  int64_t integer(size_t k) const {
    if (form_ == SizeFormula::Form::Integer) return wanted_[k];
    double value = std::bit_cast<double>(wanted_[k]);
    if (form_ != SizeFormula::Form::Real) value = std::nearbyint(1 / value);
    return std::abs(value) < 1e15 ? static_cast<int64_t>(value) : 0;
  }

  bool line(size_t size, bool with_offset) {
    const Examples& x = sizes_[size];
    SizeFormula f{.a = static_cast<int32_t>(size), .form = form_};
    int64_t dx = x[0], dy = integer(0);
    if (with_offset) {
      size_t other = 1;
      while (x[other] == x[0]) ++other;
      dx -= x[other], dy -= integer(other);
    }
    if (dx == 0 || dy == 0) return false;
    const int64_t common = std::gcd(dx, dy) * (dx < 0 ? -1 : 1);
    f.factor = dy / common, f.divisor = dx / common;
    if (with_offset) {
      const std::optional<int64_t> at = integer_value(f, first_sizes());
      if (!at) return false;
      f.offset = integer(0) - *at;
    }
    return fits(f);
  }

  // Of two sizes, then of three.
  bool some_product() {
    const auto count = static_cast<int32_t>(std::min(sizes_.size(), kMostSizesInProducts));
    for (int32_t i = 0; i < count; ++i) {
      for (int32_t j = i; j < count; ++j) {
        if (product({.a = i, .b = j, .form = form_})) return true;
      }
    }
    for (int32_t i = 0; i < count; ++i) {
      for (int32_t j = i; j < count; ++j) {
        for (int32_t k = j; k < count; ++k) {
          if (product({.a = i, .b = j, .c = k, .form = form_})) return true;
        }
      }
    }
    return false;
  }

  bool product(SizeFormula f) {
    const std::optional<int64_t> x = integer_value(f, first_sizes());
    const int64_t y = integer(0);
    if (!x || *x == 0 || y == 0) return false;
    const int64_t common = std::gcd(*x, y);
    f.factor = y / common, f.divisor = *x / common;
    return fits(f);
  }

  std::vector<int64_t> first_sizes() const {
    std::vector<int64_t> sizes;
    for (const Examples& size : sizes_) sizes.push_back(size[0]);
    return sizes;
  }

  const std::vector<Examples>& sizes_;
  const Examples& wanted_;
  const SizeFormula::Form form_;
  SizeFormula found_;
};

}  // namespace

std::optional<int64_t> SizeFormula::value(const std::vector<int64_t>& sizes) const {
  const std::optional<int64_t> integer = integer_value(*this, sizes);
  if (!integer || form == Form::Integer) return integer;
  double real = static_cast<double>(*integer);
  if (form != Form::Real) real = 1 / real;
  if (form == Form::SingleReciprocal) real = static_cast<double>(static_cast<float>(real));
  return std::bit_cast<int64_t>(real);
}

std::string SizeFormula::to_text(const std::vector<std::string>& names) const {
  std::string out = factor == 1 && a >= 0 ? "" : text(factor);
  for (int32_t size : {a, b, c}) {
    if (size < 0) continue;
    if (!out.empty()) out += "*";
    out += names[static_cast<size_t>(size)];
  }
  if (divisor != 1) out += text("/", divisor);
  if (offset != 0) out += text(offset > 0 ? "+" : "", offset);
  return out;
}

std::optional<SizeFormula> find_formula(const std::vector<Examples>& sizes, const Examples& wanted,
                                        bool is_real) {
  using Form = SizeFormula::Form;
  if (!is_real) return Search(sizes, wanted, Form::Integer).run();
  for (Form form : {Form::Reciprocal, Form::SingleReciprocal, Form::Real}) {
    if (auto found = Search(sizes, wanted, form).run()) return found;
  }
  return {};
}

}  // namespace lamina
