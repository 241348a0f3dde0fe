// Lowering: for each value of a graph a kernel and a place in memory. Views cost nothing, layouts
// are what kernels ask for, and a copy stands wherever an operand lies otherwise than its kernel
// wants.
#include <algorithm>
#include <functional>

#include "lamina/base/environment.h"
#include "lamina/base/error.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/text.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/memory_plan.h"
#include "lamina/exec/profile.h"
#include "lamina/exec/program.h"
#include "lamina/op/cluster.h"
#include "lamina/op/op.h"
#include "lamina/op/scalar_eval.h"

namespace lamina {

LAMINA_USE_OP(Copy)
LAMINA_USE_OP(Output)

namespace {

// A value's place while buffers are still being counted.
struct Location {
  int32_t buffer = -1;
  int64_t offset = 0;  // bytes
  Strides strides;
};

class Lowering {
 public:
  Lowering(Graph graph, int tier)
      : graph_(std::move(graph)), program_(std::make_shared<Program>()) {
    program_->tier = tier;
    program_->leaf_count = graph_.leaf_count;
    plan_.buffers.resize(graph_.leaf_count);
  }

  std::shared_ptr<const Program> run() {
    locations_.resize(graph_.values.size());
    for (size_t i = 0; i < graph_.values.size(); ++i) lower(static_cast<int32_t>(i));
    place_outputs();
    finish_plan(*program_, plan_);
    return program_;
  }

 private:
  const Spec& spec(int32_t value) const { return graph_.values[value].spec; }
  Location& location(int32_t value) { return locations_[value][0]; }

  Operand operand(int32_t value) {
    return {spec(value).dtype, spec(value).shape, location(value).strides};
  }

  int32_t new_buffer(const Spec& s) {
    PlannedBuffer buffer;
    buffer.bytes = s.shape.elements() * static_cast<int64_t>(size_of(s.dtype));
    plan_.buffers.push_back(buffer);
    return static_cast<int32_t>(plan_.buffers.size() - 1);
  }

  void lower(int32_t i) {
    GraphValue& v = graph_.values[i];
    if (v.leaf != LeafKind::None) return lower_leaf(i);
    if (v.op == &ops::op_Output()) {
      locations_[i] = {locations_[v.inputs[0]][v.output]};
      return;
    }
    if (v.cluster) return lower_cluster(i, *v.cluster);
    if (v.op->elementwise || v.op->monoid) {
      SmallVector<const Spec*, 4> inputs;
      for (int32_t input : v.inputs) inputs.push_back(&spec(input));
      return lower_cluster(i, cluster_of(v, inputs));
    }
    if (v.op->view) return lower_view(i);
    lower_op(i);
  }

  void lower_leaf(int32_t i) {
    const GraphValue& v = graph_.values[i];
    if (v.leaf_index < 0) return lower_cluster(i, constant_cluster(v));
    Location where{v.leaf_index, 0, v.strides ? *v.strides : row_major_strides(v.spec.shape)};
    locations_[i] = {where};
    PlannedBuffer& buffer = plan_.buffers[v.leaf_index];
    buffer.bytes = v.spec.shape.elements() * static_cast<int64_t>(size_of(v.spec.dtype));
    buffer.dies = v.dies;
    buffer.is_number = v.leaf == LeafKind::Number;
  }

  // A number that a decomposition brought in is no leaf of the recorded graph: a loop of one point
  // writes it.
  static Cluster constant_cluster(const GraphValue& v) {
    Cluster c;
    ScalarType type = scalar_type(v.spec.dtype);
    double value =
        is_floating(v.spec.dtype) ? v.number.real : static_cast<double>(v.number.integer);
    c.outputs.push_back({c.program.constant(value, type), v.spec, {}});
    c.ops = {"constant"};
    return c;
  }

  // The value in memory with just these strides: where it is, or a copy.
  Location with_strides(const Location& from, const Spec& s, const Strides& strides) {
    if (from.strides == strides) return from;
    bool same = true;  // strides of axes of size 1 do not matter
    for (size_t a = 0; a < strides.size(); ++a)
      same &= s.shape[a] <= 1 || from.strides[a] == strides[a];
    if (same || s.shape.elements() == 0) return {from.buffer, from.offset, strides};
    KernelRequest request = new_request(ops::op_Copy(), {});
    request.inputs = {{s.dtype, s.shape, from.strides}};
    request.outputs = {{s.dtype, s.shape, strides}};
    auto kernel = prepare(request);
    Location to{new_buffer(s), 0, strides};
    add_instruction(std::move(kernel), "copy", text("copy ", s), nullptr, {from}, {to}, 0,
                    2.0 * bytes_of(s));
    return to;
  }

  Location row_major(const Location& from, const Spec& s) {
    return with_strides(from, s, row_major_strides(s.shape));
  }

