#include "lamina/base/intern.h"

#include <mutex>
#include <string>
#include <unordered_set>

namespace lamina {

const char* intern(std::string_view name) {
  static std::mutex mutex;
  static auto* names = new std::unordered_set<std::string>;
  std::lock_guard lock(mutex);
  return names->emplace(name).first->c_str();
}

}  // namespace lamina
