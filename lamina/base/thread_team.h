// Internal to parallel_for: what runs the parts. One of thread_team_openmp.cpp and
// thread_team_std.cpp is compiled to something, by LAMINA_STD_THREADS.
#pragma once

#include <cstdint>

#include "lamina/base/function_ref.h"

namespace lamina::thread_team {

// Calls part(0) .. part(count - 1), on up to `count` threads of which one is the caller. `part`
// must not throw.
void run(int count, FunctionRef<void(int)> part);

bool inside_foreign_region();     // true in a thread of a team that is not ours
void limit_caller(int count);     // how many threads libraries may use when this thread calls them
void abandon_after_fork();        // in the child: forget threads that no longer exist

}  // namespace lamina::thread_team
