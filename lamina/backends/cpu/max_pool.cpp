// max_pool and its gradient on channels-last arrays. Our own, because oneDNN remembers the maxima
// in a workspace that the ops do not have, and because NaN must not vanish.
#include "lamina/backends/cpu/max_pool_kernels.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/text.h"

namespace lamina::backend {

namespace {

constexpr int64_t kElementsPerThread = 32 * 1024;

int64_t grain(int64_t pieces, int64_t elements_each, int threads) {
  if (threads == 1) return pieces;
  return std::max<int64_t>(1, kElementsPerThread / std::max<int64_t>(1, elements_each));
}

template <class T>
class MaxPool final : public Kernel {
 public:
  MaxPool(const PoolingShape& shape, int threads) : shape_(shape), threads_(threads) {
    name = "cpu.max_pool";
  }
  void run(std::byte* const* operands, RunContext&) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    T* y = reinterpret_cast<T*>(operands[1]);
    const int64_t rows = shape_.batch * shape_.out[0] * shape_.out[1];
    const int64_t work =
        shape_.out[2] * shape_.channels * shape_.window[0] * shape_.window[1] * shape_.window[2];
    parallel_for(0, rows, grain(rows, work, threads_),
                 [&](int64_t first, int64_t last) { max_pool_rows(shape_, x, y, first, last); });
  }

 private:
  PoolingShape shape_;
  int threads_;
};

// Windows may overlap, channels never do: a piece of work is some channels of one image.
template <class T>
class MaxPoolGradient final : public Kernel {
 public:
  MaxPoolGradient(const PoolingShape& shape, int threads) : shape_(shape), threads_(threads) {
    name = "cpu.max_pool_gradient";
  }
  void run(std::byte* const* operands, RunContext&) const override {
    const T* x = reinterpret_cast<const T*>(operands[0]);
    const T* g = reinterpret_cast<const T*>(operands[1]);
    T* gx = reinterpret_cast<T*>(operands[2]);
    constexpr int64_t kChannels = 64;
    const int64_t blocks = (shape_.channels + kChannels - 1) / kChannels;
    const int64_t pieces = shape_.batch * blocks;
    const int64_t work = shape_.in_points() * std::min(kChannels, shape_.channels);
    parallel_for(0, pieces, grain(pieces, work, threads_), [&](int64_t first, int64_t last) {
      for (int64_t piece = first; piece < last; ++piece) {
        const int64_t channel = piece % blocks * kChannels;
        max_pool_gradient_channels(shape_, x, g, gx, piece / blocks, channel,
                                   std::min(channel + kChannels, shape_.channels));
      }
    });
  }

 private:
  PoolingShape shape_;
  int threads_;
};

template <template <class> class Pool, class T, class... Others>
std::unique_ptr<Kernel> pool_of(DType dtype, const PoolingShape& shape, int threads) {
  if (dtype == dtype_of<T>) return std::make_unique<Pool<T>>(shape, threads);
  if constexpr (sizeof...(Others) > 0) return pool_of<Pool, Others...>(dtype, shape, threads);
  return nullptr;
}

template <template <class> class Pool, class... Types>
std::unique_ptr<Kernel> pool(KernelRequest& request, Operand& x, Operand& y) {
  const DType dtype = request.outputs[0].dtype;
  if (!((dtype == dtype_of<Types>) || ...)) {
    request.refusal = text("takes float32, float64", sizeof...(Types) > 2 ? ", int8 and uint8" : "",
                           ", not ", dtype);
    return nullptr;
  }
  if (x.shape.rank() < 3 || x.shape.rank() > 5) {
    request.refusal = "takes 1 to 3 spatial axes";
    return nullptr;
  }
  if (x.shape.elements() > 0 && x.shape.elements() / x.shape[0] / x.shape[1] >= 1 << 24) {
    request.refusal = "takes images of less than 2^24 points";
    return nullptr;
  }
  x.strides = channels_last_strides(x.shape);
  y.strides = channels_last_strides(y.shape);
  const PoolingShape shape =
      pooling_shape(*static_cast<const PoolingAttributes*>(request.attributes), x.shape, y.shape);
  return pool_of<Pool, Types...>(dtype, shape, request.threads);
}

std::unique_ptr<Kernel> forward(KernelRequest& request) {
  return pool<MaxPool, float, double, int8_t, uint8_t>(request, request.inputs[0],
                                                       request.outputs[0]);
}

std::unique_ptr<Kernel> gradient(KernelRequest& request) {
  request.outputs[0].strides = channels_last_strides(request.outputs[0].shape);
  return pool<MaxPoolGradient, float, double>(request, request.inputs[0], request.inputs[1]);
}

}  // namespace

LAMINA_KERNEL(max_pool)
= {"max_pool", "max_pool", 10, forward};
LAMINA_KERNEL(max_pool_gradient)
= {"max_pool_gradient", "max_pool_gradient", 10, gradient};

}  // namespace lamina::backend
