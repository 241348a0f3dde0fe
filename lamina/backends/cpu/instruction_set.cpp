#include "lamina/backends/cpu/instruction_set.h"

#include <hwy/targets.h>

#include <cstdlib>
#include <string_view>

#include "lamina/base/processor.h"

namespace lamina::backend {

namespace {

// Highway chooses at its first call, so it is told before main. Here nothing may be thrown.
[[maybe_unused]] const bool told = [] {
  const char* const value = std::getenv("LAMINA_INSTRUCTIONS");
  if (value == nullptr || std::string_view(value) != "avx2") return false;
#if HWY_ARCH_X86
  hwy::DisableTargets(HWY_AVX2 - 1);  // the bits below it stand for wider sets
#endif
  return true;
}();

}  // namespace

bool takes_avx512() { return allowed_instructions() != Instructions::Avx2; }

}  // namespace lamina::backend
