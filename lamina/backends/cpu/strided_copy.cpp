// The axes are first reduced to the fewest that describe both layouts. Then there are four cases:
// runs that are contiguous on both sides (memory copies), runs of one repeated element or of
// elements in reverse, a plane whose rows are contiguous on one side and whose columns are on the
// other (transposed in blocks that fit the first cache), and everything else.
#include "lamina/backends/cpu/strided_copy.h"

#include <algorithm>
#include <cstring>

#include "lamina/backends/cpu/transpose.h"
#include "lamina/base/parallel_for.h"

namespace lamina::cpu {

namespace {

using backend::CopyPlan;

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

// The least number of pieces, of `bytes` each, that is worth a thread.
int64_t grain(int threads, int64_t pieces, int64_t bytes) {
  if (threads == 1) return pieces;
  return std::max<int64_t>(1, kBytesPerThread / std::max<int64_t>(bytes, 1));
}

template <class T>
void copy_run(const T* from, T* to, int64_t length) {
  if (length < 16) {  // the call would cost more than the copy
    for (int64_t i = 0; i < length; ++i) to[i] = from[i];
  } else {
    std::memcpy(to, from, static_cast<size_t>(length) * sizeof(T));
  }
}

template <class T>
void copy_elements(const T* from, T* to, int64_t length, int64_t from_step, int64_t to_step) {
  if (from_step == 0 && to_step == 1) {
    std::fill_n(to, length, *from);
  } else if (from_step == -1 && to_step == 1) {
    for (int64_t i = 0; i < length; ++i) to[i] = from[-i];
  } else if (to_step == 1) {
    for (int64_t i = 0; i < length; ++i) to[i] = from[i * from_step];
  } else {
    for (int64_t i = 0; i < length; ++i) to[i * to_step] = from[i * from_step];
  }
}

// Along one axis, for each point of the others; the axis itself is cut where it is all there is.
template <class T>
void copy_lines(const CopyPlan& plan, int threads, const T* from, T* to) {
  const size_t outer = plan.axes.size() - 1;
  const CopyPlan::Axis line = plan.axes.back();
  const bool run = line.from == 1 && line.to == 1;
  auto copy = [&](int64_t source, int64_t target, int64_t length) {
    run ? copy_run(from + source, to + target, length)
        : copy_elements(from + source, to + target, length, line.from, line.to);
  };
  const int64_t points = points_of(plan, outer), item = sizeof(T);
  if (points == 1) {
    parallel_for(0, line.size, grain(threads, line.size, item), [&](int64_t first, int64_t last) {
      copy(first * line.from, first * line.to, last - first);
    });
    return;
  }
  parallel_for(
      0, points, grain(threads, points, line.size * item), [&](int64_t first, int64_t last) {
        each_point(plan, outer, first, last,
                   [&](int64_t source, int64_t target) { copy(source, target, line.size); });
      });
}

// The last two axes are a plane: unit steps of the input along the one, of the output along the
// other.
template <class T>
void copy_planes(const CopyPlan& plan, int threads, const T* from, T* to) {
  const size_t outer = plan.axes.size() - 2;
  const CopyPlan::Axis &rows = plan.axes[outer], &columns = plan.axes[outer + 1];
  const int64_t points = points_of(plan, outer);
  // Bands of rows of the output, so that one large plane is work for every thread.
  const int64_t band = 64, bands = (rows.size + band - 1) / band;
  const int64_t bytes = std::min(band, rows.size) * columns.size * int64_t{sizeof(T)};
  parallel_for(
      0, points * bands, grain(threads, points * bands, bytes), [&](int64_t first, int64_t last) {
        each_point(plan, outer, first / bands, (last + bands - 1) / bands,
                   [&, point = first / bands](int64_t source, int64_t target) mutable {
                     const int64_t low = std::max<int64_t>(first - point * bands, 0);
                     const int64_t high = std::min<int64_t>(last - point * bands, bands);
                     const int64_t row = low * band, end = std::min(high * band, rows.size);
                     backend::transpose(from + source + row * rows.from, columns.from,
                                        to + target + row * rows.to, rows.to, end - row,
                                        columns.size);
                     ++point;
                   });
      });
}

template <class T>
void copy_all(const CopyPlan& plan, int threads, const std::byte* from, std::byte* to) {
  const T* source = reinterpret_cast<const T*>(from);
  T* target = reinterpret_cast<T*>(to);
  plan.plane ? copy_planes(plan, threads, source, target)
             : copy_lines(plan, threads, source, target);
}

}  // namespace

void StridedCopy::run(const std::byte* from, std::byte* to) const {
  if (plan_.elements == 0 || (from == to && one_run())) return;
  switch (item_) {
    case 1:
      return copy_all<uint8_t>(plan_, threads_, from, to);
    case 2:
      return copy_all<uint16_t>(plan_, threads_, from, to);
    case 4:
      return copy_all<uint32_t>(plan_, threads_, from, to);
    default:
      return copy_all<uint64_t>(plan_, threads_, from, to);
  }
}

}  // namespace lamina::cpu
