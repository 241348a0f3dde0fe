// top_k: x is seen as [outer, size, inner]; lines along the axis go to the threads, and one long
// line is cut into parts. A line is passed over once: the smallest of the k best so far is a bar
// that few later elements reach. Equal values keep their order, so the result is unique.
#include <algorithm>
#include <vector>

#include "lamina/backends/cpu/order_key.h"
#include "lamina/base/parallel_for.h"
#include "lamina/core/dtype.h"
#include "lamina/ops/indexing_rule.h"
#include "lamina/ops/selection_attributes.h"

namespace lamina::backend {

namespace {

constexpr int64_t kElementsPerThread = 16 * 1024;
constexpr int64_t kPart = 64 * 1024;  // of a line that several threads share
constexpr int64_t kGlance = 64;       // elements that are compared with the bar at once

template <class T>
class TopKLines final : public Kernel {
 public:
  TopKLines(const Operand& x, const TopKAttributes& a)
      : split_(x.shape, static_cast<int>(a.axis)), k_(a.k) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    T* values = reinterpret_cast<T*>(operands[1]);
    auto* positions = reinterpret_cast<int64_t*>(operands[2]);
    const int64_t lines = split_.outer * split_.inner;
    if (k_ == 0 || lines == 0) return;
    if (lines == 1 && split_.size >= 2 * kPart && k_ < kPart / 4) {
      Best best = of_parts(x);
      write(best, x, 0, values, positions);
      return;
    }
    const int64_t grain =
        std::max<int64_t>(1, kElementsPerThread / std::max<int64_t>(1, split_.size));
    parallel_for(0, lines, grain, [&](int64_t first, int64_t last) {
      Best best(k_);
      for (int64_t line = first; line < last; ++line) {
        best.clear();
        collect(best, x + start(line), 0, split_.size);
        write(best, x, line, values, positions);
      }
    });
  }

 private:
  using Key = cpu::OrderKey<T>;
  struct Candidate {
    Key key;
    int64_t position;
    bool operator<(const Candidate& other) const {  // better ones first
      return key != other.key ? key > other.key : position < other.position;
    }
  };

  // The candidates for the k best places. While there are fewer than k, all are taken.
  struct Best {
    explicit Best(int64_t wanted) : k(wanted) { list.reserve(static_cast<size_t>(2 * k + 64)); }
    void clear() { list.clear(), full = false; }
    void add(Key key, int64_t position) {
      if (full && key <= bar) return;
      list.push_back({key, position});
      if (static_cast<int64_t>(list.size()) >= 2 * k + 64) cut();
    }
    void cut() {
      if (static_cast<int64_t>(list.size()) < k) return;
      std::nth_element(list.begin(), list.begin() + (k - 1), list.end());
      list.resize(static_cast<size_t>(k));
      bar = list.back().key, full = true;
    }
    void finish() {
      cut();
      std::sort(list.begin(), list.end());
    }
    int64_t k;
    bool full = false;
    Key bar{};
    std::vector<Candidate> list;
  };

  int64_t start(int64_t line) const {
    return line / split_.inner * split_.size * split_.inner + line % split_.inner;
  }

  void collect(Best& best, const T* x, int64_t first, int64_t last) const {
    const int64_t step = split_.inner;
    int64_t i = first;
    if (step == 1) {
      for (; i + kGlance <= last; i += kGlance) {
        if (best.full && !reaches(x + i, best.bar)) continue;
        for (int64_t j = i; j < i + kGlance; ++j) best.add(cpu::order_key(x[j]), j);
        if (!best.full) best.cut();
      }
    }
    for (; i < last; ++i) best.add(cpu::order_key(x[i * step]), i);
  }
  static bool reaches(const T* x, Key bar) {
    int any = 0;
    for (int64_t i = 0; i < kGlance; ++i) any |= cpu::order_key(x[i]) > bar;
    return any != 0;
  }

  Best of_parts(const T* x) const {
    const int64_t parts = (split_.size + kPart - 1) / kPart;
    std::vector<Best> found(static_cast<size_t>(parts), Best(k_));
    parallel_for(0, parts, 1, [&](int64_t first, int64_t last) {
      for (int64_t part = first; part < last; ++part) {
        Best& best = found[static_cast<size_t>(part)];
        collect(best, x, part * kPart, std::min(split_.size, (part + 1) * kPart));
        best.cut();
      }
    });
    Best all(k_);
    for (const Best& best : found) {
      for (const Candidate& candidate : best.list) all.list.push_back(candidate);
    }
    return all;
  }

  void write(Best& best, const T* x, int64_t line, T* values, int64_t* positions) const {
    best.finish();
    const int64_t to = line / split_.inner * k_ * split_.inner + line % split_.inner;
    for (int64_t i = 0; i < k_; ++i) {
      const int64_t position = best.list[static_cast<size_t>(i)].position;
      values[to + i * split_.inner] = x[start(line) + position * split_.inner];
      positions[to + i * split_.inner] = position;
    }
  }

  AxisSplit split_;
  int64_t k_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  Operand& x = request.inputs[0];
  x.strides = row_major_strides(x.shape);
  const auto& a = *static_cast<const TopKAttributes*>(request.attributes);
  return dispatch(x.dtype, [&](auto zero) -> std::unique_ptr<Kernel> {
    return std::make_unique<TopKLines<decltype(zero)>>(x, a);
  });
}

}  // namespace

LAMINA_KERNEL(top_k)
= {"top_k", "cpu.top_k", 10, rule};

}  // namespace lamina::backend
