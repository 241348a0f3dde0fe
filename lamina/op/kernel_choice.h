// Kernels that were measured to be the fastest for a request (exec/tune.h), where several can run
// it. They are asked before all others; a request without such an entry goes by rank. None are
// asked where bits must not depend on the machine (deterministic).
//
// The choices are kept in a file, LAMINA_TUNED: one line each, at most 4,096. A file that is damaged
// or comes from another processor counts as far as it makes sense: what it says is only ever which
// kernel is asked first, and that one may refuse.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lamina/op/backend.h"

namespace lamina::backend {

// "matmul() float32 [64, 128] .. -> .., 2 threads": all that a choice depends on. Empty for loops,
// which have no choice.
std::string choice_key(const KernelRequest& request);

std::string chosen_kernel(const KernelRequest& request);  // its entry's name; empty: none
void choose_kernel(const std::string& key, const std::string& kernel);
size_t kernel_choice_count();
void forget_kernel_choices();  // in this process; the file stays

std::string kernel_choice_path();   // empty with LAMINA_TUNED=0
void save_kernel_choices();         // FileError

// Every kernel that accepts a request, in the order of rank, each with the request as it left it.
struct KernelCandidate {
  std::string name;
  std::unique_ptr<Kernel> kernel;
  KernelRequest request;
};
std::vector<KernelCandidate> kernel_candidates(const KernelRequest& request);

// Inside the scope, this thread calls the function with each request before its kernel is chosen.
class WatchRequests {
 public:
  explicit WatchRequests(std::function<void(const KernelRequest&)> watcher);
  ~WatchRequests();
  WatchRequests(const WatchRequests&) = delete;
  static void notify(const KernelRequest& request);

 private:
  std::function<void(const KernelRequest&)> watcher_;
  WatchRequests* before_;
};

}  // namespace lamina::backend
