#include "lamina/transform/checkpoint.h"

#include <algorithm>
#include <unordered_set>

#include "lamina/autograd/vjp.h"
#include "lamina/base/error.h"
#include "lamina/ir/node.h"
#include "lamina/op/precision.h"
#include "lamina/ops/custom_vjp.h"
#include "lamina/ops/random.h"
#include "lamina/transform/aliases.h"

namespace lamina {

namespace {

// Notes what is recorded in its scope.
class Created {
 public:
  Created() : outer_(recording().created) { recording().created = &nodes_; }
  ~Created() {
    recording().created = outer_;
    if (outer_) outer_->insert(outer_->end(), nodes_.begin(), nodes_.end());
  }
  Created(const Created&) = delete;
  std::unordered_set<const Node*> nodes() const { return {nodes_.begin(), nodes_.end()}; }

 private:
  std::vector<const Node*> nodes_, *outer_;
};

// Sets the default generator back to where it stood, and lets it go on afterwards.
class RepeatedDraws {
 public:
  explicit RepeatedDraws(Generator::State state) : after_(default_generator().state()) {
    default_generator().set_state(state);
  }
  ~RepeatedDraws() { default_generator().set_state(after_); }
  RepeatedDraws(const RepeatedDraws&) = delete;

 private:
  Generator::State after_;
};

class Replay {
 public:
  Replay() : before_(recording().replay) { recording().replay = true; }
  ~Replay() { recording().replay = before_; }
  Replay(const Replay&) = delete;

 private:
  bool before_;
};

// The trainable values that nodes recorded inside take from outside, other than the arguments.
std::vector<Array> used_from_outside(const std::vector<Array>& outputs,
                                     const std::unordered_set<const Node*>& inside,
                                     const std::vector<Array>& arguments) {
  std::vector<Array> found;
  std::unordered_set<const Node*> seen;
  for (const Array& a : arguments) seen.insert(a.node());
  std::vector<Node*> stack;
  for (const Array& y : outputs) stack.push_back(y.node());
  while (!stack.empty()) {
    Node* node = stack.back();
    stack.pop_back();
    if (!seen.insert(node).second) continue;
    if (inside.count(node)) {
      for (Node* input : node->inputs()) stack.push_back(input);
    } else if (node->has(kRequiresGrad) && is_floating(node->spec.dtype)) {
      found.push_back(Array::share(node));
    }
  }
  return found;
}

// Records f again behind the cotangents, and the gradient of what it gives.
std::vector<Array> recompute(const ArraysTransform& f, const VjpCall& call, size_t given,
                             Generator::State draws, DType products) {
  std::vector<Array> arguments(call.arguments.begin(), call.arguments.begin() + given);
  for (Array& x : arguments) x = after(std::move(x), call.cotangents[0]);
  TapeRoots roots("checkpoint", arguments, !recording().gradients);
  std::vector<Array> outputs, cotangents, targets;
  {
    WithGrad with_grad;
    const Precision precision(products);
    RepeatedDraws repeated(draws);
    Replay replay;
    std::vector<Array> all = f(roots.arrays());
    LAMINA_ASSERT(all.size() == call.outputs.size());
    for (size_t k = 0; k < all.size(); ++k) {
      if (!is_floating(all[k].dtype())) continue;
      outputs.push_back(all[k]), cotangents.push_back(call.cotangents[k]);
    }
  }
  std::vector<size_t> places;
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const Array& x = i < given ? roots.arrays()[i] : call.arguments[i];
    if (!is_floating(x.dtype())) continue;
    targets.push_back(x), places.push_back(i);
  }
  std::vector<Array> found = vjp(outputs, cotangents, targets, true);
  std::vector<Array> results(call.arguments.size());
  for (size_t k = 0; k < found.size(); ++k) results[places[k]] = std::move(found[k]);
  return results;
}

}  // namespace

ArraysTransform checkpoint(ArraysTransform f) {
  return [f = std::move(f)](const std::vector<Array>& given) {
    Uncut uncut;
    for (const Array& x : given) {
      if (!x) throw StateError("checkpoint: an argument is an empty Array");
    }
    const Generator::State draws = default_generator().state();
    std::vector<Array> values, arguments = given;
    {
      NoGrad no_grad;
      Created created;
      values = f(given);
      if (values.empty()) throw ValueError("checkpoint: the function returned nothing");
      for (const Array& y : values) {
        if (!y) throw StateError("checkpoint: the function returned an empty Array");
      }
      for (Array& outside : used_from_outside(values, created.nodes(), given)) {
        arguments.push_back(std::move(outside));
      }
    }
    auto rule = std::make_shared<const VjpRule>(
        [f, count = given.size(), draws, products = recording().products](const VjpCall& call) {
          return recompute(f, call, count, draws, products);
        });
    return with_vjp(std::move(values), std::move(arguments), std::move(rule));
  };
}

}  // namespace lamina
