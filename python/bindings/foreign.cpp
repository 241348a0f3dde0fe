#include "foreign.h"

#include <atomic>
#include <mutex>
#include <vector>

#include "array_object.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ir/node.h"
#include "lamina/ops/creation.h"

namespace lamina::python {
namespace {

struct Queue {
  std::mutex mutex;
  std::vector<std::function<void()>> releases;
  std::atomic<bool> any{false};
};
Queue& queue() {
  static auto* queue = new Queue;
  return *queue;
}

int release_later(void*) {
  release_foreign();
  return 0;
}

}  // namespace

void release_foreign() {
  if (!queue().any.load(std::memory_order_relaxed)) return;
  std::vector<std::function<void()>> releases;
  {
    std::lock_guard lock(queue().mutex);
    releases.swap(queue().releases);
    queue().any.store(false);
  }
  PyObject *type, *value, *traceback;  // a destructor may run in the middle of an error
  PyErr_Fetch(&type, &value, &traceback);
  for (auto& release : releases) release();
  PyErr_Restore(type, value, traceback);
}

Ref<Storage> foreign_storage(const void* data, size_t bytes, std::function<void()> release) {
  return Storage::foreign(data, bytes, [release = std::move(release)]() mutable {
    std::lock_guard lock(queue().mutex);
    queue().releases.push_back(std::move(release));
    if (!queue().any.exchange(true)) Py_AddPendingCall(&release_later, nullptr);
  });
}

Array foreign_array(Ref<Storage> storage, int64_t offset, Shape shape, DType dtype) {
  NodeValue value;
  value.storage = std::move(storage);
  value.offset = offset;
  Array array = make_leaf({dtype, std::move(shape)}, std::move(value));
  array.node()->foreign = true;
  return array;
}

Array own_memory(Array array) {
  if (!array.node()->foreign) return array;
  HostValue host = host_value(array);
  return from_data(host.data(), array.shape(), array.dtype());
}

}  // namespace lamina::python
