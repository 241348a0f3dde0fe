// copy: the same values in another layout. This is what every conversion between layouts runs.
//
// The axes are first reduced to the fewest that describe both layouts. Then there are three cases:
// runs that are contiguous on both sides (memory copies), a plane whose rows are contiguous on one
// side and whose columns are on the other (transposed in blocks that fit the first cache), and
// everything else.
#include <algorithm>
#include <cstring>

#include "lamina/backends/cpu/copy_plan.h"
#include "lamina/backends/cpu/transpose.h"
#include "lamina/base/parallel_for.h"
#include "lamina/op/backend.h"

namespace lamina::backend {

namespace {

// Below this a second thread costs more than it moves: 2 us are some 20 KB.
constexpr int64_t kBytesPerThread = 64 * 1024;

// Calls f(input offset, output offset) for points first..last of the outer axes, in row-major
// order.
template <class F>
void each_point(const CopyPlan& plan, size_t outer_axes, int64_t first, int64_t last, F&& f) {
  SmallVector<int64_t, 6> index(outer_axes, 0);
  int64_t from = 0, to = 0, rest = first;
  for (size_t i = outer_axes; i-- > 0;) {
    index[i] = rest % plan.axes[i].size;
    rest /= plan.axes[i].size;
    from += index[i] * plan.axes[i].from;
    to += index[i] * plan.axes[i].to;
  }
  for (int64_t point = first; point < last; ++point) {
    f(from, to);
    for (size_t i = outer_axes; i-- > 0;) {
      const CopyPlan::Axis& axis = plan.axes[i];
      from += axis.from, to += axis.to;
      if (++index[i] < axis.size) break;
      from -= axis.from * axis.size, to -= axis.to * axis.size;
      index[i] = 0;
    }
  }
}

int64_t points_of(const CopyPlan& plan, size_t outer_axes) {
  int64_t points = 1;
  for (size_t i = 0; i < outer_axes; ++i) points *= plan.axes[i].size;
  return points;
}

template <class T>
class StridedCopy final : public Kernel {
 public:
  StridedCopy(CopyPlan plan, int threads) : plan_(std::move(plan)), threads_(threads) {
    name = "cpu.copy";
  }

  bool may_alias(int, int) const override { return plan_.axes.size() == 1 && contiguous(); }

  void run(std::byte* const* operands, RunContext&) const override {
    const T* from = reinterpret_cast<const T*>(operands[0]);
    T* to = reinterpret_cast<T*>(operands[1]);
    if (plan_.elements == 0 || (from == to && may_alias(0, 0))) return;
    if (contiguous()) {
      copy_runs(from, to);
    } else if (plan_.plane) {
      copy_planes(from, to);
    } else {
      copy_elements(from, to);
    }
  }

 private:
  bool contiguous() const { return plan_.axes.back().from == 1 && plan_.axes.back().to == 1; }

  // The least number of pieces, of `bytes` each, that is worth a thread.
  int64_t grain(int64_t pieces, int64_t bytes) const {
    if (threads_ == 1) return pieces;
    return std::max<int64_t>(1, kBytesPerThread / std::max<int64_t>(bytes, 1));
  }

  void copy_runs(const T* from, T* to) const {
    const size_t outer = plan_.axes.size() - 1;
    const int64_t length = plan_.axes.back().size, points = points_of(plan_, outer);
    if (points == 1) {
      parallel_for(0, length, grain(length, sizeof(T)), [&](int64_t first, int64_t last) {
        std::memcpy(to + first, from + first, (last - first) * sizeof(T));
      });
      return;
    }
    parallel_for(0, points, grain(points, length * sizeof(T)), [&](int64_t first, int64_t last) {
      each_point(plan_, outer, first, last, [&](int64_t source, int64_t target) {
        if (length < 16) {  // the call would cost more than the copy
          for (int64_t i = 0; i < length; ++i) to[target + i] = from[source + i];
        } else {
          std::memcpy(to + target, from + source, length * sizeof(T));
        }
      });
    });
  }

  // The last two axes are a plane: unit steps of the input along the one, of the output along the
  // other.
  void copy_planes(const T* from, T* to) const {
    const size_t outer = plan_.axes.size() - 2;
    const CopyPlan::Axis &rows = plan_.axes[outer], &columns = plan_.axes[outer + 1];
    const int64_t points = points_of(plan_, outer);
    // Bands of rows of the output, so that one large plane is work for every thread.
    const int64_t band = 64, bands = (rows.size + band - 1) / band;
    const int64_t bytes = std::min(band, rows.size) * columns.size * sizeof(T);
    parallel_for(0, points * bands, grain(points * bands, bytes), [&](int64_t first, int64_t last) {
      each_point(plan_, outer, first / bands, (last + bands - 1) / bands,
                 [&, point = first / bands](int64_t source, int64_t target) mutable {
                   const int64_t low = std::max<int64_t>(first - point * bands, 0);
                   const int64_t high = std::min<int64_t>(last - point * bands, bands);
                   const int64_t row = low * band, end = std::min(high * band, rows.size);
                   transpose(from + source + row * rows.from, columns.from,
                             to + target + row * rows.to, rows.to, end - row, columns.size);
                   ++point;
                 });
    });
  }

  void copy_elements(const T* from, T* to) const {
    const size_t outer = plan_.axes.size() - 1;
    const CopyPlan::Axis inner = plan_.axes.back();
    const int64_t points = points_of(plan_, outer);
    parallel_for(0, points, grain(points, inner.size * sizeof(T)),
                 [&](int64_t first, int64_t last) {
                   each_point(plan_, outer, first, last, [&](int64_t source, int64_t target) {
                     for (int64_t i = 0; i < inner.size; ++i) {
                       to[target + i * inner.to] = from[source + i * inner.from];
                     }
                   });
                 });
  }

  CopyPlan plan_;
  int threads_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const Operand &input = request.inputs[0], &output = request.outputs[0];
  if (input.dtype != output.dtype) {
    request.refusal = "takes an output of the input's type";
    return nullptr;
  }
  CopyPlan plan = copy_plan(output.shape, input.strides, output.strides);
  switch (size_of(input.dtype)) {
    case 1:
      return std::make_unique<StridedCopy<uint8_t>>(std::move(plan), request.threads);
    case 2:
      return std::make_unique<StridedCopy<uint16_t>>(std::move(plan), request.threads);
    case 4:
      return std::make_unique<StridedCopy<uint32_t>>(std::move(plan), request.threads);
    default:
      return std::make_unique<StridedCopy<uint64_t>>(std::move(plan), request.threads);
  }
}

}  // namespace

LAMINA_KERNEL(copy_strided)
= {"copy", "copy", 10, rule};

}  // namespace lamina::backend
