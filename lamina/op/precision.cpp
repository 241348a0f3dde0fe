#include "lamina/op/precision.h"

#include "lamina/base/error.h"
#include "lamina/base/processor.h"
#include "lamina/base/text.h"

namespace lamina {

DType precision_named(std::string_view name, PrecisionOptions options) {
  if (name == "fp32" || name == "float32") return DType::Float32;
  if (name == "fp16" || name == "float16") {
    throw ValueError(
        "precision: float16 is for devices whose products need it; here bfloat16 is as "
        "fast and has float32's range, so that no loss must be scaled")
        .help("precision \"bf16\"");
  }
  if (name != "bf16" && name != "bfloat16") {
    ValueError error(text("precision: expected \"bf16\" or \"float32\", got \"", name, "\""));
    if (name == "int8") error.help("quantize makes models of 8-bit integers");
    throw error;
  }
  if (!options.emulate && !processor_multiplies_bfloat16()) {
    throw ValueError("precision: this processor has no products of bfloat16")
        .detail("processor", processor_name())
        .detail("vectors", processor_vectors())
        .help("stay with float32, or emulate=True: the same numbers, slower than float32");
  }
  return DType::BFloat16;
}

}  // namespace lamina
