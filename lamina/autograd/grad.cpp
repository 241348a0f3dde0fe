// Function transforms: the function is called on aliases of its arguments at which tapes begin.
#include "lamina/autograd/vjp.h"
#include "lamina/base/error.h"
#include "lamina/ir/tapes.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"

namespace lamina {

LAMINA_USE_OP(Identity)

namespace {

// Other flags stay: one says that the node stands in the list of living tapes.
void end_tape_at(const Array& alias) {
  alias.node()->flags.fetch_and(static_cast<uint8_t>(~(kRequiresGrad | kTapeRoot)));
}

// Within the scope the aliases are where tapes begin; afterwards the results keep a tape only if what the
// function was given, or what it used from outside, has one.
class Aliases {
 public:
  explicit Aliases(const std::vector<Array>& arguments) {
    for (const Array& x : arguments) {
      if (!x) throw StateError("grad: an argument is an empty Array");
      if (!is_floating(x.dtype())) {
        throw DTypeError(text("grad: expected floating-point arguments, got ", describe(x)));
      }
      bool outer = x.requires_grad();
      Array alias = record(ops::op_Identity(), {}, x);
      alias.node()->flags.store(kRequiresGrad | kTapeRoot, std::memory_order_relaxed);
      if (!outer) begun_here_.push_back(alias);
      arrays.push_back(std::move(alias));
    }
  }
  ~Aliases() {
    for (Array& alias : begun_here_) end_tape_at(alias);
  }
  void settle(const std::vector<Array>& results) {
    for (Array& alias : begun_here_) end_tape_at(alias);
    refresh_tapes(results);
  }
  std::vector<Array> arrays;

 private:
  std::vector<Array> begun_here_;
};

}  // namespace

std::function<std::pair<Array, std::vector<Array>>(const std::vector<Array>&)> value_and_grad_of(
    ArraysFunction f) {
  return [f = std::move(f)](const std::vector<Array>& arguments) {
    Uncut uncut;
    WithGrad with_grad;
    Aliases aliases(arguments);
    Array value = f(aliases.arrays);
    if (!value) throw StateError("grad: the function returned an empty Array");
    std::vector<Array> results = gradients(value, aliases.arrays);
    results.push_back(value);
    aliases.settle(results);
    results.pop_back();
    return std::pair(std::move(value), std::move(results));
  };
}

std::function<std::pair<Array, Array>(const Array&)> value_and_grad(ArrayFunction f) {
  auto many = value_and_grad_of(
      [f = std::move(f)](const std::vector<Array>& arguments) { return f(arguments[0]); });
  return [many](const Array& x) {
    auto [value, gradients] = many({x});
    return std::pair(std::move(value), std::move(gradients[0]));
  };
}

std::function<Array(const Array&)> grad(ArrayFunction f) {
  return [both = value_and_grad(std::move(f))](const Array& x) { return both(x).second; };
}

}  // namespace lamina
