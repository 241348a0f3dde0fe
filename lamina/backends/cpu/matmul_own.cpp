// matmul through our own blocked product: float64, and float32 when oneDNN refuses or bits must not
// depend on the number of threads.
//
// The depth is divided by the shape alone, into parts whose sums are added in one order; threads
// divide batch, parts, rows and columns, which touches no sum.
#include <algorithm>

#include "lamina/backends/cpu/matmul_blocked.h"
#include "lamina/backends/cpu/matmul_shape.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/text.h"

namespace lamina::backend {

namespace {

constexpr double kFlopsPerThread = 5e5;  // as in matmul.cpp

int64_t ceiling(int64_t a, int64_t b) { return (a + b - 1) / b; }

// Parts of the depth: more than one where the result is small and the sums are long (the gradient
// of a weight), since otherwise a few threads would do all.
int64_t parts_of(int64_t tasks, int64_t rows, int64_t columns, int64_t depth) {
  constexpr int64_t kDeep = 4096, kMost = 8, kSmall = 64 * 1024;
  if (depth < 2 * kDeep || tasks * rows * columns > kSmall) return 1;
  return std::min(kMost, depth / kDeep);
}

template <class T>
class BlockedMatmul final : public Kernel {
 public:
  BlockedMatmul(MatmulShape shape, int threads) : shape_(std::move(shape)) {
    name = "cpu.blocked.matmul";
    parts_ = parts_of(shape_.batch, shape_.rows, shape_.columns, shape_.depth);
    if (shape_.flops() >= 2 * kFlopsPerThread) threads_ = threads;
    // Enough pieces for every thread, as square as the result allows.
    const int64_t wanted = ceiling(threads_, shape_.batch * parts_);
    while (row_pieces_ * column_pieces_ < wanted) {
      const int64_t height = shape_.rows / row_pieces_, width = shape_.columns / column_pieces_;
      if (height < 2 * kLeast && width < 2 * kLeast) break;
      ++(height >= width ? row_pieces_ : column_pieces_);
    }
  }

  size_t scratch_bytes() const override {
    return threads_ * blocked_scratch_bytes<T>() + (parts_ > 1 ? parts_ * result_bytes() : 0);
  }

  void run(std::byte* const* operands, RunContext& context) const override {
    const int64_t pieces = row_pieces_ * column_pieces_;
    const int64_t tasks = shape_.batch * parts_ * pieces;
    const T* a = reinterpret_cast<const T*>(operands[0]);
    const T* b = reinterpret_cast<const T*>(operands[1]);
    T* c = reinterpret_cast<T*>(operands[2]);
    T* sums = reinterpret_cast<T*>(context.scratch + threads_ * blocked_scratch_bytes<T>());
    // One share per thread, each with its own piece of scratch.
    parallel_for(0, threads_, 1, [&](int64_t first, int64_t last) {
      for (int64_t share = first; share < last; ++share) {
        std::byte* scratch = context.scratch + share * blocked_scratch_bytes<T>();
        for (int64_t task = share * tasks / threads_; task < (share + 1) * tasks / threads_;
             ++task) {
          multiply_piece(task / pieces / parts_, task / pieces % parts_, task % pieces, a, b, c,
                         sums, scratch);
        }
      }
    });
    if (parts_ > 1) add_parts(sums, c);
  }

 private:
  static constexpr int64_t kLeast = 32;  // rows or columns that are worth a thread
  struct Range {
    int64_t first, size;
  };
  static Range piece_of(int64_t size, int64_t pieces, int64_t piece) {
    // Whole tiles of 16 and 48, but for the last piece.
    const int64_t step = ceiling(ceiling(size, pieces), 48) * 48;
    const int64_t first = std::min(size, piece * step);
    return {first, std::min(size, first + step) - first};
  }
  size_t result_bytes() const {
    return (shape_.batch * shape_.rows * shape_.columns * sizeof(T) + 63) / 64 * 64;
  }

  static int64_t batch_offset(const Operand& operand, const Operand& c, int64_t entry) {
    int64_t offset = 0;
    for (int axis = c.shape.rank() - 2; axis-- > 0;) {
      const int64_t at = entry % c.shape[axis];
      entry /= c.shape[axis];
      if (operand.shape[axis] != 1) offset += at * operand.strides[axis];
    }
    return offset;
  }

  void multiply_piece(int64_t entry, int64_t part, int64_t piece, const T* a, const T* b, T* c,
                      T* sums, std::byte* scratch) const {
    const int rank = shape_.c.shape.rank();
    const Range rows = piece_of(shape_.rows, row_pieces_, piece / column_pieces_);
    const Range columns = piece_of(shape_.columns, column_pieces_, piece % column_pieces_);
    const int64_t begin = shape_.depth * part / parts_, end = shape_.depth * (part + 1) / parts_;
    if (rows.size == 0 || columns.size == 0) return;
    BlockedProduct<T> p;
    p.rows = rows.size, p.columns = columns.size, p.depth = end - begin;
    p.a_row = shape_.a.strides[rank - 2], p.a_column = shape_.a.strides[rank - 1];
    p.b_row = shape_.b.strides[rank - 2], p.b_column = shape_.b.strides[rank - 1];
    p.a = a + batch_offset(shape_.a, shape_.c, entry) + rows.first * p.a_row + begin * p.a_column;
    p.b =
        b + batch_offset(shape_.b, shape_.c, entry) + begin * p.b_row + columns.first * p.b_column;
    if (parts_ == 1) {
      p.c_row = shape_.c.strides[rank - 2];
      p.c = c + batch_offset(shape_.c, shape_.c, entry) + rows.first * p.c_row + columns.first;
    } else {
      p.c_row = shape_.columns;
      p.c = sums + part * (result_bytes() / sizeof(T)) +
            (entry * shape_.rows + rows.first) * shape_.columns + columns.first;
    }
    multiply_blocked(p, scratch);
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

  MatmulShape shape_;
  int64_t parts_ = 1, row_pieces_ = 1, column_pieces_ = 1;
  int threads_ = 1;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const DType dtype = request.outputs[0].dtype;
  if (dtype != DType::Float32 && dtype != DType::Float64) {
    request.refusal = text("takes float32 and float64, not ", dtype);
    return nullptr;
  }
  for (const Operand& input : request.inputs) {
    if (input.dtype != dtype) {
      request.refusal = "takes factors of one type";
      return nullptr;
    }
  }
  if (is_empty_matmul(request)) return empty_matmul(request);
  MatmulShape shape = matmul_shape(request);
  if (dtype == DType::Float32) {
    return std::make_unique<BlockedMatmul<float>>(std::move(shape), request.threads);
  }
  return std::make_unique<BlockedMatmul<double>>(std::move(shape), request.threads);
}

}  // namespace

LAMINA_KERNEL(matmul_blocked)
= {"matmul", "blocked.matmul", 20, rule};

}  // namespace lamina::backend
