// What the system says about the processor.
#pragma once

#include <string>

namespace lamina {

// A field of /proc/cpuinfo, of the first processor: "model name", "flags"; "unknown" without it.
std::string processor_field(const std::string& name);

inline std::string processor_name() { return processor_field("model name"); }

// Whether the processor names the feature: "avx2", "avx512_bf16".
bool processor_has(const std::string& feature);

// Vector instructions that may be used: "AVX2, AVX-512, AVX512-BF16". LAMINA_INSTRUCTIONS=avx2 leaves out
// what is newer.
std::string processor_vectors();
bool processor_multiplies_bfloat16();

}  // namespace lamina
