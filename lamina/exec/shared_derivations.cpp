#include "lamina/exec/shared_derivations.h"

#include <bit>
#include <mutex>
#include <unordered_map>

#include "lamina/base/text.h"
#include "lamina/op/epilogue.h"
#include "lamina/op/op.h"

namespace lamina {
namespace {

std::string text_of(const LoopOperand& operand) {
  return text(operand.dtype, IntList(operand.strides.begin(), operand.strides.end()));
}

std::string text_of_loop(const Loop& loop) {
  std::string out = text("loop ", loop.domain);
  for (uint8_t reduced : loop.reduced) out += reduced ? 'r' : '.';
  for (const ScalarInstruction& i : loop.program.code) {
    out += text(" ", static_cast<int>(i.op), ":", static_cast<int>(i.type), ":", i.a, ":", i.b, ":",
                i.c, ":", std::bit_cast<int64_t>(i.constant));
  }
  for (const LoopOperand& input : loop.inputs) out += text(" ", text_of(input));
  for (const Loop::Store& store : loop.stores)
    out += text(" store ", store.value, text_of(store.operand));
  for (const Loop::Reduction& r : loop.reductions)
    out += text(" reduce ", static_cast<int>(r.monoid), ":", r.value, text_of(r.operand));
  return out;
}

// Where its instructions read and write, and what it keeps.
std::string text_of_places(const Program& p) {
  std::string out = text("leaves ", p.leaf_count, " arena ", p.arena_bytes);
  for (int64_t bytes : p.output_bytes) out += text(" output ", bytes);
  for (const ProgramOutput& output : p.outputs) out += text(" kept ", output.buffer);
  for (const Place& place : p.operands) out += text(" ", place.buffer, "+", place.offset);
  for (const Instruction& i : p.instructions) out += text(" / ", i.first_operand, ",", i.scratch);
  return out;
}

std::string text_of(const Operand& operand) {
  return text(" ", operand.dtype, operand.shape,
              IntList(operand.strides.begin(), operand.strides.end()));
}

std::string text_of(const AttributesBase* attributes) {
  std::vector<uint32_t> words;
  if (attributes) attributes->write_key(words);
  std::string out = "(";
  for (uint32_t word : words) out += text(word, " ");
  return out + ")";
}

std::string text_of_call(const KernelRequest& request) {
  std::string out = text(request.op->name, text_of(request.attributes_owner.get()));
  for (const Operand& input : request.inputs) out += text_of(input);
  out += " ->";
  for (const Operand& output : request.outputs) out += text_of(output);
  if (!request.epilogue) return out;
  for (const EpilogueStep& step : request.epilogue->steps) {
    out += text(", ", step.op->name, text_of(step.attributes.get()), " of ", step.extra,
                step.extra_first ? " first" : "");
  }
  return out;
}

struct Known {
  std::mutex mutex;
  std::unordered_map<std::string, std::weak_ptr<const Program>> programs;
};
Known& known() {
  static auto* instance = new Known;
  return *instance;
}

}  // namespace

std::string text_of_request(const KernelRequest& request, const Kernel& kernel) {
  return text(kernel.name, " ", request.threads, request.deterministic ? " fixed " : " ",
              request.loop ? text_of_loop(*request.loop) : text_of_call(request));
}

std::shared_ptr<const Program> shared_derivation(std::shared_ptr<const Program> derivation,
                                                 const std::string& what) {
  if (what.empty()) return derivation;
  std::string key = text(text_of_places(*derivation), what);
  Known& all = known();
  std::lock_guard lock(all.mutex);
  std::erase_if(all.programs, [](const auto& entry) { return entry.second.expired(); });
  auto [found, is_new] = all.programs.try_emplace(std::move(key), derivation);
  if (is_new) return derivation;
  auto same = found->second.lock();
  if (!same) found->second = derivation;
  return same ? same : derivation;
}

}  // namespace lamina
