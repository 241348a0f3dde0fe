// What the system says about the processor.
#pragma once

#include <cstdint>
#include <string>

namespace lamina {

// A field of /proc/cpuinfo, of the first processor: "model name", "flags"; "unknown" without it.
std::string processor_field(const std::string& name);

inline std::string processor_name() { return processor_field("model name"); }

// The newest vector instructions that kernels may use, as LAMINA_INSTRUCTIONS says: avx2, avx512 (which
// leaves out AMX), or nothing for all that the processor has. ValueError for another value.
enum class Instructions : uint8_t { Avx2, Avx512, All };
Instructions allowed_instructions();

// Whether the processor names the feature, "avx2", "avx512_bf16", and kernels may use it.
bool processor_has(const std::string& feature);

// Those of them that kernels use: "AVX2, AVX-512, AVX512-BF16".
std::string processor_vectors();
bool processor_multiplies_bfloat16();
bool processor_multiplies_float16();

}  // namespace lamina
