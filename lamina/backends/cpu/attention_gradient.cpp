// attention_gradient by heads, blocks of keys and blocks of queries. The weights of a block, and
// their slopes, lie in the second-level cache as [keys, queries], so that logsumexp is a row beside
// each of theirs; all five products are those of product_kernels.h. The blocks' sizes depend on the
// lengths alone and their sums are added in the blocks' order: bits do not depend on the threads.
#include <algorithm>
#include <limits>

#include "lamina/backends/cpu/attention_operand.h"
#include "lamina/backends/cpu/attention_rows.h"
#include "lamina/backends/cpu/product_kernels.h"
#include "lamina/base/ceiling.h"
#include "lamina/base/parallel_for.h"
#include "lamina/op/backend.h"
#include "lamina/ops/attention_attributes.h"

namespace lamina::backend {

namespace {

using cpu::kTileRows;

constexpr float kNothing = -std::numeric_limits<float>::infinity();
constexpr int64_t kMostRows = 192;  // weights, slopes and their packed form take 0.4 MiB
constexpr int64_t kDepth = 2048;    // of a block of a product's second factor

int64_t aligned(int64_t elements) { return ceiling(elements, 16) * 16; }
int64_t in_tiles(int64_t rows) { return ceiling(rows, kTileRows) * kTileRows; }

// Blocks of nearly equal size.
int64_t block_of(int64_t rows) { return in_tiles(ceiling(rows, ceiling(rows, kMostRows))); }

void add_rows(const float* from, int64_t from_row, int64_t rows, int64_t columns, float* to,
              int64_t to_row) {
  for (int64_t i = 0; i < rows; ++i) {
    for (int64_t j = 0; j < columns; ++j) to[i * to_row + j] += from[i * from_row + j];
  }
}

class FusedGradient final : public Kernel {
 public:
  FusedGradient(const KernelRequest& request, const AttentionGradientAttributes& wanted)
      : shape_(request.inputs[0].shape),
        is_causal_(wanted.is_causal),
        query_(request.inputs[0], 2),
        key_(request.inputs[1], 2),
        value_(request.inputs[2], 2),
        output_(request.inputs[4], 2),
        logsumexp_(request.inputs[5], 1),
        cotangent_(request.inputs[6], 2),
        sums_(request.inputs[7], 1),
        threads_(request.threads) {
    name = "cpu.attention_gradient";
    const int rank = shape_.rank();
    queries_ = shape_[rank - 2], width_ = shape_[rank - 1];
    keys_ = request.inputs[1].shape[rank - 2], value_width_ = request.inputs[2].shape[rank - 1];
    if (request.inputs.size() > 8) {
      mask_ = Matrices(request.inputs[8], 2);
      masked_ = masked_by(request.inputs[8]);
    }
    size_t next = 0;
    const auto result = [&](bool is_wanted) {
      if (!is_wanted) return Result{};
      const size_t k = next++;
      return Result{true, request.inputs.size() + k, Matrices(request.outputs[k], 2)};
    };
    of_query_ = result(wanted.query), of_key_ = result(wanted.key);
    of_value_ = result(wanted.value);
    for (int axis = 0; axis < rank - 2; ++axis) batch_ *= shape_[axis];
    seen_keys_ = is_causal_ ? std::min(keys_, queries_) : keys_;
    key_rows_ = block_of(seen_keys_), query_rows_ = block_of(queries_);
    row_ = aligned(query_rows_) + 16;  // not a power of two
    lay_out_scratch();
  }

  size_t scratch_bytes() const override {
    return static_cast<size_t>(threads_ * share_) * sizeof(float);
  }

  void run(std::byte* const* operands, RunContext& context) const override {
    float* const scratch = reinterpret_cast<float*>(context.scratch);
    const int64_t whole = shares_heads() ? batch_ / threads_ * threads_ : batch_;
    parallel_for(0, threads_, 1, [&](int64_t first, int64_t last) {
      for (int64_t t = first; t < last; ++t) {
        for (int64_t entry = t * whole / threads_; entry < (t + 1) * whole / threads_; ++entry) {
          for (int64_t key = 0; key < seen_keys_; key += key_rows_)
            compute(operands, entry, key, scratch + t * share_, nullptr);
        }
      }
    });
    for (int64_t entry = whole; entry < batch_; ++entry) compute_together(operands, entry, scratch);
    clear_unseen(operands);
  }

