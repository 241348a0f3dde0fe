// How the pooling functions read their options.
#pragma once

#include "lamina/ops/pooling.h"

namespace lamina {

// The attributes of a pooling of x over `axes` spatial axes (0: any number). With ceil_mode the
// padding after an axis grows by what its last window needs; `ceil_extra` says by how much.
struct PoolPlan {
  PoolingAttributes attributes;
  IntList dilation, ceil_extra;
};
PoolPlan pool_plan(const char* name, int axes, const Array& x, const PerAxis& window,
                   const PoolOptions& options);

}  // namespace lamina
