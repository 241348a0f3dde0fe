// What a thread is doing while it records: whether gradients are wanted, inside which module, and whether
// pending work may be evaluated early.
#pragma once

#include <string_view>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

struct Recording {
  bool gradients = true;         // off inside NoGrad: nothing recorded there keeps a tape
  const char* origin = nullptr;  // path of the module whose forward runs
  int uncut = 0;  // > 0: inside backward, step or a transform, where nothing is evaluated early
  bool replay = false;  // inside a recomputation: what is recorded has been before, and changes no state
  std::vector<const Node*>* created = nullptr;  // every recorded node, for transforms that ask
  bool symbolic = false;  // where the graph is wanted, not its values: nothing is computed early
  DType products = DType::Float32;  // what factors of float32 are multiplied in: op/precision.h
};

Recording& recording();  // of this thread

// Inside this scope nothing keeps a tape. In Python: `with lm.no_grad():`.
class NoGrad {
 public:
  NoGrad() : before_(recording().gradients) { recording().gradients = false; }
  ~NoGrad() { recording().gradients = before_; }
  NoGrad(const NoGrad&) = delete;

 private:
  bool before_;
};

// Inside this scope values computed from trainable variables keep a tape, even within a NoGrad.
class WithGrad {
 public:
  WithGrad() : before_(recording().gradients) { recording().gradients = true; }
  ~WithGrad() { recording().gradients = before_; }
  WithGrad(const WithGrad&) = delete;

 private:
  bool before_;
};

class Uncut {
 public:
  Uncut() { ++recording().uncut; }
  ~Uncut() { --recording().uncut; }
  Uncut(const Uncut&) = delete;
};

// Inside this scope ops are only recorded, whatever the settings: operands stand for values to come.
class Symbolic {
 public:
  Symbolic() : before_(recording().symbolic) { recording().symbolic = true; }
  ~Symbolic() { recording().symbolic = before_; }
  Symbolic(const Symbolic&) = delete;

 private:
  bool before_;
};

// Nodes recorded in this scope say that they come from the module `path`.
class OriginScope {
 public:
  explicit OriginScope(std::string_view path);
  ~OriginScope() { recording().origin = before_; }
  OriginScope(const OriginScope&) = delete;

 private:
  const char* before_;
};

// Pending work is bounded (DESIGN: Bounds): called by record() now and then with the newest value, which it
// evaluates when too much has piled up.
struct PendingLimits {
  int64_t nodes = 200'000;           // LAMINA_PENDING_NODES
  int64_t bytes = int64_t{1} << 30;  // of leaves that only pending work keeps; LAMINA_PENDING_BYTES
};
PendingLimits& pending_limits();
void limit_pending(const Array& newest);  // exec/limits.cpp

// Computes the inputs of a scalar that was just recorded, where that takes one rounded operation on
// scalars that are ready: exec/fold.cpp.
void fold_scalars(const Array& newest);

}  // namespace lamina
