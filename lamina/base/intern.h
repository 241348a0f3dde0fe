// One lasting copy of each string: names that nodes and programs refer to after their owner is gone.
#pragma once

#include <string_view>

namespace lamina {

// The same pointer for the same text; never freed, so only for names of which there are few.
const char* intern(std::string_view name);

}  // namespace lamina
