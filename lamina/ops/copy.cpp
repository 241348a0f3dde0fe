// copy(x) = x in memory of its own. Programs insert it where a kernel wants another layout.
#include <cstring>

#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"

namespace lamina {

struct Copy {
  static constexpr auto name = "copy";
  static constexpr const char* inputs[] = {"x"};
  static void infer(Inference& c) { c.output(c.dtype(0), c.shape(0)); }
  static void gradient(Context& c) { c.give(0, c.cotangent()); }
  static void reference(Reference& r) {
    auto x = r.input(0), y = r.output();
    for (int64_t i = 0; i < x.elements(); ++i) std::memcpy(y.at(i), x.at(i), x.item_bytes());
  }
  static void samples(Samples& s) {
    s.call({{2, 3}}).call({Shape{}}).call({{0, 3}}).call({{2, 3, 4}});
  }
  static constexpr auto doc =
      "The same value in memory of its own.\n>>> lm.copy(lm.array([1.0, 2.0]))\n[1, 2]";
};
LAMINA_OP(Copy)

Array copy(Array x) { return record(ops::op_Copy(), {}, std::move(x)); }

}  // namespace lamina