 private:
  struct Result {
    bool wanted = false;
    size_t number = 0;  // among the operands
    Matrices lies;
  };

  // Whether threads without a head of their own join in those of the others.
  bool shares_heads() const {
    return threads_ > 1 && batch_ % threads_ != 0 && seen_keys_ > key_rows_;
  }

  void lay_out_scratch() {
    const int64_t depth = std::max({width_, value_width_, key_rows_, query_rows_});
    const int64_t tiles = std::max(key_rows_, query_rows_) / kTileRows;
    const auto place = [&](int64_t elements) {
      const int64_t at = share_;
      share_ += aligned(elements);
      return at;
    };
    place(cpu::product_scratch(tiles, depth, kDepth));
    packed_keys_ = place(key_rows_ * width_);
    packed_values_ = place(key_rows_ * value_width_);
    packed_ = place(key_rows_ * query_rows_);
    weights_ = place(key_rows_ * row_);
    slopes_ = place(key_rows_ * row_);
    shifts_ = place(row_);
    shares_ = place(row_);
    part_ = place(std::max(key_rows_, query_rows_) * std::max(width_, value_width_));
    whole_part_ = place(shares_heads() ? queries_ * width_ : 0);
  }

  template <class T = float>
  const T* matrix(std::byte* const* operands, size_t number, const Matrices& lies, int64_t entry,
                  int64_t row = 0) const {
    return reinterpret_cast<const T*>(operands[number]) + lies.offset(entry, shape_) +
           row * lies.row;
  }
  float* result(std::byte* const* operands, const Result& r, int64_t entry, int64_t row = 0) const {
    return reinterpret_cast<float*>(operands[r.number]) + r.lies.offset(entry, shape_) +
           row * r.lies.row;
  }

  static void pack(cpu::FactorLines<float> a, int64_t rows, int64_t depth, float* to) {
    cpu::product_kernels<float>().pack_rows(a, rows, depth, 0, ceiling(rows, kTileRows), to);
  }

  // c = a b, a packed. With `adds`, c += a b.
  void multiply(const float* a, cpu::FactorLines<float> b, int64_t rows, int64_t columns,
                int64_t depth, float* c, int64_t c_row, bool adds, float* scratch) const {
    const auto& kernels = cpu::product_kernels<float>();
    float* const part = scratch + part_;
    const cpu::PackedProduct<float> p = {
        rows, columns, depth, a, b, adds ? part : c, adds ? columns : c_row, {}, kDepth};
    kernels.multiply(p, 0, p.tiles(), 0, ceiling(columns, kernels.panel), scratch);
    if (adds) add_rows(part, columns, rows, columns, c, c_row);
  }

