// Denormal numbers, below 1.2e-38 in float32, cost a processor some 150 cycles each where normal ones
// cost one. Training makes them all the time: a momentum without gradient decays into them. Programs
// therefore run with denormals taken as zero, on every thread (docs/decisions/013-denormals.md).
#pragma once

#if defined(__x86_64__)
#include <xmmintrin.h>
#endif

namespace lamina {

class FlushDenormals {
 public:
#if defined(__x86_64__)
  FlushDenormals() : before_(_mm_getcsr()) { _mm_setcsr(before_ | kFlushToZero | kDenormalsAreZero); }
  ~FlushDenormals() { _mm_setcsr(before_); }

 private:
  static constexpr unsigned kFlushToZero = 0x8000, kDenormalsAreZero = 0x0040;
  unsigned before_;
#elif defined(__aarch64__)
  FlushDenormals() {
    asm volatile("mrs %0, fpcr" : "=r"(before_));
    asm volatile("msr fpcr, %0" ::"r"(before_ | kFlushToZero));
  }
  ~FlushDenormals() { asm volatile("msr fpcr, %0" ::"r"(before_)); }

 private:
  static constexpr unsigned long kFlushToZero = 1ul << 24;
  unsigned long before_;
#endif
 public:
  FlushDenormals(const FlushDenormals&) = delete;
};

}  // namespace lamina
