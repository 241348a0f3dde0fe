#include "lamina/compile/size_formula.h"

#include <bit>
#include <cmath>
#include <limits>
#include <numeric>

#include "lamina/base/text.h"

namespace lamina {
namespace {

constexpr size_t kMostSizesInProducts = 16;  // their pairs are tried one by one

std::optional<int64_t> integer_value(const SizeFormula& f, const std::vector<int64_t>& sizes) {
  __int128 value = f.factor;
  for (int32_t size : {f.a, f.b}) {
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
      for (size_t i = 0; i < std::min(sizes_.size(), kMostSizesInProducts); ++i) {
        for (size_t j = i; j < std::min(sizes_.size(), kMostSizesInProducts); ++j) {
          if (product(i, j)) return found_;
        }
      }
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
    if (form_ == SizeFormula::Form::Reciprocal) value = std::nearbyint(1 / value);
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

  bool product(size_t i, size_t j) {
    const __int128 both = static_cast<__int128>(sizes_[i][0]) * sizes_[j][0];
    if (both == 0 || both > std::numeric_limits<int64_t>::max()) return false;
    const int64_t x = static_cast<int64_t>(both), y = integer(0), common = std::gcd(x, y);
    if (y == 0) return false;
    return fits({.a = static_cast<int32_t>(i),
                 .b = static_cast<int32_t>(j),
                 .factor = y / common,
                 .divisor = x / common,
                 .form = form_});
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
  const auto real = static_cast<double>(*integer);
  return std::bit_cast<int64_t>(form == Form::Real ? real : 1 / real);
}

std::string SizeFormula::to_text(const std::vector<std::string>& names) const {
  std::string out = factor == 1 && a >= 0 ? "" : text(factor);
  for (int32_t size : {a, b}) {
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
  auto found = Search(sizes, wanted, Form::Reciprocal).run();
  return found ? found : Search(sizes, wanted, Form::Real).run();
}

}  // namespace lamina
