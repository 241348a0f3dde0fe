// The one way in which Lamina computes with several threads.
//
//   parallel_for(0, rows, 64, [&](int64_t first, int64_t last) {
//     for (int64_t row = first; row < last; ++row) normalize(row);
//   });
//
// The range is cut into at most thread_count() parts of nearly equal size and of at least `grain`
// elements. The cut depends on the range, the grain and thread_count() alone, never on timing: a
// kernel whose result depends on the cut (a sum per part) gives the same bits in every run.
//
// The body runs on the caller, in one piece, when the range is no longer than the grain, when there
// is one thread, or inside another parallel_for. If bodies throw, the others still finish, and the
// exception of the first part that threw is rethrown here.
//
// After a fork the child computes with one thread: the pool's threads exist in the parent only.
// Built on OpenMP, or with LAMINA_STD_THREADS on std::thread, which ThreadSanitizer understands.
#pragma once

#include <cstdint>

#include "lamina/base/function_ref.h"

namespace lamina {

void parallel_for(int64_t begin, int64_t end, int64_t grain,
                  FunctionRef<void(int64_t first, int64_t last)> body);

// The default is the least of the affinity mask, the cgroup quota and LAMINA_THREADS.
int thread_count();
void set_thread_count(int count);  // 1 .. 1024; not in a forked child

bool in_parallel_region();

}  // namespace lamina
