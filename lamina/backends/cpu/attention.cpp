// attention by heads and blocks of queries: their scores stay in the second-level cache from the first
// product to the second, and are read from there for the exponentials. Both products are those of
// product_kernels.h.
#include <algorithm>
#include <limits>

#include "lamina/backends/cpu/attention_operand.h"
#include "lamina/backends/cpu/cache_size.h"
#include "lamina/backends/cpu/product_kernels.h"
#include "lamina/backends/cpu/softmax_rows.h"
#include "lamina/base/ceiling.h"
#include "lamina/base/parallel_for.h"
#include "lamina/op/backend.h"
#include "lamina/ops/attention_attributes.h"

namespace lamina::backend {

namespace {

using cpu::kTileRows;

class FusedAttention final : public Kernel {
 public:
  FusedAttention(const KernelRequest& request, bool is_causal)
      : shape_(request.inputs[0].shape),
        is_causal_(is_causal),
        query_(request.inputs[0], 2),
        key_(request.inputs[1], 2),
        value_(request.inputs[2], 2),
        output_(request.outputs[0], 2),
        sums_(request.outputs[1], 1),
        result_(request.inputs.size()),
        threads_(request.threads) {
    name = "cpu.attention";
    const int rank = shape_.rank();
    queries_ = shape_[rank - 2], width_ = shape_[rank - 1];
    keys_ = request.inputs[1].shape[rank - 2], value_width_ = request.inputs[2].shape[rank - 1];
    if (request.inputs.size() > 4) {
      mask_ = Matrices(request.inputs[4], 2);
      masked_ = masked_by(request.inputs[4]);
    }
    for (int axis = 0; axis < rank - 2; ++axis) batch_ *= shape_[axis];
    // Scores and packed weights of a block take half of the cache.
    const int64_t fits = static_cast<int64_t>(second_level_cache() / 16) / keys_ / kTileRows;
    rows_ =
        std::min(std::max<int64_t>(fits, 4) * kTileRows, ceiling(queries_, kTileRows) * kTileRows);
    blocks_ = ceiling(queries_, rows_);
  }

  size_t scratch_bytes() const override {
    return static_cast<size_t>(threads_ * share()) * sizeof(float);
  }

  void run(std::byte* const* operands, RunContext& context) const override {
    const int64_t tasks = batch_ * blocks_;
    parallel_for(0, threads_, 1, [&](int64_t first, int64_t last) {
      for (int64_t thread = first; thread < last; ++thread) {
        float* scratch = reinterpret_cast<float*>(context.scratch) + thread * share();
        for (int64_t t = thread * tasks / threads_; t < (thread + 1) * tasks / threads_; ++t)
          compute(operands, t / blocks_, t % blocks_ * rows_, scratch);
      }
    });
  }

 private:
  static constexpr int64_t kDepth = 2048;  // of a block of the second factor

  int64_t product_share() const {
    const int64_t tiles = rows_ / kTileRows;
    return ceiling(std::max(cpu::product_scratch(tiles, width_, kDepth),
                            cpu::product_scratch(tiles, keys_, kDepth)),
                   16) *
           16;
  }
  int64_t packed_share() const { return ceiling(rows_ * std::max(width_, keys_), 16) * 16; }
  int64_t scores_share() const { return ceiling(rows_ * keys_, 16) * 16; }
  int64_t share() const {
    return product_share() + packed_share() + scores_share() + ceiling(2 * rows_, 16) * 16;
  }

  template <class T>
  const T* matrix(std::byte* const* operands, size_t number, const Matrices& lies,
                  int64_t entry) const {
    return reinterpret_cast<const T*>(operands[number]) + lies.offset(entry, shape_);
  }

  // c = scale a b, of which a has `rows` lines.
  void multiply(cpu::FactorLines<float> a, cpu::FactorLines<float> b, int64_t rows, int64_t columns,
                int64_t depth, float scale, float* c, int64_t c_row, float* scratch) const {
    const auto& kernels = cpu::product_kernels<float>();
    float* packed = scratch + product_share();
    cpu::PackedProduct<float> p = {rows, columns, depth, packed, b, c, c_row, {}, kDepth};
    kernels.pack_rows(a, rows, depth, 0, p.tiles(), packed);
    if (scale != 1) {
      for (int64_t i = 0; i < p.tiles() * kTileRows * depth; ++i) packed[i] *= scale;
    }
    kernels.multiply(p, 0, p.tiles(), 0, ceiling(columns, kernels.panel), scratch);
  }

