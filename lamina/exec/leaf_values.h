// The leaves of a walk as a program takes them: addresses of data, numbers converted to their type,
// and whether a storage may be given away.
#pragma once

#include <vector>

#include "lamina/exec/program.h"
#include "lamina/exec/walk.h"

namespace lamina {

class LeafValues {
 public:
  explicit LeafValues(const Walk& walk);  // under the graph lock
  std::span<const Run::Leaf> leaves() const { return leaves_; }
  void release() { leaves_.clear(), storages_.clear(); }

 private:
  std::vector<Run::Leaf> leaves_;
  std::vector<Ref<Storage>> storages_;
  std::vector<uint64_t> numbers_;
};

}  // namespace lamina
