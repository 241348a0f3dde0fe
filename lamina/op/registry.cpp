#include <algorithm>
#include <cstring>
#include <iterator>

#include "lamina/op/op.h"

namespace lamina {
namespace op {
namespace {

std::vector<const Op*> sorted_ops() {
  std::vector<const Op*> ops;
  for (OpGetter getter : builtin_ops()) ops.push_back(&getter());
  std::sort(ops.begin(), ops.end(), [](auto* a, auto* b) { return std::strcmp(a->name, b->name) < 0; });
  return ops;
}

}  // namespace

std::span<const Op* const> all() {
  static const std::vector<const Op*> ops = sorted_ops();
  return ops;
}

const Op* find(std::string_view name) {
  auto ops = all();
  auto found = std::lower_bound(ops.begin(), ops.end(), name,
                                [](const Op* op, std::string_view n) { return op->name < n; });
  return found != ops.end() && (*found)->name == name ? *found : nullptr;
}

uint32_t next_id() {
  static std::atomic<uint32_t> next{1};
  return next++;
}

}  // namespace op

int Op::min_inputs() const {
  int n = 0;
  for (std::string_view input : inputs) n += !input.ends_with("?") && !input.ends_with("...");
  return n;
}

int Op::max_inputs() const {
  if (!inputs.empty() && std::string_view(inputs.back()).ends_with("...")) return -1;
  return static_cast<int>(inputs.size());
}

const char* Inference::op_name() const { return op.name; }

std::string Inference::input_name(int i) const {
  if (op.inputs.empty()) return text("input ", i);
  std::string_view last = op.inputs.back();
  if (last.ends_with("...") && i + 1 >= static_cast<int>(op.inputs.size())) {
    return text(last.substr(0, last.size() - 3), "[", i + 1 - static_cast<int>(op.inputs.size()), "]");
  }
  std::string_view name = op.inputs[i];
  if (name.ends_with("?")) name.remove_suffix(1);
  return std::string(name);
}

namespace detail {
std::vector<const char*> elementwise_names(int count) {
  constexpr const char* kNames[] = {"x", "y", "z"};  // ops of more operands name them themselves
  LAMINA_ASSERT(static_cast<size_t>(count) <= std::size(kNames));
  return {kNames, kNames + count};
}
}  // namespace detail

}  // namespace lamina
