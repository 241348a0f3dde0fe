#include "lamina/base/processor.h"

#include <fstream>
#include <utility>

#include "lamina/base/environment.h"

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

bool processor_has(const std::string& feature) {
  static const std::string features =
      " " + processor_field("flags") + " " + processor_field("Features") + " ";
  return features.find(" " + feature + " ") != std::string::npos;
}

namespace {

bool may_use_newer_than_avx2() { return environment::string("LAMINA_INSTRUCTIONS") != "avx2"; }

}  // namespace

std::string processor_vectors() {
  if (!may_use_newer_than_avx2()) return "AVX2, as LAMINA_INSTRUCTIONS says";
  std::string list;
  for (const auto& [feature, name] :
       std::initializer_list<std::pair<const char*, const char*>>{{"avx2", "AVX2"},
                                                                  {"avx512f", "AVX-512"},
                                                                  {"avx512_bf16", "AVX512-BF16"},
                                                                  {"amx_bf16", "AMX-BF16"},
                                                                  {"asimd", "NEON"},
                                                                  {"bf16", "BF16"}}) {
    if (processor_has(feature)) list += (list.empty() ? "" : ", ") + std::string(name);
  }
  return list.empty() ? "none that is used" : list;
}

bool processor_multiplies_bfloat16() {
  if (!may_use_newer_than_avx2()) return false;
  return processor_has("avx512_bf16") || processor_has("amx_bf16") || processor_has("bf16");
}

}  // namespace lamina
