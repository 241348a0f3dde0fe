#include "lamina/exec/program_builder.h"

#include <algorithm>

#include "lamina/base/environment.h"
#include "lamina/base/error.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/text.h"
#include "lamina/exec/compile_times.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/profile.h"
#include "lamina/exec/shared_derivations.h"
#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Copy)

namespace {

// A copy in another layout serves whoever asks for it soon after; kept longer, it would only hold
// memory.
constexpr size_t kRecent = 8;

bool same_place(const Location& a, const Location& b) {
  return a.buffer == b.buffer && a.offset == b.offset && a.strides == b.strides;
}

}  // namespace

KernelRequest new_request(const Op* op, const AttributesRef& attributes) {
  KernelRequest request;
  request.op = op;
  request.attributes = attributes ? attributes->data() : nullptr;
  request.attributes_owner = attributes;
  request.threads = thread_count();
  request.deterministic = is_deterministic();
  return request;
}

ProgramBuilder::ProgramBuilder(int leaf_count, int tier, bool describes)
    : program_(std::make_shared<Program>()), describes_(describes) {
  program_->tier = tier;
  program_->leaf_count = leaf_count;
  plan_.buffers.resize(static_cast<size_t>(leaf_count));
}

int32_t ProgramBuilder::new_buffer(int64_t bytes) {
  PlannedBuffer buffer;
  buffer.bytes = bytes;
  plan_.buffers.push_back(std::move(buffer));
  return static_cast<int32_t>(plan_.buffers.size() - 1);
}

std::shared_ptr<const Kernel> ProgramBuilder::prepare(KernelRequest& request) {
  std::vector<std::string> refusals;
  const char* op = request.op ? request.op->name : "loop";
  CompileStage stage(text("kernel of ", op));
  std::shared_ptr<const Kernel> kernel = backend::prepare(request, &refusals);
  if (kernel) stage.rename(text("kernel ", kernel->name));
  for (const std::string& refusal : refusals) program_->refusals.push_back(text(op, ": ", refusal));
  if (kernel && kernel->name.starts_with("reference.")) {
    count_fallback();
    static const bool strict = environment::flag("LAMINA_STRICT");
    if (strict) {
      throw StateError(text(op, ": only the reference kernel runs this call (LAMINA_STRICT=1)"))
          .detail("refused", list_text(refusals));
    }
  }
  if (kernel && describes_) made_for_.emplace(kernel, text_of_request(request, *kernel));
  return kernel;
}

const std::string& ProgramBuilder::made_by(const std::shared_ptr<const Kernel>& kernel) const {
  const auto made = made_for_.find(kernel);
  return made == made_for_.end() ? kernel->makes : made->second;
}

void ProgramBuilder::add(std::shared_ptr<const Kernel> kernel, Label label,
                         const std::vector<Location>& from, const std::vector<Location>& to) {
  int now = static_cast<int>(program_->instructions.size());
  Instruction instruction;
  instruction.op = label.op;
  instruction.what = std::move(label.what);
  instruction.origin = label.origin;
  instruction.flops = label.flops;
  instruction.bytes = label.bytes;
  instruction.checks_values = label.checks_values;
  instruction.again = again_;
  instruction.first_operand = static_cast<uint32_t>(program_->operands.size());
  instruction.operand_count = static_cast<uint32_t>(from.size() + to.size());
  instruction.input_count = static_cast<uint32_t>(from.size());
  for (size_t k = 0; k < from.size(); ++k) {
    program_->operands.push_back({from[k].buffer, from[k].offset});
    plan_.buffers[from[k].buffer].last_read = now;
  }
  for (const Location& where : to) {
    program_->operands.push_back({where.buffer, where.offset});
    PlannedBuffer& buffer = plan_.buffers[where.buffer];
    if (buffer.first_write < 0) {
      buffer.first_write = now;
    } else {  // one of several that fill it
      buffer.last_read = std::max(buffer.last_read, now);
    }
  }
  // An output may take the place of an input that nobody reads later.
  for (size_t o = 0; o < to.size(); ++o) {
    for (size_t k = 0; k < from.size(); ++k) {
      if (!kernel->may_alias(static_cast<int>(k), static_cast<int>(o)) || from[k].offset != 0)
        continue;
      bool only_here = true;  // every use of that buffer in this instruction must allow it
      for (size_t other = 0; other < from.size(); ++other) {
        if (other != k && from[other].buffer == from[k].buffer) {
          only_here &= from[other].offset == 0 &&
                       kernel->may_alias(static_cast<int>(other), static_cast<int>(o));
        }
      }
      if (only_here && to[o].offset == 0)
        plan_.buffers[to[o].buffer].may_replace.push_back(from[k].buffer);
    }
  }
  instruction.kernel = std::move(kernel);
  program_->instructions.push_back(std::move(instruction));
}

