// matmul through our own product (product_kernels.h): large float32 products, whose factors are worth
// packing; float64; and float32 when oneDNN refuses or bits must not depend on the number of threads.
// Squared distances between rows differ in the terms of their sums alone.
//
// The depth is divided by the shape alone, into parts whose sums are added in one order; threads
// divide batch, parts, rows and columns, which touches no sum.
#include <algorithm>
#include <optional>

#include "lamina/backends/cpu/cache_size.h"
#include "lamina/backends/cpu/matmul_shape.h"
#include "lamina/backends/cpu/product_kernels.h"
#include "lamina/base/ceiling.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/text.h"

namespace lamina::backend {

namespace {

using cpu::kBlockColumns;
using cpu::kTileRows;

// Parts of the depth: more than one where the result is small and the sums are long (the gradient
// of a weight), since otherwise a few threads would do all. Not where a row must have the same bits
// whatever rows there are besides.
int64_t parts_of(const MatmulShape& shape, bool deterministic) {
  if (deterministic) return 1;
  constexpr int64_t kDeep = 4096, kMost = 8, kSmall = 64 * 1024;
  if (shape.depth < 2 * kDeep || shape.batch * shape.rows * shape.columns > kSmall) return 1;
  return std::min(kMost, shape.depth / kDeep);
}

// A block of b, kBlockColumns wide, takes a quarter of the second-level cache.
template <class T>
int64_t block_depth() {
  const int64_t fits = static_cast<int64_t>(second_level_cache() / 4 / sizeof(T)) / kBlockColumns;
  return std::clamp<int64_t>(fits, 256, 8192 / sizeof(T));
}

// Row groups x column groups, one for each thread. A thread computes its share of the result, and
// packs its columns; that costs as much as some rows more.
struct Grid {
  int64_t rows, columns;
};
Grid grid_of(int64_t tiles, int64_t panels, int64_t panel, int threads) {
  constexpr double kPacking = 16;  // rows
  Grid best = {1, 1};
  double least = 0;
  for (int64_t rows = 1; rows <= threads; ++rows) {
    const int64_t columns = threads / rows;
    const double height = static_cast<double>(ceiling(tiles, rows) * kTileRows);
    const double cost = (height + kPacking) * (ceiling(panels, columns) * panel);
    if (rows == 1 || cost < least) best = {rows, columns}, least = cost;
  }
  return best;
}

template <class T>
class PackedMatmul final : public Kernel {
 public:
  PackedMatmul(cpu::Terms terms, MatmulShape shape, AppliedSteps steps, size_t operands,
               int threads, bool deterministic)
      : kernels_(cpu::product_kernels<T>(terms)),
        shape_(std::move(shape)),
        steps_(std::move(steps)),
        result_(operands),
        parts_(parts_of(shape_, deterministic)),
        depth_(ceiling(shape_.depth, parts_)) {
    name = terms == cpu::Terms::Products ? "cpu.packed.matmul" : "cpu.packed.squared_distances";
    threads_ = shape_.threads(threads);
    // Where there are products enough, each thread computes whole ones.
    alone_ = shape_.batch * parts_ >= threads_;
    rows_at_once_ =
        std::max<int64_t>(64, static_cast<int64_t>(kPackedRows / sizeof(T)) / depth_ / kTileRows) *
        kTileRows;
    rows_at_once_ = std::min(rows_at_once_, ceiling(shape_.rows, kTileRows) * kTileRows);
    const int64_t panel = kernels_.panel;
    grid_ = grid_of(rows_at_once_ / kTileRows, ceiling(shape_.columns, panel), panel,
                    alone_ ? 1 : threads_);
  }

  bool may_alias(int input, int) const override {
    return steps_.aliased != 0 && static_cast<size_t>(input) == steps_.aliased;
  }
  size_t scratch_bytes() const override {
    return static_cast<size_t>(alone_ ? threads_ : 1) * share_bytes() +
           (parts_ > 1 ? static_cast<size_t>(parts_) * result_bytes() : 0);
  }

  void run(std::byte* const* operands, RunContext& context) const override {
    const int64_t tasks = shape_.batch * parts_;
    T* c = reinterpret_cast<T*>(operands[result_]);
    T* sums = reinterpret_cast<T*>(context.scratch +
                                   static_cast<size_t>(alone_ ? threads_ : 1) * share_bytes());
    const auto task = [&](int64_t number, std::byte* scratch) {
      const int64_t entry = number / parts_, part = number % parts_;
      cpu::PackedProduct<T> p = product_of(entry, part, operands);
      std::vector<AppliedStep> steps = steps_.bound(operands);
      if (parts_ > 1) {
        p.c_row = shape_.columns;
        p.c = sums + part * (result_bytes() / sizeof(T)) + entry * shape_.rows * shape_.columns;
      } else {
        p.c = c + batch_offset(shape_.c, entry);
        move_results(steps, batch_offset(shape_.c, entry));
      }
      compute(p, std::move(steps), rows_of(entry, part, operands), reinterpret_cast<T*>(scratch));
    };
    if (!alone_) {
      for (int64_t number = 0; number < tasks; ++number) task(number, context.scratch);
    } else {
      parallel_for(0, threads_, 1, [&](int64_t first, int64_t last) {
        for (int64_t share = first; share < last; ++share) {
          for (int64_t k = share * tasks / threads_; k < (share + 1) * tasks / threads_; ++k)
            task(k, context.scratch + static_cast<size_t>(share) * share_bytes());
        }
      });
    }
    if (parts_ > 1) add_parts(sums, c);
  }

