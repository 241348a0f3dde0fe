// Retained: values that must be there again if an evaluation fails, without being used by anybody. A handle
// would make them outputs of the program and forbid that their memory is given to the values that replace
// them; what is retained may be left uncomputed or lose its memory when the evaluation succeeds.
#pragma once

#include <vector>

#include "lamina/core/array.h"

namespace lamina {

class Retained {
 public:
  Retained() = default;
  Retained(Retained&&) noexcept = default;
  Retained& operator=(Retained&& other) noexcept {
    entries_.swap(other.entries_);
    return *this;
  }
  ~Retained();

  size_t add(const Array& value);  // its number; empty arrays may be retained too
  Array at(size_t k) const;        // after a failure only

 private:
  struct Entry {
    Node* node = nullptr;  // null when `held` stands for it
    Array held;
  };
  std::vector<Entry> entries_;
};

}  // namespace lamina
