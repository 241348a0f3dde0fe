#ifndef LAMINA_STD_THREADS

#include <omp.h>

#include "lamina/base/denormals.h"
#include "lamina/base/thread_team.h"

namespace lamina::thread_team {

void run(int count, FunctionRef<void(int)> part) {
  // OpenMP may give fewer threads than asked for; each then takes several parts.
#pragma omp parallel num_threads(count)
  {
    FlushDenormals flush;  // a worker computes as the thread does that asked it
    for (int i = omp_get_thread_num(); i < count; i += omp_get_num_threads()) part(i);
  }
}

bool inside_foreign_region() { return omp_in_parallel() != 0; }

// oneDNN asks omp_get_max_threads() and so follows the same setting.
void limit_caller(int count) { omp_set_num_threads(count); }

// libgomp waits for ever for threads that did not survive the fork, unless it needs none of them.
void abandon_after_fork() { omp_set_num_threads(1); }

}  // namespace lamina::thread_team

#endif
