#include "lamina/transform/aliases.h"

#include "lamina/autograd/vjp.h"
#include "lamina/base/error.h"
#include "lamina/ir/tapes.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

LAMINA_USE_OP(Identity)

TapeRoots::TapeRoots(std::string_view transform, const std::vector<Array>& values, bool detached) {
  WithGrad with_grad;
  for (const Array& x : values) {
    if (!x) throw StateError(text(transform, ": an argument is an empty Array"));
    if (!is_floating(x.dtype())) {
      arrays_.push_back(x);
      continue;
    }
    const bool outer = x.requires_grad() && !detached;
    Array alias = record(ops::op_Identity(), {}, detached ? stop_gradient(x) : x);
    alias.node()->flags.store(kRequiresGrad | kTapeRoot, std::memory_order_relaxed);
    if (!outer) begun_here_.push_back(alias);
    arrays_.push_back(std::move(alias));
  }
}

TapeRoots::~TapeRoots() { end(); }

void TapeRoots::end() {
  // Other flags stay: one says that the node stands in the list of living tapes.
  for (Array& alias : begun_here_) {
    alias.node()->flags.fetch_and(static_cast<uint8_t>(~(kRequiresGrad | kTapeRoot)));
  }
}

void TapeRoots::settle(const std::vector<Array>& results) {
  end();
  refresh_tapes(results);
}

std::vector<Array> matched(std::string_view transform, const char* what,
                           const std::vector<Array>& values, std::vector<Array> given) {
  if (given.size() != values.size()) {
    throw ValueError(
        text(transform, ": expected ", values.size(), " ", what, "s, got ", given.size()));
  }
  for (size_t i = 0; i < values.size(); ++i) {
    if (!given[i]) throw StateError(text(transform, ": ", what, " ", i, " is an empty Array"));
    if (!(given[i].shape() == values[i].shape())) {
      throw ShapeError(text(transform, ": expected ", what, " ", i, " of shape ", values[i].shape(),
                            ", got ", describe(given[i])));
    }
    if (is_floating(values[i].dtype())) given[i] = astype(std::move(given[i]), values[i].dtype());
  }
  return given;
}

}  // namespace lamina
