// All elements of a reference operand at once: for loops that visit each element many times.
#pragma once

#include <vector>

#include "lamina/op/reference.h"

namespace lamina {

template <class T>  // double or int64_t, as Reference::with_type gives it
std::vector<T> values_of(const ReferenceOperand& operand) {
  std::vector<T> values(static_cast<size_t>(operand.elements()));
  for (size_t i = 0; i < values.size(); ++i) {
    values[i] = Reference::get<T>(operand, static_cast<int64_t>(i));
  }
  return values;
}

template <class T>
void set_values(const ReferenceOperand& operand, const std::vector<T>& values) {
  for (size_t i = 0; i < values.size(); ++i) {
    Reference::set<T>(operand, static_cast<int64_t>(i), values[i]);
  }
}

}  // namespace lamina