 private:
  static constexpr size_t kPackedRows = size_t{16} << 20;  // bytes of a that are packed at once

  size_t result_bytes() const {
    return (shape_.batch * shape_.rows * shape_.columns * sizeof(T) + 63) / 64 * 64;
  }
  int64_t cell_scratch() const {  // of a thread, in elements
    const int64_t size = cpu::product_scratch(ceiling(rows_at_once_ / kTileRows, grid_.rows),
                                              depth_, block_depth<T>());
    return ceiling(size, 16) * 16;
  }
  int64_t packed_rows() const { return ceiling(rows_at_once_ * depth_, 16) * 16; }
  size_t share_bytes() const {
    return static_cast<size_t>(packed_rows() + grid_.rows * grid_.columns * cell_scratch()) *
           sizeof(T);
  }

  // Of the operand's matrix for one entry of the batch.
  int64_t batch_offset(const Operand& operand, int64_t entry) const {
    const Operand& c = shape_.c;
    int64_t offset = 0;
    for (int axis = c.shape.rank() - 2; axis-- > 0;) {
      const int64_t at = entry % c.shape[axis];
      entry /= c.shape[axis];
      if (operand.shape[axis] != 1) offset += at * operand.strides[axis];
    }
    return offset;
  }
  cpu::FactorLines<T> rows_of(int64_t entry, int64_t part, std::byte* const* operands) const {
    const int rank = shape_.c.shape.rank();
    const int64_t row = shape_.a.strides[rank - 2], step = shape_.a.strides[rank - 1];
    const T* a = reinterpret_cast<const T*>(operands[0]);
    return {a + batch_offset(shape_.a, entry) + part * depth_ * step, row, step};
  }
  cpu::PackedProduct<T> product_of(int64_t entry, int64_t part, std::byte* const* operands) const {
    const int rank = shape_.c.shape.rank();
    const int64_t column = shape_.b.strides[rank - 1], step = shape_.b.strides[rank - 2];
    const T* b = reinterpret_cast<const T*>(operands[1]);
    cpu::PackedProduct<T> p = {};
    p.columns = shape_.columns;
    p.depth = std::min(depth_, shape_.depth - part * depth_);
    p.c_row = shape_.c.strides[rank - 2];
    p.block_depth = block_depth<T>();
    p.b = {b + batch_offset(shape_.b, entry) + part * depth_ * step, column, step};
    return p;
  }

  static void move_results(std::vector<AppliedStep>& steps, int64_t offset) {
    for (AppliedStep& step : steps) {
      if (step.extent == AppliedStep::Extent::Result) step.extra += offset;
    }
  }

  // p.c = a p.b, as many rows at once as are packed.
  void compute(cpu::PackedProduct<T> p, std::vector<AppliedStep> steps, cpu::FactorLines<T> a,
               T* scratch) const {
    const int64_t panels = ceiling(shape_.columns, kernels_.panel),
                  cells = grid_.rows * grid_.columns;
    p.a = scratch;
    p.steps = steps;
    for (int64_t row = 0; row < shape_.rows; row += rows_at_once_) {
      p.rows = std::min(rows_at_once_, shape_.rows - row);
      const int64_t tiles = p.tiles();
      parallel_for(0, tiles, cells > 1 ? 8 : tiles, [&](int64_t first, int64_t last) {
        kernels_.pack_rows(a, p.rows, p.depth, first, last, scratch);
      });
      parallel_for(0, cells, 1, [&](int64_t first, int64_t last) {
        for (int64_t cell = first; cell < last; ++cell) {
          const int64_t i = cell / grid_.columns, j = cell % grid_.columns;
          kernels_.multiply(p, i * tiles / grid_.rows, (i + 1) * tiles / grid_.rows,
                           j * panels / grid_.columns, (j + 1) * panels / grid_.columns,
                           scratch + packed_rows() + cell * cell_scratch());
        }
      });
      a.data += rows_at_once_ * a.line_step;
      p.c += rows_at_once_ * p.c_row;
      move_results(steps, rows_at_once_ * p.c_row);
    }
  }

