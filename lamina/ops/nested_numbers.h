// Numbers in braces, as deep as an array has axes: {1, 2}, {{0.5}}, {{1}, {2}}, {{{1, 2}}}.
#pragma once

#include <concepts>
#include <initializer_list>

namespace lamina {

// One type for every depth: overloads for lists of numbers and lists of lists would leave {{0.5}}
// ambiguous, since {0.5} is a number as well. For arguments only: it refers to the braces, which end
// with the call.
class NestedNumbers {
 public:
  template <class T>
  requires std::convertible_to<T, double> NestedNumbers(T number)
      : number_(static_cast<double>(number)) {}
  NestedNumbers(std::initializer_list<NestedNumbers> parts) : parts_(parts), is_list_(true) {}

  bool is_list() const { return is_list_; }
  double number() const { return number_; }
  std::initializer_list<NestedNumbers> parts() const { return parts_; }

 private:
  double number_ = 0;
  std::initializer_list<NestedNumbers> parts_;
  bool is_list_ = false;
};

}  // namespace lamina
