#include "lamina/base/processor.h"

#include <fstream>
#include <utility>

#include "lamina/base/environment.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina {

std::string processor_field(const std::string& name) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(':');
    if (line.starts_with(name) && colon != std::string::npos && colon + 2 <= line.size())
      return line.substr(colon + 2);
  }
  return "unknown";
}

Instructions allowed_instructions() {
  static const Instructions allowed = [] {
    const std::string wanted = environment::string("LAMINA_INSTRUCTIONS");
    if (wanted.empty()) return Instructions::All;
    if (wanted == "avx512") return Instructions::Avx512;
    if (wanted == "avx2") return Instructions::Avx2;
    throw ValueError(text("LAMINA_INSTRUCTIONS is '", wanted, "'"))
        .detail("expected", "avx2, avx512, or nothing for the best that the processor has");
  }();
  return allowed;
}

bool processor_has(const std::string& feature) {
  static const std::string features =
      " " + processor_field("flags") + " " + processor_field("Features") + " ";
  const Instructions allowed = allowed_instructions();
  if (feature.starts_with("amx") && allowed != Instructions::All) return false;
  if (feature.starts_with("avx512") && allowed == Instructions::Avx2) return false;
  return features.find(" " + feature + " ") != std::string::npos;
}

std::string processor_vectors() {
  std::string list;
  for (const auto& [feature, name] :
       std::initializer_list<std::pair<const char*, const char*>>{{"avx2", "AVX2"},
                                                                  {"avx512f", "AVX-512"},
                                                                  {"avx512_bf16", "AVX512-BF16"},
                                                                  {"amx_bf16", "AMX-BF16"},
                                                                  {"avx512_fp16", "AVX512-FP16"},
                                                                  {"amx_fp16", "AMX-FP16"},
                                                                  {"asimd", "NEON"},
                                                                  {"bf16", "BF16"},
                                                                  {"asimdhp", "FP16"}}) {
    if (processor_has(feature)) list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return list.empty() ? "none that is used" : list;
}

bool processor_multiplies_bfloat16() {
  return processor_has("avx512_bf16") || processor_has("amx_bf16") || processor_has("bf16");
}

bool processor_multiplies_float16() {
  return processor_has("avx512_fp16") || processor_has("amx_fp16") || processor_has("asimdhp");
}

}  // namespace lamina