  // c is row-major, as are the parts.
  void add_parts(const T* sums, T* c) const {
    const int64_t step = result_bytes() / sizeof(T),
                  count = shape_.batch * shape_.rows * shape_.columns;
    for (int64_t i = 0; i < count; ++i) {
      T sum = sums[i];
      for (int64_t part = 1; part < parts_; ++part) sum += sums[part * step + i];
      c[i] = sum;
    }
  }

  const cpu::ProductKernels<T>& kernels_;
  MatmulShape shape_;
  AppliedSteps steps_;
  size_t result_;          // the operand's number
  int64_t parts_, depth_;  // of a part; the last may have less
  int64_t rows_at_once_;
  int threads_ = 1;
  bool alone_;
  Grid grid_;
};

// The request's shape, or nothing with a refusal or an `empty` kernel.
std::optional<MatmulShape> shape_of(KernelRequest& request, std::unique_ptr<Kernel>& empty) {
  const DType dtype = request.outputs[0].dtype;
  if (dtype != DType::Float32 && dtype != DType::Float64) {
    request.refusal = text("takes float32 and float64, not ", dtype);
    return std::nullopt;
  }
  for (size_t i = 0; i < 2; ++i) {
    if (request.inputs[i].dtype != dtype) {
      request.refusal = "takes factors of one type";
      return std::nullopt;
    }
  }
  if (is_empty_matmul(request)) {
    empty = request.epilogue ? nullptr : empty_matmul(request);
    request.refusal = "the product is empty";
    return std::nullopt;
  }
  return matmul_shape(request);
}

template <class T>
std::unique_ptr<Kernel> packed(KernelRequest& request, MatmulShape shape, AppliedSteps steps) {
  return std::make_unique<PackedMatmul<T>>(cpu::Terms::Products, std::move(shape),
                                           std::move(steps), request.inputs.size(),
                                           request.threads, request.deterministic);
}

std::unique_ptr<Kernel> any(KernelRequest& request) {
  std::unique_ptr<Kernel> empty;
  auto shape = shape_of(request, empty);
  if (!shape) return empty;
  auto steps = applied_steps(request, request.outputs[0].shape.rank() - 1);
  if (!steps) return nullptr;
  if (!steps->list.empty() && parts_of(*shape, request.deterministic) > 1) {
    request.refusal = "adds the parts of long sums at the end";
    return nullptr;
  }
  return request.outputs[0].dtype == DType::Float32
             ? packed<float>(request, std::move(*shape), std::move(*steps))
             : packed<double>(request, std::move(*shape), {});
}

// bench_kernels: at 1024 rows, columns and depth this product is as fast as oneDNN's, which packs the
// second factor too; with larger ones it becomes up to 15 % faster. A second factor that stays is
// packed by oneDNN once, and then it is hard to beat.
std::unique_ptr<Kernel> large(KernelRequest& request) {
  constexpr int64_t kLarge = 768;
  if (request.outputs[0].dtype != DType::Float32) {
    request.refusal = "takes float32 only";
    return nullptr;
  }
  std::unique_ptr<Kernel> empty;
  auto shape = shape_of(request, empty);
  if (!shape) return nullptr;
  if (request.inputs[1].stable || shape->batch != 1 ||
      std::min({shape->rows, shape->columns, shape->depth}) < kLarge) {
    request.refusal = text("takes products of two changing matrices, of ", kLarge, " rows or more");
    return nullptr;
  }
  auto steps = applied_steps(request, request.outputs[0].shape.rank() - 1);
  if (!steps) return nullptr;
  return packed<float>(request, std::move(*shape), std::move(*steps));
}

// Rows of y are the columns of the second factor.
std::unique_ptr<Kernel> distances(KernelRequest& request) {
  KernelRequest product = request;
  Operand& y = product.inputs[1];
  const size_t rank = y.shape.size();
  std::swap(y.shape[rank - 1], y.shape[rank - 2]);
  std::swap(y.strides[rank - 1], y.strides[rank - 2]);
  std::unique_ptr<Kernel> empty;
  auto shape = shape_of(product, empty);
  request.refusal = std::move(product.refusal);
  if (!shape) return empty;
  const auto kernel = [&](auto zero) -> std::unique_ptr<Kernel> {
    return std::make_unique<PackedMatmul<decltype(zero)>>(cpu::Terms::SquaredDifferences,
                                                          std::move(*shape), AppliedSteps{}, 2,
                                                          request.threads, request.deterministic);
  };
  return request.outputs[0].dtype == DType::Float32 ? kernel(float{}) : kernel(double{});
}

}  // namespace

LAMINA_KERNEL(matmul_packed)
= {"matmul", "packed.matmul", 5, large, takes_post_op};
LAMINA_KERNEL(matmul_blocked)
= {"matmul", "blocked.matmul", 20, any, takes_post_op};
LAMINA_KERNEL(squared_distances)
= {"squared_distances", "packed.squared_distances", 10, distances};

}  // namespace lamina::backend
