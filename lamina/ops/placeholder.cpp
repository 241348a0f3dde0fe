// placeholder(): a value that a function is recorded on, in place of those that it will be run with
// (op/graph_scope.h). It has none itself, and no program computes it.
#include "lamina/base/error.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/op.h"

namespace lamina {

struct Placeholder {
  static constexpr auto name = "placeholder";
  static constexpr std::initializer_list<const char*> inputs = {};
  using Attributes = PlaceholderAttributes;
  static constexpr auto no_gradient = "tapes begin at it";
  static void infer(Inference& c) {
    throw c.error<StateError>("made by functions that record others, such as scan");
  }
  static void reference(Reference&) {}
  static constexpr auto doc = "What a function is recorded on.";
};
LAMINA_OP(Placeholder)

}  // namespace lamina
