// How numbers of a compiled graph follow the sizes of the recorded one: found from a few examples.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace lamina {

// The values of one number, example by example.
using Examples = std::vector<int64_t>;

// factor * a * b * c / divisor + offset, or the reciprocal of that, in double or single precision; a, b
// and c are sizes, by their numbers.
struct SizeFormula {
  int32_t a = -1, b = -1, c = -1;  // -1: 1
  int64_t factor = 1, divisor = 1, offset = 0;
  enum class Form : uint8_t { Integer, Real, Reciprocal, SingleReciprocal } form = Form::Integer;

  // The integer, or the bits of the floating-point number; none where a division leaves a rest.
  std::optional<int64_t> value(const std::vector<int64_t>& sizes) const;
  std::string to_text(const std::vector<std::string>& names) const;
};

// The simplest formula that gives `wanted` in all examples; sizes[i] are the examples of size i, each
// of which has at least two values. None where nothing simple does.
std::optional<SizeFormula> find_formula(const std::vector<Examples>& sizes, const Examples& wanted,
                                        bool is_real);

}  // namespace lamina