Location ProgramBuilder::with_strides(const Location& from, const Spec& s, const Strides& strides) {
  if (from.strides == strides) return from;
  bool same = true;  // strides of axes of size 1 do not matter
  for (size_t a = 0; a < strides.size(); ++a)
    same &= s.shape[a] <= 1 || from.strides[a] == strides[a];
  if (same || s.shape.elements() == 0) return {from.buffer, from.offset, strides};
  const size_t now = program_->instructions.size();
  while (!recent_copies_.empty() && recent_copies_.front().made + kRecent < now)
    recent_copies_.pop_front();
  for (const Copied& c : recent_copies_) {
    if (same_place(c.from, from) && c.shape == s.shape && c.to.strides == strides) return c.to;
  }
  Location to{new_buffer(s), 0, strides};
  copy(from, to, s);
  recent_copies_.push_back({from, to, s.shape, now});
  return to;
}

void ProgramBuilder::copy(const Location& from, const Location& to, const Spec& s) {
  KernelRequest request = new_request(&ops::op_Copy(), {});
  request.inputs = {{s.dtype, s.shape, from.strides}};
  request.outputs = {{s.dtype, s.shape, to.strides}};
  auto kernel = prepare(request);
  add(std::move(kernel), {.op = "copy", .what = text("copy ", s), .bytes = 2.0 * bytes_of(s)},
      {from}, {to});
}

Location ProgramBuilder::copy_of(const Location& from, const Spec& s) {
  Location to{new_buffer(s), 0, row_major_strides(s.shape)};
  copy(from, to, s);
  return to;
}

int32_t ProgramBuilder::keep(int32_t buffer) {
  plan_.buffers[buffer].is_output = true;
  ProgramOutput planned;
  planned.spec = {DType::UInt8, {plan_.buffers[buffer].bytes}};
  planned.buffer = buffer;
  program_->outputs.push_back(std::move(planned));
  return static_cast<int32_t>(program_->outputs.size() - 1);
}

// An output that is only another view of a whole buffer shares it.
void ProgramBuilder::output(Location where, const Spec& s) {
  const auto& b = plan_.buffers[where.buffer];
  const auto bytes = static_cast<int64_t>(bytes_of(s));
  bool whole = !b.is_number && b.imported < 0 && where.offset == 0 &&
               is_dense(s.shape, where.strides) && b.bytes == bytes;
  if (!whole) {
    // Right order but part of a larger buffer: with_strides would leave it there.
    Location moved = row_major(where, s);
    where = moved.buffer == where.buffer ? copy_of(where, s) : moved;
  }
  plan_.buffers[where.buffer].is_output = true;
  ProgramOutput planned;
  planned.spec = s;
  planned.buffer = where.buffer;
  if (!is_row_major(s.shape, where.strides)) planned.strides = where.strides;
  program_->outputs.push_back(std::move(planned));
}

std::shared_ptr<Program> ProgramBuilder::finish() {
  CompileStage stage("plan_memory");
  finish_plan(*program_, plan_);
  return std::move(program_);
}

}  // namespace lamina
