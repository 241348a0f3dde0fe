#pragma once

#include <functional>
#include <string>

#include "lamina/core/array.h"

namespace lamina::train {

// A loss as an argument: by name, or any function of (prediction, target) that gives one element.
class Loss {
 public:
  using Function = std::function<Array(const Array& prediction, const Array& target)>;
  Loss() = default;
  Loss(const char* name) : Loss(std::string(name)) {}
  Loss(const std::string& name);  // those of nn/losses.h; KeyError lists them
  template <class F>
  requires std::is_invocable_r_v<Array, F&, const Array&, const Array&> Loss(F function)
      : function_(std::move(function)) {}

  Array operator()(const Array& prediction, const Array& target) const;
  // Of each example: [N]. A function of one's own has to give as many then.
  Array rows(const Array& prediction, const Array& target) const;
  explicit operator bool() const { return static_cast<bool>(function_); }

 private:
  Function function_, row_function_;
};

}  // namespace lamina::train
