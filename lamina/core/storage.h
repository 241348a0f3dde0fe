// A block of memory that arrays share by reference count. Values are immutable, so sharing is safe; only a
// program that owns the last reference may write into a storage again (donation).
#pragma once

#include <cstddef>
#include <functional>

#include "lamina/base/ref.h"
#include "lamina/core/allocator.h"

namespace lamina {

class Storage : public RefCounted {
 public:
  // Uninitialised memory from the pool; OutOfMemory.
  static Ref<Storage> allocate(size_t bytes) { return Ref<Storage>(new Storage(bytes)); }

  // Memory of somebody else, never written; `release` runs when the last array lets go of it.
  static Ref<Storage> foreign(const void* data, size_t bytes, std::function<void()> release) {
    return Ref<Storage>(new Storage(data, bytes, std::move(release)));
  }

  ~Storage() {
    if (release_) {
      release_();
    } else if (!foreign_) {
      deallocate(data_, bytes_);
    }
  }

  std::byte* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  bool is_foreign() const { return foreign_; }

 private:
  explicit Storage(size_t bytes) : data_(lamina::allocate(bytes)), bytes_(bytes) {}
  Storage(const void* data, size_t bytes, std::function<void()> release)
      : data_(static_cast<std::byte*>(const_cast<void*>(data))),
        bytes_(bytes),
        foreign_(true),
        release_(std::move(release)) {}

  std::byte* data_;
  size_t bytes_;
  bool foreign_ = false;
  std::function<void()> release_;
};

}  // namespace lamina
