#include "lamina/op/precision.h"

#include "lamina/base/error.h"
#include "lamina/base/processor.h"
#include "lamina/base/text.h"

namespace lamina {

namespace {

struct Named {
  std::string_view name, other_name;
  DType products;
  bool (*multiplied)();
};
constexpr Named kPrecisions[] = {
    {"float32", "fp32", DType::Float32, [] { return true; }},
    {"bf16", "bfloat16", DType::BFloat16, processor_multiplies_bfloat16},
    {"float16", "fp16", DType::Float16, processor_multiplies_float16},
};

}  // namespace

DType precision_named(std::string_view name, PrecisionOptions options) {
  for (const Named& known : kPrecisions) {
    if (name != known.name && name != known.other_name) continue;
    if (options.emulate || known.multiplied()) return known.products;
    throw ValueError(text("precision: this processor has no products of ", known.products))
        .detail("processor", processor_name())
        .detail("vectors", processor_vectors())
        .help("stay with float32, or emulate=True: the same numbers, slower than float32");
  }
  ValueError error(
      text("precision: expected \"bf16\", \"float16\" or \"float32\", got \"", name, "\""));
  if (name == "int8") error.help("quantize makes models of 8-bit integers");
  throw error;
}

}  // namespace lamina
