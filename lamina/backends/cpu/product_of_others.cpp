// product_of_others: rows are cut into blocks. What stands outside of a block is the product of the
// blocks before it and of those behind it; inside, the same of the elements. Products are made in
// double.
#include <algorithm>
#include <vector>

#include "lamina/base/parallel_for.h"
#include "lamina/core/dtype.h"
#include "lamina/op/backend.h"

namespace lamina::backend {

namespace {

constexpr int64_t kLanes = 8, kLane = 128;  // products in turn, which need not wait for each other
constexpr int64_t kBlock = kLanes * kLane;
constexpr int64_t kBlocksPerThread = 16;

template <class T>
class ProductOfOthers final : public Kernel {
 public:
  explicit ProductOfOthers(const Shape& shape)
      : rows_(shape[0]), length_(shape[1]), blocks_((length_ + kBlock - 1) / kBlock) {}

  void run(std::byte* const* operands, RunContext&) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    T* y = reinterpret_cast<T*>(operands[1]);
    std::vector<double> outside(static_cast<size_t>(rows_ * blocks_));
    each_block([&](int64_t block, int64_t start, int64_t n) {
      outside[static_cast<size_t>(block)] = product(x + start, n);
    });
    for (int64_t row = 0; row < rows_; ++row) others(outside.data() + row * blocks_, blocks_);
    each_block([&](int64_t block, int64_t start, int64_t n) {
      others_in_block(x + start, n, outside[static_cast<size_t>(block)], y + start);
    });
  }

 private:
  using Value = std::conditional_t<sizeof(T) == 2, float, T>;

  template <class F>
  void each_block(F&& f) const {
    parallel_for(0, rows_ * blocks_, kBlocksPerThread, [&](int64_t first, int64_t last) {
      for (int64_t block = first; block < last; ++block) {
        const int64_t at = block % blocks_ * kBlock;
        f(block, block / blocks_ * length_ + at, std::min(kBlock, length_ - at));
      }
    });
  }

  static double number(T value) { return static_cast<double>(static_cast<Value>(value)); }

  static double product(const T* x, int64_t n) {
    double part[kLanes];
    std::fill(part, part + kLanes, 1.0);
    for (int64_t i = 0; i < n; ++i) part[i % kLanes] *= number(x[i]);
    for (int64_t k = 1; k < kLanes; ++k) part[0] *= part[k];
    return part[0];
  }

  // Each of n numbers becomes the product of the others.
  static void others(double* numbers, int64_t n) {
    std::vector<double> before(static_cast<size_t>(n));
    double product = 1;
    for (int64_t i = 0; i < n; ++i) {
      before[static_cast<size_t>(i)] = product;
      product *= numbers[i];
    }
    product = 1;
    for (int64_t i = n; i-- > 0;) {
      const double own = numbers[i];
      numbers[i] = before[static_cast<size_t>(i)] * product;
      product *= own;
    }
  }

  // Lane k holds elements k * kLane and on; what is missing at the end counts as 1.
  static void others_in_block(const T* x, int64_t n, double outside, T* y) {
    double value[kBlock], before[kBlock], lane[kLanes], product[kLanes];
    for (int64_t i = 0; i < n; ++i) value[i] = number(x[i]);
    std::fill(value + n, value + kBlock, 1.0);
    std::fill(product, product + kLanes, 1.0);
    for (int64_t i = 0; i < kLane; ++i) {
      for (int64_t k = 0; k < kLanes; ++k) {
        before[k * kLane + i] = product[k];
        product[k] *= value[k * kLane + i];
      }
    }
    std::copy(product, product + kLanes, lane);
    others(lane, kLanes);
    for (int64_t k = 0; k < kLanes; ++k) product[k] = lane[k] * outside;
    for (int64_t i = kLane; i-- > 0;) {
      for (int64_t k = 0; k < kLanes; ++k) {
        before[k * kLane + i] *= product[k];
        product[k] *= value[k * kLane + i];
      }
    }
    for (int64_t i = 0; i < n; ++i) y[i] = T(static_cast<Value>(before[i]));
  }

  int64_t rows_, length_, blocks_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  Operand& x = request.inputs[0];
  x.strides = row_major_strides(x.shape);
  switch (x.dtype) {
    case DType::Float16:
      return std::make_unique<ProductOfOthers<Half>>(x.shape);
    case DType::BFloat16:
      return std::make_unique<ProductOfOthers<BFloat16>>(x.shape);
    case DType::Float64:
      return std::make_unique<ProductOfOthers<double>>(x.shape);
    default:
      return std::make_unique<ProductOfOthers<float>>(x.shape);
  }
}

}  // namespace

LAMINA_KERNEL(product_of_others)
= {"product_of_others", "cpu.product_of_others", 10, rule};

}  // namespace lamina::backend
