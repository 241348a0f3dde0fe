// How many threads compute, by the names that Python has.
#pragma once

#include "lamina/base/parallel_for.h"

namespace lamina {

inline void set_num_threads(int count) { set_thread_count(count); }
inline int num_threads() { return thread_count(); }

}  // namespace lamina
