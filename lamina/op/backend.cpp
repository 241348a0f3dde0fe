#include "lamina/op/backend.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/op/loop_reference.h"
#include "lamina/op/op.h"
#include "lamina/op/reference.h"

namespace lamina {

void RunContext::report(int64_t value, int64_t bound) {
  if (failed) return;
  failed = true;
  bad_value = value;
  limit = bound;
}

namespace backend {
namespace {

using Rules = std::vector<const KernelEntry*>;

std::map<std::string_view, Rules> rules_by_op() {
  std::map<std::string_view, Rules> by_op;
  for (const KernelEntry* entry : builtin_kernels()) by_op[entry->op].push_back(entry);
  for (auto& [op, rules] : by_op) {
    std::stable_sort(rules.begin(), rules.end(), [](auto* a, auto* b) {
      return a->rank != b->rank ? a->rank < b->rank : std::strcmp(a->name, b->name) < 0;
    });
  }
  return by_op;
}

const Rules& rules_of(std::string_view op) {
  static const auto* by_op = new std::map<std::string_view, Rules>(rules_by_op());
  static const Rules none;
  auto found = by_op->find(op);
  return found == by_op->end() ? none : found->second;
}

std::unique_ptr<Kernel> prepare_by_rule(KernelRequest& request, std::vector<std::string>* refusals) {
  std::vector<Operand> inputs = request.inputs, outputs = request.outputs;
  for (const KernelEntry* entry : rules_of(request.loop ? "loop" : request.op->name)) {
    request.refusal.clear();
    if (request.epilogue && !entry->takes_step) continue;
    if (auto kernel = entry->rule(request)) {
      kernel->name = entry->name;
      return kernel;
    }
    if (refusals) refusals->push_back(text(entry->name, ": ", request.refusal));
    request.inputs = inputs;
    request.outputs = outputs;
  }
  return nullptr;
}

}  // namespace

bool takes_step(const Op& op, const EpilogueStep& step, const Spec* extra) {
  const Rules& rules = rules_of(op.name);
  return std::any_of(rules.begin(), rules.end(), [&](const KernelEntry* entry) {
    return entry->takes_step && entry->takes_step(step, extra);
  });
}

bool claims(KernelRequest& request) { return prepare_by_rule(request, nullptr) != nullptr; }

std::unique_ptr<Kernel> prepare(KernelRequest& request, std::vector<std::string>* refusals) {
  if (auto kernel = prepare_by_rule(request, refusals)) return kernel;
  if (request.epilogue) return nullptr;
  if (auto kernel = request.loop ? loop_reference(request) : reference_kernel(request)) return kernel;
  std::string_view wanted = request.loop ? "loop" : request.op->name;
  throw InternalError(text("no kernel runs ", wanted)).detail("reason", request.refusal);
}

}  // namespace backend
}  // namespace lamina