  // One block of keys with all queries that see any of them. What it adds to the queries' gradient
  // goes to `apart`, [queries, width], if given.
  void compute(std::byte* const* operands, int64_t entry, int64_t first_key, float* scratch,
               float* apart) const {
    const int64_t keys = std::min(key_rows_, seen_keys_ - first_key);
    const float scale = *reinterpret_cast<const float*>(operands[3]);
    const float* key = matrix(operands, 1, key_, entry, first_key);
    const float* value = matrix(operands, 2, value_, entry, first_key);
    float *packed_keys = scratch + packed_keys_, *packed_values = scratch + packed_values_;
    pack({key, key_.row, key_.column}, keys, width_, packed_keys);
    for (int64_t i = 0; i < in_tiles(keys) * width_; ++i) packed_keys[i] *= scale;
    if (needs_slopes()) pack({value, value_.row, value_.column}, keys, value_width_, packed_values);

    float *weights = scratch + weights_, *slopes = scratch + slopes_, *packed = scratch + packed_;
    const int64_t begin = is_causal_ ? first_key : 0;
    for (int64_t first = begin, rows = 0; first < queries_; first += rows) {
      rows = std::min(query_rows_ - first % query_rows_, queries_ - first);
      const bool adds = first != begin;
      const float* query = matrix(operands, 0, query_, entry, first);
      const float* g = matrix(operands, 6, cotangent_, entry, first);
      multiply(packed_keys, {query, query_.row, query_.column}, keys, rows, width_, weights, row_,
               false, scratch);
      hide(operands, entry, first, rows, first_key, keys, weights);
      if (needs_slopes()) {
        multiply(packed_values, {g, cotangent_.row, cotangent_.column}, keys, rows, value_width_,
                 slopes, row_, false, scratch);
      }
      describe_rows(operands, entry, first, rows, scratch);
      cpu::attention_rows().weights(weights, needs_slopes() ? slopes : nullptr, row_, keys, rows,
                                    scratch + shifts_, scratch + shares_, scale);
      if (of_value_.wanted) {
        pack({weights, row_, 1}, keys, rows, packed);
        multiply(packed, {g, cotangent_.column, cotangent_.row}, keys, value_width_, rows,
                 result(operands, of_value_, entry, first_key), of_value_.lies.row, adds, scratch);
      }
      if (of_key_.wanted) {
        pack({slopes, row_, 1}, keys, rows, packed);
        multiply(packed, {query, query_.column, query_.row}, keys, width_, rows,
                 result(operands, of_key_, entry, first_key), of_key_.lies.row, adds, scratch);
      }
      if (of_query_.wanted) {
        pack({slopes, 1, row_}, rows, keys, packed);
        float* const to =
            apart ? apart + first * width_ : result(operands, of_query_, entry, first);
        multiply(packed, {key, key_.column, key_.row}, rows, width_, keys, to,
                 apart ? width_ : of_query_.lies.row, !apart && first_key > 0, scratch);
      }
    }
  }

  bool needs_slopes() const { return of_query_.wanted || of_key_.wanted; }

  // What the weights' function takes of each query: logsumexp, and the sum of the weighted slopes.
  void describe_rows(std::byte* const* operands, int64_t entry, int64_t first, int64_t rows,
                     float* scratch) const {
    const float* logsumexp = matrix(operands, 5, logsumexp_, entry, first);
    float *shifts = scratch + shifts_, *shares = scratch + shares_;
    for (int64_t i = 0; i < rows; ++i) {
      const float sum = logsumexp[i * logsumexp_.row];
      shifts[i] = sum == kNothing ? 0 : sum;
    }
    if (!needs_slopes()) return;
    const float* out = matrix(operands, 4, output_, entry, first);
    const float* g = matrix(operands, 6, cotangent_, entry, first);
    if (value_width_ == 1 || (output_.column == 1 && cotangent_.column == 1)) {
      cpu::attention_rows().row_products(out, output_.row, g, cotangent_.row, rows, value_width_,
                                         shares);
    } else {
      for (int64_t i = 0; i < rows; ++i) {
        shares[i] = 0;
        for (int64_t j = 0; j < value_width_; ++j) {
          shares[i] += out[i * output_.row + j * output_.column] *
                       g[i * cotangent_.row + j * cotangent_.column];
        }
      }
    }
    const float* h = matrix(operands, 7, sums_, entry, first);
    for (int64_t i = 0; i < rows; ++i) shares[i] -= h[i * sums_.row];
  }

  void hide(std::byte* const* operands, int64_t entry, int64_t first, int64_t rows,
            int64_t first_key, int64_t keys, float* scores) const {
    for (int64_t k = first_key; k < first_key + keys; ++k, scores += row_) {
      const int64_t at = k * mask_.column, step = mask_.row;
      if (masked_ == Masked::Chosen) {
        const auto* chosen = matrix<uint8_t>(operands, 8, mask_, entry, first) + at;
        for (int64_t i = 0; i < rows; ++i) scores[i] = chosen[i * step] != 0 ? scores[i] : kNothing;
      } else if (masked_ == Masked::Added) {
        const auto* added = matrix(operands, 8, mask_, entry, first) + at;
        for (int64_t i = 0; i < rows; ++i) scores[i] += added[i * step];
      }
      if (is_causal_ && k > first) std::fill_n(scores, std::min(rows, k - first), kNothing);
    }
  }

