#include "lamina/backends/cpu/copy_plan.h"

#include <algorithm>
#include <cstdlib>

namespace lamina::backend {

CopyPlan copy_plan(const Shape& shape, const Strides& from, const Strides& to) {
  CopyPlan plan;
  plan.elements = shape.elements();
  std::vector<CopyPlan::Axis> axes;
  for (size_t i = 0; i < shape.size(); ++i) {
    if (shape[i] != 1) axes.push_back({shape[i], from[i], to[i]});
  }
  std::stable_sort(axes.begin(), axes.end(),
                   [](const auto& a, const auto& b) { return std::abs(a.to) > std::abs(b.to); });
  for (const CopyPlan::Axis& axis : axes) {
    if (!plan.axes.empty()) {
      CopyPlan::Axis& outer = plan.axes.back();
      if (outer.from == axis.from * axis.size && outer.to == axis.to * axis.size) {
        outer = {outer.size * axis.size, axis.from, axis.to};
        continue;
      }
    }
    plan.axes.push_back(axis);
  }
  if (plan.axes.empty()) plan.axes.push_back({1, 1, 1});

  // The axis that is contiguous in the input moves next to the one that is in the output.
  const size_t last = plan.axes.size() - 1;
  if (plan.axes[last].to == 1 && plan.axes[last].from != 1 && plan.axes[last].from != 0) {
    for (size_t i = 0; i < last; ++i) {
      if (plan.axes[i].from != 1) continue;
      std::rotate(plan.axes.begin() + i, plan.axes.begin() + i + 1, plan.axes.begin() + last);
      plan.plane = true;
      break;
    }
  }
  return plan;
}

}  // namespace lamina::backend
