#include "lamina/core/variable.h"

#include "lamina/base/error.h"
#include "lamina/ir/node.h"

namespace lamina {

Variable::Variable(Array value, bool trainable) : value_(std::move(value)), trainable_(trainable) {
  if (trainable && !is_floating(value_.dtype())) {
    throw DTypeError(text("a trainable variable needs a floating-point type, got ", describe(value_)));
  }
  attach();
}

Variable::~Variable() {
  if (value_ && value_.node()->variable == this) value_.node()->variable = nullptr;
}

// A trainable variable's value is where tapes begin: it is a leaf of its own, whatever computed it.
// That of a buffer is marked as a variable's unless it stands on somebody's tape.
void Variable::attach() {
  Node* node = value_.node();
  if (!trainable_) {
    if (!node->has(kRequiresGrad)) node->variable = this;
    return;
  }
  node->variable = this;
  node->flags.store(static_cast<uint8_t>((node->flags.load() & ~kStale) | kRequiresGrad));
}

void Variable::set_value(Array value) {
  if (!(value.shape() == value_.shape())) {
    throw ShapeError(text("cannot give ", name.empty() ? "a variable" : name, " of shape ", value_.shape(),
                          " a value of shape ", value.shape()));
  }
  if (value.dtype() != value_.dtype()) {
    throw DTypeError(text("cannot give ", name.empty() ? "a variable" : name, " of type ", value_.dtype(),
                          " a value of type ", value.dtype()))
        .help(text("cast it with astype(", value_.dtype(), ")"));
  }
  if (value_.node()->variable == this) {
    value_.node()->variable = nullptr;
    // Tapes that began at the old value have ended: its gradient would belong to nothing.
    if (trainable_) value_.node()->flags.fetch_or(kStale);
  }
  value_ = std::move(value);
  attach();
}

void Variable::add_grad(Array grad) {
  grad_ = grad_ ? std::move(grad_) + std::move(grad) : std::move(grad);
}

void Variable::set_trainable(bool trainable) {
  if (trainable == trainable_) return;
  trainable_ = trainable;
  Node* node = value_.node();
  if (trainable) {
    attach();
  } else {
    node->flags.fetch_and(static_cast<uint8_t>(~kRequiresGrad));
    grad_.reset();
  }
}

}  // namespace lamina
