// A block of memory that arrays share by reference count. Values are immutable, so sharing is safe; only a
// program that owns the last reference may write into a storage again (donation).
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

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

  // Distinguishes what a storage holds from what any storage has held before.
  uint64_t version() const { return version_; }
  // Called when a program that owns the storage alone writes into it: other values, nothing derived.
  void renew() {
    version_ = next_version();
    derived = {};
  }

  // What programs have computed from this storage and keep for their next run; dies with it. Guarded
  // by whoever uses it (exec/derived.cpp).
  std::shared_ptr<void> derived;

 private:
  explicit Storage(size_t bytes) : data_(lamina::allocate(bytes)), bytes_(bytes) {}
  Storage(const void* data, size_t bytes, std::function<void()> release)
      : data_(static_cast<std::byte*>(const_cast<void*>(data))),
        bytes_(bytes),
        foreign_(true),
        release_(std::move(release)) {}

  static uint64_t next_version() {
    static std::atomic<uint64_t> last{0};
    return last.fetch_add(1, std::memory_order_relaxed) + 1;
  }

  std::byte* data_;
  size_t bytes_;
  uint64_t version_ = next_version();
  bool foreign_ = false;
  std::function<void()> release_;
};

}  // namespace lamina
