// Forward: the op's calls run twice, node by node first and compiled the second time; both must give what
// the reference gives.
#include "lamina/base/error.h"
#include "lamina/check/expected.h"
#include "lamina/check/modes.h"
#include "lamina/check/tolerance.h"

namespace lamina::check {

std::string difference_from(const std::vector<Expected>& expected, const Case& c,
                            const std::vector<Array>& outputs, int64_t& comparisons) {
  if (outputs.size() != expected.size()) {
    return text("gives ", outputs.size(), " outputs, expected ", expected.size());
  }
  for (size_t k = 0; k < outputs.size(); ++k) {  // before anything runs into memory of the wrong size
    if (!(outputs[k].shape() == expected[k].value.shape())) {
      return text("output ", k, ": the rule says shape ", outputs[k].shape(), ", the definition gives ",
                  expected[k].value.shape());
    }
  }
  eval(outputs);
  for (size_t k = 0; k < outputs.size(); ++k) {
    ++comparisons;
    std::string wrong =
        difference(Block(outputs[k]), expected[k].value, c.op->elementwise, expected[k].slack);
    if (!wrong.empty()) return text("output ", k, ": ", wrong);
  }
  return {};
}

namespace {

// Whether the op takes these element types at all; the first case decides what is an error.
bool takes(const Case& c, const std::vector<Block>& values) {
  try {
    call(*c.op, arrays_of(c, values), c.attributes);
    return true;
  } catch (const DTypeError&) {
    return false;
  }
}

}  // namespace

void sweep_forward(const Op& op, uint32_t seed, Extent extent, SweepReport& report) {
  std::vector<Case> cases = forward_cases(op, seed, extent);
  bool any = false;
  for (const Case& c : cases) {
    std::string wrong;
    try {
      std::vector<Block> values = c.draw();
      if (!takes(c, values)) continue;
      any = true;
      ++report.cases;
      std::vector<Expected> expected = expected_results(c, values);
      for (int run = 0; run < 2 && wrong.empty(); ++run) {
        std::vector<Array> outputs = call(op, arrays_of(c, values), c.attributes);
        wrong = difference_from(expected, c, outputs, report.comparisons);
        if (!wrong.empty()) wrong = text(run == 0 ? "" : "compiled: ", wrong);
      }
    } catch (const std::exception& e) {
      wrong = text("throws ", e.what());
    }
    if (!wrong.empty()) report.failures.push_back(text(c.to_string(), ": ", wrong));
  }
  if (!any) report.failures.push_back(text(op.name, ": none of its samples can be called"));
}

}  // namespace lamina::check
