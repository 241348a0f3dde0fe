#include "lamina/transform/vjp.h"

#include <memory>

#include "lamina/autograd/vjp.h"
#include "lamina/base/error.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/transform/aliases.h"

namespace lamina {

namespace {

std::vector<Array> call(const char* transform, const ArraysTransform& f,
                        const std::vector<Array>& arguments) {
  std::vector<Array> outputs = f(arguments);
  if (outputs.empty()) throw ValueError(text(transform, ": the function returned nothing"));
  for (const Array& y : outputs) {
    if (!y) throw StateError(text(transform, ": the function returned an empty Array"));
  }
  return outputs;
}

std::vector<Array> floating(const std::vector<Array>& arrays) {
  std::vector<Array> result;
  for (const Array& a : arrays) {
    if (is_floating(a.dtype())) result.push_back(a);
  }
  return result;
}

// `all` with its floating-point arrays replaced, in order, and zeros for the others.
std::vector<Array> spread(const std::vector<Array>& all, std::vector<Array> floats) {
  std::vector<Array> result;
  size_t next = 0;
  for (const Array& a : all) {
    result.push_back(is_floating(a.dtype()) ? std::move(floats[next++]) : zeros_like(a));
  }
  return result;
}

}  // namespace

Pullback vjp(const ArraysTransform& f, const std::vector<Array>& primals) {
  Uncut uncut;
  struct Held {
    TapeRoots roots;
    std::vector<Array> outputs;
    Held(TapeRoots roots) : roots(std::move(roots)) {}
    ~Held() { roots.settle(outputs); }
  };
  auto held = std::make_shared<Held>(TapeRoots("vjp", primals));
  {
    WithGrad with_grad;
    held->outputs = call("vjp", f, held->roots.arrays());
  }
  Pullback result;
  for (const Array& y : held->outputs) result.outputs.push_back(y);
  result.pullback = [held](const std::vector<Array>& given) {
    std::vector<Array> outputs, cotangents;
    std::vector<Array> all = matched("vjp", "cotangent", held->outputs, given);
    for (size_t i = 0; i < all.size(); ++i) {
      if (!is_floating(all[i].dtype()) || !is_floating(held->outputs[i].dtype())) continue;
      outputs.push_back(held->outputs[i]), cotangents.push_back(std::move(all[i]));
    }
    const std::vector<Array>& primals = held->roots.arrays();
    return spread(primals, vjp(outputs, cotangents, floating(primals)));
  };
  return result;
}

Pushforward jvp(const ArraysTransform& f, const std::vector<Array>& primals,
                const std::vector<Array>& given) {
  Uncut uncut;
  const std::vector<Array> tangents = matched("jvp", "tangent", primals, given);
  TapeRoots roots("jvp", primals);
  Pushforward result;
  std::vector<Array> along;
  WithGrad with_grad;
  result.outputs = call("jvp", f, roots.arrays());
  const std::vector<Array> outputs = floating(result.outputs);
  std::vector<Array> zero;
  for (const Array& y : outputs) zero.push_back(zeros_like(y));
  TapeRoots cotangents("jvp", zero);
  const std::vector<Array> pulled = vjp(outputs, cotangents.arrays(), floating(roots.arrays()));
  std::vector<Array> directions;
  for (size_t i = 0; i < primals.size(); ++i) {
    if (is_floating(primals[i].dtype())) directions.push_back(tangents[i]);
  }
  along = vjp(pulled, directions, cotangents.arrays());
  result.tangents = spread(result.outputs, std::move(along));
  std::vector<Array> all = result.outputs;
  all.insert(all.end(), result.tangents.begin(), result.tangents.end());
  cotangents.settle(all);
  roots.settle(all);
  return result;
}

}  // namespace lamina