  // One matrix of the batch by all threads: each has a block of keys and its own part of the
  // queries' gradient. These are added in the order of the blocks, as one thread would.
  void compute_together(std::byte* const* operands, int64_t entry, float* scratch) const {
    for (int64_t key = 0; key < seen_keys_; key += threads_ * key_rows_) {
      const auto first_of = [&](int64_t t) { return key + t * key_rows_; };
      parallel_for(0, threads_, 1, [&](int64_t first, int64_t last) {
        for (int64_t t = first; t < last && first_of(t) < seen_keys_; ++t) {
          float* const own = scratch + t * share_;
          compute(operands, entry, first_of(t), own, own + whole_part_);
        }
      });
      if (!of_query_.wanted) continue;
      parallel_for(0, queries_, 64, [&](int64_t first, int64_t last) {
        for (int64_t t = 0; t < threads_ && first_of(t) < seen_keys_; ++t) {
          const int64_t begin = is_causal_ ? std::max(first, first_of(t)) : first;
          if (begin >= last) continue;
          float* const to = result(operands, of_query_, entry, begin);
          if (first_of(t) == 0) {  // all queries; adding to -0 changes nothing
            for (int64_t i = 0; i < last - begin; ++i)
              std::fill_n(to + i * of_query_.lies.row, width_, -0.0f);
          }
          add_rows(scratch + t * share_ + whole_part_ + begin * width_, width_, last - begin,
                   width_, to, of_query_.lies.row);
        }
      });
    }
  }

  // Keys behind the last query.
  void clear_unseen(std::byte* const* operands) const {
    for (const Result* r : {&of_key_, &of_value_}) {
      const int64_t columns = r == &of_key_ ? width_ : value_width_;
      for (int64_t entry = 0; r->wanted && entry < batch_; ++entry) {
        for (int64_t k = seen_keys_; k < keys_; ++k)
          std::fill_n(result(operands, *r, entry, k), columns, 0.0f);
      }
    }
  }

  Shape shape_;
  bool is_causal_;
  Matrices query_, key_, value_, output_, logsumexp_, cotangent_, sums_, mask_;
  Masked masked_ = Masked::No;
  Result of_query_, of_key_, of_value_;
  int threads_;
  int64_t batch_ = 1, queries_, width_, keys_, value_width_;
  int64_t seen_keys_, key_rows_, query_rows_, row_;
  // Places in a thread's share of the scratch memory, which begins with that of the products.
  int64_t packed_keys_, packed_values_, packed_, weights_, slopes_, shifts_, shares_, part_,
      whole_part_;
  int64_t share_ = 0;
};

std::unique_ptr<Kernel> rule(KernelRequest& request) {
  const auto& wanted = *static_cast<const AttentionGradientAttributes*>(request.attributes);
  if (request.inputs[0].dtype != DType::Float32) {
    request.refusal = "takes float32 only";
    return nullptr;
  }
  if (wanted.scale || wanted.mask) {
    request.refusal = "does not give the gradient of scale or mask";
    return nullptr;
  }
  for (const size_t k : {0, 1, 2}) {
    if (request.inputs[k].shape.elements() > 0) continue;
    request.refusal = "there is nothing to look at";
    return nullptr;
  }
  const bool of[] = {wanted.query, wanted.key, wanted.value};
  size_t next = 0;
  for (size_t k = 0; k < 3; ++k) {
    if (!of[k]) continue;
    Operand& output = request.outputs[next++];
    output.strides = strides_like_heads(request.inputs[k], output.shape);
  }
  return std::make_unique<FusedGradient>(request, wanted);
}

}  // namespace

LAMINA_KERNEL(attention_gradient)
= {"attention_gradient", "cpu.attention_gradient", 10, rule};

}  // namespace lamina::backend
