#include "lamina/base/machine_peak.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <map>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "lamina/base/parallel_for.h"
#include "lamina/base/processor.h"
#include "lamina/base/timer.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace lamina {
namespace {

constexpr int64_t kTurns = 250'000;           // of a round: about a millisecond
constexpr size_t kCopied = size_t{24} << 20;  // beyond what caches keep of it

#if defined(__x86_64__)

// 16 chains hide the latency of 4 cycles on two units twice over.
__attribute__((target("avx512f"))) double fma_avx512() {
  __m512 sums[16], factor = _mm512_set1_ps(0.999f), term = _mm512_set1_ps(1e-3f);
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) sums[i] = _mm512_set1_ps(static_cast<float>(i));
  const Timer timer;
  for (int64_t turn = 0; turn < kTurns; ++turn) {
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      sums[i] = _mm512_fmadd_ps(sums[i], factor, term);
      __asm__ volatile("" : "+v"(sums[i]));
    }
  }
  return 2.0 * 16 * 16 * static_cast<double>(kTurns) / timer.seconds();
}

__attribute__((target("avx2,fma"))) double fma_avx2() {
  __m256 sums[12], factor = _mm256_set1_ps(0.999f), term = _mm256_set1_ps(1e-3f);
#pragma GCC unroll 12
  for (int i = 0; i < 12; ++i) sums[i] = _mm256_set1_ps(static_cast<float>(i));
  const Timer timer;
  for (int64_t turn = 0; turn < kTurns; ++turn) {
#pragma GCC unroll 12
    for (int i = 0; i < 12; ++i) {
      sums[i] = _mm256_fmadd_ps(sums[i], factor, term);
      __asm__ volatile("" : "+x"(sums[i]));
    }
  }
  return 2.0 * 8 * 12 * static_cast<double>(kTurns) / timer.seconds();
}

__attribute__((target("avx512f,avx512bf16"))) double products_of_bfloat16() {
  __m512 sums[16];
  __m512bh ones;
  const __m512i bits = _mm512_set1_epi32(0x3f803f80);
  std::memcpy(&ones, &bits, sizeof ones);
#pragma GCC unroll 16
  for (int i = 0; i < 16; ++i) sums[i] = _mm512_set1_ps(static_cast<float>(i));
  const Timer timer;
  for (int64_t turn = 0; turn < kTurns / 2; ++turn) {
#pragma GCC unroll 16
    for (int i = 0; i < 16; ++i) {
      sums[i] = _mm512_dpbf16_ps(sums[i], ones, ones);
      __asm__ volatile("" : "+v"(sums[i]));
    }
  }
  return 2.0 * 32 * 16 * static_cast<double>(kTurns / 2) / timer.seconds();
}

double bfloat16_flops_of_one_thread(int rounds) {
  double best = 0;
  if (!processor_has("avx512_bf16")) return best;
  for (int round = 0; round < rounds; ++round) best = std::max(best, products_of_bfloat16());
  return best;
}

double flops_of_one_thread(int rounds) {
  double best = 0;
  for (int round = 0; round < rounds; ++round) {
    if (__builtin_cpu_supports("avx512f")) best = std::max(best, fma_avx512());
    if (__builtin_cpu_supports("avx2")) best = std::max(best, fma_avx2());
  }
  return best;
}

#else

double flops_of_one_thread(int) { return 0; }  // unknown: no share of it is printed
double bfloat16_flops_of_one_thread(int) { return 0; }

#endif

// The first copy brings the pages in and is not counted.
double measure_copy() {
  auto from = std::make_unique<char[]>(kCopied), to = std::make_unique<char[]>(kCopied);
  double best = 0;
  for (int round = 0; round < 3; ++round) {
    const Timer timer;
    parallel_for(0, static_cast<int64_t>(kCopied), 1 << 16, [&](int64_t first, int64_t last) {
      std::memcpy(to.get() + first, from.get() + first, static_cast<size_t>(last - first));
    });
    if (round > 0) best = std::max(best, 2.0 * static_cast<double>(kCopied) / timer.seconds());
  }
  return best;
}

double measure(int threads, int rounds, double (*of_one_thread)(int)) {
  std::vector<double> rates(static_cast<size_t>(threads));
  std::vector<std::thread> workers;
  for (double& rate : rates) {
    workers.emplace_back([&rate, rounds, of_one_thread] { rate = of_one_thread(rounds); });
  }
  double sum = 0;
  for (size_t i = 0; i < workers.size(); ++i) workers[i].join(), sum += rates[i];
  return sum;
}

}  // namespace

double measure_flops(int threads, int rounds) {
  return measure(threads, rounds, flops_of_one_thread);
}

double measure_bfloat16_flops(int threads, int rounds) {
  return measure(threads, rounds, bfloat16_flops_of_one_thread);
}

bool multiplies_bfloat16_faster() {
  static const bool faster = [] {
    if (processor_has("amx_bf16")) return true;
    const double floats = measure_flops(1, 2);
    return measure_bfloat16_flops(1, 2) > 1.2 * floats;
  }();
  return faster;
}

MachinePeak machine_peak() {
  static std::mutex mutex;
  static auto* known = new std::map<int, MachinePeak>;
  std::lock_guard lock(mutex);
  auto [entry, is_new] = known->try_emplace(thread_count());
  if (is_new) entry->second = {measure_flops(thread_count(), 4), measure_copy()};
  return entry->second;
}

}  // namespace lamina
