// Options from the environment: LAMINA_THREADS=4, LAMINA_EAGER=1. Each variable is read once, at
// its first use, so that a program behaves the same from then on whatever happens to its
// environment. A malformed value is a ValueError; it is never silently replaced by the default.
//
//   if (environment::flag("LAMINA_EAGER")) ..
//   int64_t threads = environment::integer("LAMINA_THREADS", 8, 1, 1024);
#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace lamina::environment {

// 1, true, yes, on or 0, false, no, off, in any case. Unset or empty: the fallback, here as below.
bool flag(std::string_view name, bool fallback = false);

int64_t integer(std::string_view name, int64_t fallback,
                int64_t minimum = std::numeric_limits<int64_t>::min(),
                int64_t maximum = std::numeric_limits<int64_t>::max());

std::string string(std::string_view name, std::string_view fallback = "");

void forget();  // for tests: the next use of each variable reads it again

}  // namespace lamina::environment
