// A Variable is a place that holds a value which training changes: a parameter or a buffer of a module.
// Handles share it, so a module, an optimizer and a user all see the newest value.
#pragma once

#include <string>

#include "lamina/base/ref.h"
#include "lamina/core/array.h"

namespace lamina {

class Variable : public RefCounted {
 public:
  // Trainable variables get gradients: values computed from them keep a tape.
  Variable(Array value, bool trainable);
  ~Variable();
  Variable(const Variable&) = delete;

  const Array& value() const { return value_; }
  // Replaces the value; shape and dtype must stay (ShapeError, DTypeError name the variable).
  void set_value(Array value);

  const Array& grad() const { return grad_; }  // empty when there is none
  void set_grad(Array grad) { grad_ = std::move(grad); }
  void add_grad(Array grad);
  Array take_grad() { return std::move(grad_); }  // leaves grad() empty

  bool trainable() const { return trainable_; }
  void set_trainable(bool trainable);

  std::string name;  // the path in its module, once it has one

 private:
  void attach();
  Array value_, grad_;
  bool trainable_;
};

// A trainable variable as modules and optimizers hold it. Converts to its current value where an Array is
// wanted.
class Parameter {
 public:
  Parameter() = default;
  explicit Parameter(Array value, bool trainable = true)
      : variable_(new Variable(std::move(value), trainable)) {}
  explicit Parameter(Ref<Variable> variable) : variable_(std::move(variable)) {}

  operator Array() const { return variable_->value(); }
  const Array& value() const { return variable_->value(); }
  const Array& grad() const { return variable_->grad(); }
  const Shape& shape() const { return value().shape(); }
  DType dtype() const { return value().dtype(); }
  const Ref<Variable>& variable() const { return variable_; }
  Variable* operator->() const { return variable_.get(); }
  explicit operator bool() const { return static_cast<bool>(variable_); }

 private:
  Ref<Variable> variable_;
};

}  // namespace lamina