  void lower_view(int32_t i) {
    GraphValue& v = graph_.values[i];
    int32_t input = v.inputs[0];
    Location from = location(input);
    Operand in = operand(input);
    std::optional<View> view = v.op->view(v.attributes.get(), in, v.spec);
    if (!view) {
      from = row_major(from, spec(input));
      in.strides = from.strides;
      view = v.op->view(v.attributes.get(), in, v.spec);
      LAMINA_ASSERT(view.has_value());
    }
    int64_t item = static_cast<int64_t>(size_of(v.spec.dtype));
    locations_[i] = {{from.buffer, from.offset + view->offset * item, view->strides}};
  }

  // Outputs follow the layout of an operand of the same shape, so that channels-last data stays so.
  Strides output_strides(const Cluster& c, const Cluster::Output& output,
                         const std::vector<Location>& from, const GraphValue& v) {
    if (output.is_reduction) return row_major_strides(output.spec.shape);
    for (size_t k = 0; k < from.size(); ++k) {
      const Shape& shape = spec(v.inputs[k]).shape;
      if (shape == c.domain && output.spec.shape == c.domain && shape.elements() > 1 &&
          is_dense(shape, from[k].strides)) {
        return from[k].strides;
      }
    }
    return row_major_strides(output.spec.shape);
  }

  void lower_cluster(int32_t i, const Cluster& c) {
    GraphValue& v = graph_.values[i];
    Loop loop;
    loop.domain = c.domain;
    loop.program = c.program;
    loop.reduced = c.reduced;
    std::vector<Location> from, to;
    double bytes = 0;
    for (size_t k = 0; k < v.inputs.size(); ++k) {
      const Spec& s = spec(v.inputs[k]);
      from.push_back(location(v.inputs[k]));
      Strides strides(c.domain.size(), 0);
      for (size_t d = 0; d < c.domain.size(); ++d) {
        int8_t axis = c.input_axes[k][d];
        if (axis >= 0 && s.shape[axis] != 1) strides[d] = from[k].strides[axis];
      }
      loop.inputs.push_back({s.dtype, strides});
      bytes += bytes_of(s);
    }
    for (const Cluster::Output& output : c.outputs) {
      Location where{new_buffer(output.spec), 0, output_strides(c, output, from, v)};
      Strides strides(c.domain.size(), 0);
      for (size_t d = 0; d < c.domain.size(); ++d) {
        if (output.axes[d] >= 0) strides[d] = where.strides[output.axes[d]];
      }
      LoopOperand operand{output.spec.dtype, strides};
      if (output.is_reduction) {
        loop.reductions.push_back({output.monoid, output.value, operand});
      } else {
        loop.stores.push_back({output.value, operand});
      }
      to.push_back(std::move(where));
      bytes += bytes_of(output.spec);
    }
    // A loop's operands are its inputs, stores, reductions, in this order.
    std::vector<Location> ordered;
    for (size_t k = 0; k < to.size(); ++k) {
      if (!c.outputs[k].is_reduction) ordered.push_back(to[k]);
    }
    for (size_t k = 0; k < to.size(); ++k) {
      if (c.outputs[k].is_reduction) ordered.push_back(to[k]);
    }
    KernelRequest request;
    request.loop = &loop;
    request.threads = thread_count();
    request.deterministic = is_deterministic();
    auto kernel = prepare(request);
    double flops = static_cast<double>(c.domain.elements()) *
                   static_cast<double>(c.program.code.size() - v.inputs.size());
    add_instruction(std::move(kernel), c.ops[0],
                    text(list_text(c.ops, "", ""), " ", c.outputs[0].spec.dtype, " ", c.domain),
                    v.origin, from, ordered, flops, bytes);
    locations_[i] = std::move(to);
  }

  void lower_op(int32_t i) {
    GraphValue& v = graph_.values[i];
    KernelRequest request = new_request(*v.op, v.attributes);
    std::vector<Location> from;
    double bytes = 0;
    SmallVector<const Spec*, 8> specs;
    for (int32_t input : v.inputs) {
      request.inputs.push_back(operand(input));
      from.push_back(location(input));
      specs.push_back(&spec(input));
      bytes += bytes_of(spec(input));
    }
    std::vector<Spec> results{v.spec};
    if (v.op->multiple) {
      Inference inference(*v.op, specs, v.attributes.get());
      v.op->infer(inference);
      results = std::move(inference.outputs);
    }
    for (const Spec& s : results) {
      request.outputs.push_back({s.dtype, s.shape, row_major_strides(s.shape)});
      bytes += bytes_of(s);
    }
    if (v.op->decompose) {  // a kernel claimed it for operands that lie row-major
      for (Operand& o : request.inputs) o.strides = row_major_strides(o.shape);
    }
    auto kernel = prepare(request);
    for (size_t k = 0; k < from.size(); ++k) {
      from[k] = with_strides(from[k], spec(v.inputs[k]), request.inputs[k].strides);
    }
    std::vector<Location> to;
    for (size_t k = 0; k < results.size(); ++k) {
      to.push_back({new_buffer(results[k]), 0, request.outputs[k].strides});
    }
    double flops = v.op->flops ? v.op->flops(request) : 0;
    add_instruction(std::move(kernel), v.op->name, text(v.op->name, " ", results[0]), v.origin,
                    from, to, flops, bytes, v.op->checks_values);
    locations_[i] = std::move(to);
  }