  // Queries first, first + 1, .. of one matrix of the batch.
  void compute(std::byte* const* operands, int64_t entry, int64_t first, float* scratch) const {
    const int64_t rows = std::min(rows_, queries_ - first);
    const int64_t keys = is_causal_ ? std::min(keys_, first + rows) : keys_;
    float* scores = scratch + product_share() + packed_share();
    float* inverse_sums = scores + scores_share();
    const float* query = matrix<float>(operands, 0, query_, entry) + first * query_.row;
    const float scale = *reinterpret_cast<const float*>(operands[3]);
    multiply({query, query_.row, query_.column},
             {matrix<float>(operands, 1, key_, entry), key_.row, key_.column}, rows, keys, width_,
             scale, scores, keys, scratch);
    hide(operands, entry, first, rows, keys, scores);
    float* logsumexp = inverse_sums + rows_;
    cpu::exponentials_of_rows()(scores, rows, keys, inverse_sums, logsumexp);

    float* out = reinterpret_cast<float*>(operands[result_]) + output_.offset(entry, shape_) +
                 first * output_.row;
    multiply({scores, keys, 1},
             {matrix<float>(operands, 2, value_, entry), value_.column, value_.row}, rows,
             value_width_, keys, 1, out, output_.row, scratch);
    float* kept = reinterpret_cast<float*>(operands[result_ + 1]) + sums_.offset(entry, shape_) +
                  first * sums_.row;
    for (int64_t i = 0; i < rows; ++i) {
      kept[i * sums_.row] = logsumexp[i];
      float* const line = out + i * output_.row;
      const float inverse = inverse_sums[i];
      for (int64_t j = 0; j < value_width_; ++j) line[j] *= inverse;
    }
  }

  void hide(std::byte* const* operands, int64_t entry, int64_t first, int64_t rows, int64_t keys,
            float* scores) const {
    constexpr float kNothing = -std::numeric_limits<float>::infinity();
    for (int64_t i = 0; i < rows; ++i, scores += keys) {
      const int64_t at = (first + i) * mask_.row;
      if (masked_ == Masked::Chosen) {
        const auto* chosen = matrix<uint8_t>(operands, 4, mask_, entry) + at;
        for (int64_t j = 0; j < keys; ++j)
          scores[j] = chosen[j * mask_.column] != 0 ? scores[j] : kNothing;
      } else if (masked_ == Masked::Added) {
        const auto* added = matrix<float>(operands, 4, mask_, entry) + at;
        for (int64_t j = 0; j < keys; ++j) scores[j] += added[j * mask_.column];
      }
      for (int64_t j = first + i + 1; is_causal_ && j < keys; ++j) scores[j] = kNothing;
    }
  }

  Shape shape_;
  bool is_causal_;
  Matrices query_, key_, value_, output_, sums_, mask_;
  Masked masked_ = Masked::No;
  size_t result_;  // the output's number among the operands
  int threads_;
  int64_t batch_ = 1, queries_, width_, keys_, value_width_;
  int64_t rows_, blocks_;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const Operand& query = request.inputs[0];
  Operand& output = request.outputs[0];
  if (query.dtype != DType::Float32) {
    request.refusal = "takes float32 only";
    return nullptr;
  }
  if (output.shape.elements() == 0 || query.shape.elements() == 0 ||
      request.inputs[1].shape.elements() == 0) {
    request.refusal = "there is nothing to look at";
    return nullptr;
  }
  output.strides = strides_like_heads(query, output.shape);
  const auto& attributes = *static_cast<const AttentionAttributes*>(request.attributes);
  return std::make_unique<FusedAttention>(request, attributes.is_causal);
}

}  // namespace

LAMINA_KERNEL(attention)
= {"attention", "cpu.attention", 10, rule};

}  // namespace lamina::backend
