#include "lamina/backends/cpu/instruction_set.h"

#include <hwy/targets.h>

#include <cstdlib>
#include <string_view>

#include "lamina/base/environment.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"

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

bool takes_avx512() {
  static const bool takes = [] {
    const std::string wanted = environment::string("LAMINA_INSTRUCTIONS");
    if (!wanted.empty() && wanted != "avx2") {
      throw ValueError(text("LAMINA_INSTRUCTIONS is '", wanted, "'"))
          .detail("expected", "avx2, or nothing for the best that the processor has");
    }
    return wanted.empty();
  }();
  return takes;
}

}  // namespace lamina::backend
