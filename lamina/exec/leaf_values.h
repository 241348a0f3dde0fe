// The leaves of a walk as a program takes them: addresses of data, numbers converted to their type,
// and whether a storage may be given away.
#pragma once

#include <vector>

#include "lamina/exec/program.h"
#include "lamina/exec/walk.h"

namespace lamina {

class LeafValues {
 public:
  enum class Keep : uint8_t { Needed, All };  // all: nothing may be given away
  explicit LeafValues(const Walk& walk, Keep keep = Keep::Needed);  // under the graph lock
  std::span<const Run::Leaf> leaves() const { return leaves_; }
  void release() { leaves_.clear(), storages_.clear(); }

  // Of a leaf that is kept.
  const Storage* storage(size_t leaf) const { return storages_[leaf].get(); }
  // Whether this leaf is that number.
  bool has_number(size_t leaf, const Node& node) const;

 private:
  std::vector<Run::Leaf> leaves_;
  std::vector<Ref<Storage>> storages_;
  std::vector<uint64_t> numbers_;
};

}  // namespace lamina
