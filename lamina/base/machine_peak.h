// What this machine can do at most, measured: the scale that profiles and benchmarks are read on.
#pragma once

namespace lamina {

struct MachinePeak {
  double flops = 0;  // float32 operations a second in fused multiply-adds; 0 where unknown
  double bytes = 0;  // read and written a second in a copy that fits no cache
};

// Of as many threads as compute now. Measured at the first call for a thread count (under 50 ms),
// then remembered.
MachinePeak machine_peak();

// float32 operations a second of `threads` threads at the same time: a loop of independent fused
// multiply-adds that touches no memory. More rounds for a benchmark, whose clock changes meanwhile.
double measure_flops(int threads, int rounds);

// The same in products of bfloat16 that add up in float32 (AVX512-BF16); 0 without them. AMX is not
// measured here.
double measure_bfloat16_flops(int threads, int rounds);

// Whether products of bfloat16 run faster than those of float32, measured at the first call: they do
// with AMX, and on some of the processors that have AVX512-BF16 alone.
bool multiplies_bfloat16_faster();

}  // namespace lamina
