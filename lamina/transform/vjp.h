// Products with the Jacobian of a function, from the left (vjp) and from the right (jvp).
//
//   auto [outputs, pullback] = vjp(f, {x});
//   std::vector<Array> cotangents = pullback({v});            // v^T J
//   auto [outputs2, tangents] = jvp(f, {x}, {t});             // J t
#pragma once

#include <functional>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

using ArraysTransform = std::function<std::vector<Array>(const std::vector<Array>&)>;

// f(primals), and a function from the outputs' cotangents to those of the primals. The pullback may
// be called several times; its results can be differentiated again.
struct Pullback {
  std::vector<Array> outputs;
  ArraysTransform pullback;
};
Pullback vjp(const ArraysTransform& f, const std::vector<Array>& primals);

// f(primals), and how it changes as the primals move along the tangents. By double vjp: the
// pullback is linear in its cotangents, and the transpose of a linear map is its vjp.
struct Pushforward {
  std::vector<Array> outputs, tangents;
};
Pushforward jvp(const ArraysTransform& f, const std::vector<Array>& primals,
                const std::vector<Array>& tangents);

}  // namespace lamina
