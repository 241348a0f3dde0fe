#include "lamina/op/backend.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <string_view>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/op/kernel_choice.h"
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

const Rules& rules_for(const KernelRequest& request) {
  return rules_of(request.loop ? "loop" : request.op->name);
}

// In the order in which they are asked: `chosen`, if it is one of them, before the others.
Rules rules_after(const Rules& by_rank, std::string_view chosen) {
  Rules rules = by_rank;
  const auto found = std::find_if(rules.begin(), rules.end(),
                                  [&](const KernelEntry* entry) { return entry->name == chosen; });
  if (found != rules.end()) std::rotate(rules.begin(), found, found + 1);
  return rules;
}

std::unique_ptr<Kernel> kernel_of(const KernelEntry& entry, KernelRequest& request) {
  request.refusal.clear();
  if (request.epilogue && !entry.takes_step) return nullptr;
  auto kernel = entry.rule(request);
  if (kernel) kernel->name = entry.name;
  return kernel;
}

std::unique_ptr<Kernel> prepare_by_rule(KernelRequest& request, std::vector<std::string>* refusals) {
  const std::vector<Operand> inputs = request.inputs, outputs = request.outputs;
  const Rules& by_rank = rules_for(request);
  const std::string chosen = by_rank.size() > 1 ? chosen_kernel(request) : "";
  for (const KernelEntry* entry : chosen.empty() ? by_rank : rules_after(by_rank, chosen)) {
    auto kernel = kernel_of(*entry, request);
    if (kernel) {
      if (refusals && entry->name == chosen && entry != by_rank.front())
        refusals->push_back(text(by_rank.front()->name, ": ", chosen, " was measured to be faster"));
      return kernel;
    }
    if (refusals && !request.refusal.empty())
      refusals->push_back(text(entry->name, ": ", request.refusal));
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

std::vector<KernelCandidate> kernel_candidates(const KernelRequest& request) {
  std::vector<KernelCandidate> all;
  for (const KernelEntry* entry : rules_for(request)) {
    KernelRequest own = request;
    if (auto kernel = kernel_of(*entry, own))
      all.push_back({entry->name, std::move(kernel), std::move(own)});
  }
  return all;
}

std::unique_ptr<Kernel> prepare(KernelRequest& request, std::vector<std::string>* refusals) {
  WatchRequests::notify(request);
  if (auto kernel = prepare_by_rule(request, refusals)) return kernel;
  if (request.epilogue) return nullptr;
  if (auto kernel = request.loop ? loop_reference(request) : reference_kernel(request)) return kernel;
  std::string_view wanted = request.loop ? "loop" : request.op->name;
  throw InternalError(text("no kernel runs ", wanted)).detail("reason", request.refusal);
}

}  // namespace backend
}  // namespace lamina
