// The operators of core/array.h are the element-wise functions.
#include "lamina/ops/bitwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

Array operator+(Array a, Array b) { return add(std::move(a), std::move(b)); }
Array operator-(Array a, Array b) { return subtract(std::move(a), std::move(b)); }
Array operator*(Array a, Array b) { return multiply(std::move(a), std::move(b)); }
Array operator/(Array a, Array b) { return divide(std::move(a), std::move(b)); }
Array operator%(Array a, Array b) { return remainder(std::move(a), std::move(b)); }
Array operator&(Array a, Array b) { return bitwise_and(std::move(a), std::move(b)); }
Array operator|(Array a, Array b) { return bitwise_or(std::move(a), std::move(b)); }
Array operator^(Array a, Array b) { return bitwise_xor(std::move(a), std::move(b)); }
Array operator~(Array a) { return bitwise_invert(std::move(a)); }
Array operator<<(Array a, Array b) { return bitwise_left_shift(std::move(a), std::move(b)); }
Array operator>>(Array a, Array b) { return bitwise_right_shift(std::move(a), std::move(b)); }
Array operator-(Array a) { return negative(std::move(a)); }
Array operator==(Array a, Array b) { return equal(std::move(a), std::move(b)); }
Array operator!=(Array a, Array b) { return not_equal(std::move(a), std::move(b)); }
Array operator<(Array a, Array b) { return less(std::move(a), std::move(b)); }
Array operator<=(Array a, Array b) { return less_equal(std::move(a), std::move(b)); }
Array operator>(Array a, Array b) { return greater(std::move(a), std::move(b)); }
Array operator>=(Array a, Array b) { return greater_equal(std::move(a), std::move(b)); }
Array& operator+=(Array& a, Array b) { return a = add(std::move(a), std::move(b)); }
Array& operator-=(Array& a, Array b) { return a = subtract(std::move(a), std::move(b)); }
Array& operator*=(Array& a, Array b) { return a = multiply(std::move(a), std::move(b)); }
Array& operator/=(Array& a, Array b) { return a = divide(std::move(a), std::move(b)); }
Array& operator&=(Array& a, Array b) { return a = bitwise_and(std::move(a), std::move(b)); }
Array& operator|=(Array& a, Array b) { return a = bitwise_or(std::move(a), std::move(b)); }
Array& operator^=(Array& a, Array b) { return a = bitwise_xor(std::move(a), std::move(b)); }

}  // namespace lamina
