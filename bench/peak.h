// What the floating-point units of this machine give: a loop of independent fused multiply-adds
// that touches no memory. Measured in the same run as the kernels, because clocks and neighbours
// change.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <thread>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lamina::bench {

inline double seconds_now() {
  using namespace std::chrono;
  return duration<double>(steady_clock::now().time_since_epoch()).count();
}

#if defined(__x86_64__)

// 16 chains hide the latency of 4 cycles on two units twice over.
__attribute__((target("avx512f"))) inline double fma_avx512(int64_t rounds) {
  __m512 sums[16], factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(1e-3f);
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) sums[i] = _mm512_set1_ps(static_cast<float>(i));
  const double start = seconds_now();
  for (int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      sums[i] = _mm512_fmadd_ps(sums[i], factor, term);
      __asm__ volatile("" : "+v"(sums[i]));
    }
  }
  return 2.0 * 16 * 16 * static_cast<double>(rounds) / (seconds_now() - start);
}

__attribute__((target("avx2,fma"))) inline double fma_avx2(int64_t rounds) {
  __m256 sums[12], factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(1e-3f);
#pragma GCC unroll 12
  for (int i = 0; i < 12; ++i) sums[i] = _mm256_set1_ps(static_cast<float>(i));
  const double start = seconds_now();
  for (int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (int i = 0; i < 12; ++i) {
      sums[i] = _mm256_fmadd_ps(sums[i], factor, term);
      __asm__ volatile("" : "+x"(sums[i]));
    }
  }
  return 2.0 * 8 * 12 * static_cast<double>(rounds) / (seconds_now() - start);
}

inline double peak_of_one_thread() {
  double best = 0;
  for (int repeat = 0; repeat < 10; ++repeat) {
    if (__builtin_cpu_supports("avx512f")) best = std::max(best, fma_avx512(1'000'000));
    if (__builtin_cpu_supports("avx2")) best = std::max(best, fma_avx2(1'000'000));
  }
  return best;
}

#else

inline double peak_of_one_thread() { return 0; }  // no share of the peak is printed

#endif

// float32 operations per second of `threads` threads that run at the same time.
inline double measured_peak(int threads) {
  std::vector<double> rates(threads);
  std::vector<std::thread> workers;
  for (int i = 0; i < threads; ++i) {
    workers.emplace_back([&rates, i] { rates[i] = peak_of_one_thread(); });
  }
  double sum = 0;
  for (int i = 0; i < threads; ++i) workers[i].join(), sum += rates[i];
  return sum;
}

}  // namespace lamina::bench