  KernelRequest new_request(const Op& op, const AttributesRef& attributes) {
    KernelRequest request;
    request.op = &op;
    request.attributes = attributes ? attributes->data() : nullptr;
    request.attributes_owner = attributes;
    request.threads = thread_count();
    request.deterministic = is_deterministic();
    return request;
  }

  std::shared_ptr<const Kernel> prepare(KernelRequest& request) {
    std::vector<std::string> refusals;
    std::shared_ptr<const Kernel> kernel = backend::prepare(request, &refusals);
    const char* op = request.op ? request.op->name : "loop";
    for (const std::string& refusal : refusals)
      program_->refusals.push_back(text(op, ": ", refusal));
    if (kernel->name.starts_with("reference.")) {
      count_fallback();
      static const bool strict = environment::flag("LAMINA_STRICT");
      if (strict) {
        throw StateError(text(op, ": only the reference kernel runs this call (LAMINA_STRICT=1)"))
            .detail("refused", list_text(refusals));
      }
    }
    return kernel;
  }

  static double bytes_of(const Spec& s) {
    return static_cast<double>(s.shape.elements()) * static_cast<double>(size_of(s.dtype));
  }

  void add_instruction(std::shared_ptr<const Kernel> kernel, const char* op, std::string what,
                       const char* origin, const std::vector<Location>& from,
                       const std::vector<Location>& to, double flops, double bytes,
                       bool checks_values = false) {
    int now = static_cast<int>(program_->instructions.size());
    Instruction instruction;
    instruction.op = op;
    instruction.what = std::move(what);
    instruction.origin = origin;
    instruction.flops = flops;
    instruction.bytes = bytes;
    instruction.checks_values = checks_values;
    instruction.first_operand = static_cast<uint32_t>(program_->operands.size());
    instruction.operand_count = static_cast<uint32_t>(from.size() + to.size());
    for (size_t k = 0; k < from.size(); ++k) {
      program_->operands.push_back({from[k].buffer, from[k].offset});
      plan_.buffers[from[k].buffer].last_read = now;
    }
    for (const Location& where : to) {
      program_->operands.push_back({where.buffer, where.offset});
      plan_.buffers[where.buffer].first_write = now;
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
        if (only_here) plan_.buffers[to[o].buffer].may_replace.push_back(from[k].buffer);
      }
    }
    instruction.kernel = std::move(kernel);
    program_->instructions.push_back(std::move(instruction));
  }

  // Outputs get storage of their own; one that is only another view of a whole buffer shares it.
  void place_outputs() {
    for (int32_t output : graph_.outputs) {
      const Spec& s = spec(output);
      Location where = location(output);
      int64_t bytes = s.shape.elements() * static_cast<int64_t>(size_of(s.dtype));
      bool whole = !plan_.buffers[where.buffer].is_number && where.offset == 0 &&
                   is_dense(s.shape, where.strides) && plan_.buffers[where.buffer].bytes == bytes;
      if (!whole) {
        if (where.strides == row_major_strides(s.shape) && bytes > 0) {
          // Right order but part of a larger buffer: a copy is forced through a fresh location.
          where = copy_of(where, s);
        } else {
          Location before = where;
          where = row_major(where, s);
          if (where.buffer == before.buffer) where = copy_of(where, s);
        }
      }
      plan_.buffers[where.buffer].is_output = true;
      ProgramOutput planned;
      planned.spec = s;
      planned.buffer = where.buffer;
      if (!is_row_major(s.shape, where.strides)) planned.strides = where.strides;
      program_->outputs.push_back(std::move(planned));
    }
  }

  Location copy_of(const Location& from, const Spec& s) {
    KernelRequest request = new_request(ops::op_Copy(), {});
    request.inputs = {{s.dtype, s.shape, from.strides}};
    request.outputs = {{s.dtype, s.shape, row_major_strides(s.shape)}};
    auto kernel = prepare(request);
    Location to{new_buffer(s), 0, request.outputs[0].strides};
    add_instruction(std::move(kernel), "copy", text("copy ", s), nullptr, {from}, {to}, 0,
                    2.0 * bytes_of(s));
    return to;
  }

  Graph graph_;
  std::shared_ptr<Program> program_;
  MemoryPlan plan_;
  std::vector<std::vector<Location>> locations_;
};

}  // namespace

std::shared_ptr<const Program> lower(Graph graph, int tier) {
  return Lowering(std::move(graph), tier).run();
}

}  // namespace lamina
