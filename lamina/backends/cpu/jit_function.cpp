#include "lamina/backends/cpu/jit_function.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <list>
#include <mutex>
#include <unordered_map>

#include "lamina/base/cache_use.h"

namespace lamina::cpu::jit {

namespace {

constexpr size_t kCacheBytes = size_t{8} << 20;

class Cache {
 public:
  std::shared_ptr<const Function> find(const std::string& key) {
    std::lock_guard lock(mutex_);
    auto at = by_key_.find(key);
    if (at == by_key_.end()) return nullptr;
    entries_.splice(entries_.begin(), entries_, at->second);
    return at->second->function;
  }

  void keep(const std::string& key, std::shared_ptr<const Function> function) {
    std::lock_guard lock(mutex_);
    if (by_key_.contains(key)) return;  // another thread was faster
    bytes_ += function->bytes();
    entries_.push_front({key, std::move(function)});
    by_key_[key] = entries_.begin();
    while (bytes_ > kCacheBytes) {
      bytes_ -= entries_.back().function->bytes();
      by_key_.erase(entries_.back().key);
      entries_.pop_back();
    }
  }

  CacheUse use() {
    std::lock_guard lock(mutex_);
    return {"machine code of loops", static_cast<int64_t>(entries_.size()),
            static_cast<int64_t>(bytes_), static_cast<int64_t>(kCacheBytes)};
  }

 private:
  struct Entry {
    std::string key;
    std::shared_ptr<const Function> function;
  };
  std::mutex mutex_;
  std::list<Entry> entries_;  // used last first
  std::unordered_map<std::string, std::list<Entry>::iterator> by_key_;
  size_t bytes_ = 0;
};

Cache& cache() {
  static auto* instance = [] {
    auto* made = new Cache;
    add_cache([] { return cache().use(); });
    return made;
  }();
  return *instance;
}

}  // namespace

Function::Function(void* pages, size_t bytes)
    : entry_(reinterpret_cast<void (*)(const BlockArguments*)>(pages)), bytes_(bytes) {}

Function::~Function() { munmap(reinterpret_cast<void*>(entry_), bytes_); }

std::shared_ptr<const Function> Function::make(const void* code, size_t bytes) {
  const auto page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  const size_t mapped = (bytes + page - 1) / page * page;
  void* pages =
      mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return nullptr;
  std::memcpy(pages, code, bytes);
  if (mprotect(pages, mapped, PROT_READ | PROT_EXEC) != 0) {
    munmap(pages, mapped);
    return nullptr;
  }
  return std::shared_ptr<const Function>(new Function(pages, mapped));
}

std::shared_ptr<const Function> cached(const std::string& key, const MakeFunction& make) {
  if (auto function = cache().find(key)) return function;
  auto function = make();
  if (function) cache().keep(key, function);
  return function;
}

}  // namespace lamina::cpu::jit
