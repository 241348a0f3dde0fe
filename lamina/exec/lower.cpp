// Lowering: for each value of a graph a kernel and a place in memory. Views cost nothing, layouts
// are what kernels ask for, and a copy stands wherever an operand lies otherwise than its kernel
// wants.
#include <algorithm>
#include <map>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/exec/compile_times.h"
#include "lamina/exec/derived.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/memory_budget.h"
#include "lamina/exec/placement.h"
#include "lamina/exec/program_builder.h"
#include "lamina/op/cluster.h"
#include "lamina/op/concatenation.h"
#include "lamina/op/elementwise.h"
#include "lamina/op/epilogue.h"
#include "lamina/op/graph_text.h"
#include "lamina/op/op.h"
#include "lamina/op/scalar_eval.h"

namespace lamina {

LAMINA_USE_OP(Concatenate)
LAMINA_USE_OP(Output)

namespace {

class Lowering {
 public:
  Lowering(Graph graph, int tier, const char* why_tier, LowerOptions options)
      : graph_(std::move(graph)),
        options_(std::move(options)),
        main_(graph_.leaf_count, tier),
        once_(graph_.leaf_count, tier, true),
        parts_(place_parts(graph_)) {
    for (ProgramBuilder* builder : {&main_, &once_}) builder->program().why_tier = why_tier;
    for (size_t i = 0; i < parts_.size(); ++i) {
      const GraphValue& v = graph_.values[i];
      if (parts_[i].whole >= 0 && v.op == &ops::op_Output())
        placed_outputs_[{v.inputs[0], v.output}] = static_cast<int32_t>(i);
    }
    if (tier > 0) {
      derived_ = find_derived(graph_);
      stable_ = find_stable(graph_);
    } else {  // it may never run again
      derived_.assign(graph_.values.size(), false);
      stable_ = derived_;
    }
  }

  std::shared_ptr<const Program> run() {
    main_.program().budget = memory_budget();
    main_.program().sizes = graph_.sizes;
    locations_.resize(graph_.values.size());
    for (size_t i = 0; i < graph_.values.size(); ++i) {
      current_ = derived_[i] ? &once_ : &main_;
      current_->computes_again(!options_.again.empty() && options_.again[i]);
      lower(static_cast<int32_t>(i));
    }
    current_ = &main_;
    current_->computes_again(false);
    for (int32_t output : graph_.outputs) {
      const Location where = seen(output);
      const bool any = options_.layout == OutputLayout::Any;
      main_.output(any ? where : main_.row_major(where, spec(output)), spec(output));
    }
    finish_derivation();
    return main_.finish();
  }

 private:
  const Spec& spec(int32_t value) const { return graph_.values[value].spec; }

  // In the names of sizes, where these have come back with other values.
  std::string shape_text(int32_t value, const Shape& shape) const {
    const Op* op = graph_.values[value].op;  // null for loops
    const bool named = graph_.sizes && graph_.sizes->shapes && !(op && op->multiple);
    return named ? (*graph_.sizes->shapes)[static_cast<size_t>(value)] : list_text(shape);
  }

  // The program in which what is made of a value alone is computed.
  ProgramBuilder& home(int32_t value) {
    const bool stays = derived_[value] || (stable_[value] && graph_.values[value].is_variable);
    return stays ? once_ : *current_;
  }

  // A place of the derivation as the main program sees it.
  Location imported(const Location& from) {
    if (once_.is_leaf(from.buffer)) return from;
    for (auto& [there, here] : imports_) {
      if (there == from.buffer) return {here, from.offset, from.strides};
    }
    const int32_t here = main_.new_buffer(once_.buffer(from.buffer).bytes);
    main_.buffer(here).imported = once_.keep(from.buffer);
    imports_.emplace_back(from.buffer, here);
    return {here, from.offset, from.strides};
  }

  // Where the program that is being made finds a value.
  Location seen(int32_t value) {
    const Location& where = locations_[value][0];
    return derived_[value] && current_ == &main_ ? imported(where) : where;
  }

  Operand operand(int32_t value) {
    const bool stays = &home(value) == &once_;
    return {spec(value).dtype, spec(value).shape, locations_[value][0].strides, stays};
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
    if (v.op == &ops::op_Concatenate() && lower_concatenation(i)) return;
    lower_op(i);
  }

  void lower_leaf(int32_t i) {
    const GraphValue& v = graph_.values[i];
    if (v.leaf_index < 0) return lower_cluster(i, constant_cluster(v));
    locations_[i] = {{v.leaf_index, 0, v.strides ? *v.strides : row_major_strides(v.spec.shape)}};
    for (ProgramBuilder* builder : {&main_, &once_}) {
      PlannedBuffer& buffer = builder->buffer(v.leaf_index);
      buffer.bytes = static_cast<int64_t>(bytes_of(v.spec));
      buffer.dies = v.dies;
      buffer.is_number = v.leaf == LeafKind::Number;
    }
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

  void lower_view(int32_t i) {
    GraphValue& v = graph_.values[i];
    int32_t input = v.inputs[0];
    Location from = seen(input);
    Operand in{spec(input).dtype, spec(input).shape, from.strides};
    std::optional<View> view = v.op->view(v.attributes.get(), in, v.spec);
    if (!view) {
      from = current_->row_major(from, spec(input));
      in.strides = from.strides;
      view = v.op->view(v.attributes.get(), in, v.spec);
      LAMINA_ASSERT(view.has_value());
    }
    int64_t item = static_cast<int64_t>(size_of(v.spec.dtype));
    locations_[i] = {{from.buffer, from.offset + view->offset * item, view->strides}};
  }

  // The value that output k of a loop is as a part of a concatenation, or -1.
  int32_t part_of_output(int32_t loop, size_t k) const {
    if (parts_[loop].whole >= 0) return loop;
    auto found = placed_outputs_.find({loop, k});
    return found == placed_outputs_.end() ? -1 : found->second;
  }

  // The place of a value that is a part of a concatenation, inside the memory of the whole; that
  // memory is laid out like the first array that is known.
  Location place_in_whole(int32_t i, const Strides& like) {
    const Part part = parts_[i].whole < 0 ? Part{i, 0, axis_of(i)} : parts_[i];
    const Spec& whole = spec(part.whole);
    auto found = std::find_if(wholes_.begin(), wholes_.end(),
                              [&](const auto& w) { return w.first == part.whole; });
    if (found == wholes_.end()) {
      Location where{current_->new_buffer(whole), 0, dense_strides_like(whole.shape, like)};
      found = wholes_.insert(wholes_.end(), {part.whole, std::move(where)});
    }
    Location where = found->second;
    const auto item = static_cast<int64_t>(size_of(whole.dtype));
    where.offset = part.offset * where.strides[part.axis] * item;
    return where;
  }
  int64_t axis_of(int32_t i) const {
    return graph_.values[i].attributes->as<ConcatenateAttributes>().axis;
  }

  // Copies those parts that do not lie in the whole already; false when none does, and one kernel
  // had better write it all.
  bool lower_concatenation(int32_t i) {
    const GraphValue& v = graph_.values[i];
    const int32_t whole = parts_[i].whole < 0 ? i : parts_[i].whole;
    auto lies_there = [&](int32_t input) { return parts_[input].whole == whole; };
    const bool any = std::any_of(v.inputs.begin(), v.inputs.end(), lies_there);
    if (!any && whole == i) return false;
    size_t largest = 0;
    for (size_t k = 1; k < v.inputs.size(); ++k) {
      if (bytes_of(spec(v.inputs[k])) > bytes_of(spec(v.inputs[largest]))) largest = k;
    }
    Location place = place_in_whole(i, seen(v.inputs[largest]).strides);
    locations_[i] = {place};
    const int64_t axis = axis_of(i);
    for (int32_t input : v.inputs) {
      const Spec& s = spec(input);
      // The same value twice lies in its first place only.
      const bool there = lies_there(input) && locations_[input][0].offset == place.offset;
      if (!there && s.shape.elements() > 0) current_->copy(seen(input), place, s);
      place.offset += s.shape[axis] * place.strides[axis] * static_cast<int64_t>(size_of(s.dtype));
    }
    return true;
  }

  // Outputs follow the layout of an operand of the same shape, so that channels-last data stays so.
  static Strides output_strides(const Cluster& c, const Cluster::Output& output,
                                std::span<const Spec> specs, const std::vector<Location>& from) {
    if (output.is_reduction) return row_major_strides(output.spec.shape);
    for (size_t k = 0; k < from.size(); ++k) {
      const Shape& shape = specs[k].shape;
      if (!(shape == c.domain && output.spec.shape == c.domain && shape.elements() > 1)) continue;
      bool broadcast = false;  // an axis that takes no memory has no place in an order
      for (size_t d = 0; d < shape.size(); ++d)
        broadcast |= shape[d] > 1 && from[k].strides[d] <= 0;
      if (!broadcast) return dense_strides_like(shape, from[k].strides);
    }
    return row_major_strides(output.spec.shape);
  }

  void lower_cluster(int32_t i, const Cluster& c) {
    const GraphValue& v = graph_.values[i];
    std::vector<Location> from;
    std::vector<Spec> specs;
    for (int32_t input : v.inputs) {
      from.push_back(seen(input));
      specs.push_back(spec(input));
    }
    locations_[i] = add_loop(i, c, from, specs);
  }

  std::vector<Location> add_loop(int32_t i, const Cluster& c, std::vector<Location> from,
                                 std::span<const Spec> specs) {
    if (is_deterministic() && !c.reduced.empty()) {  // sums follow the order of memory
      for (size_t k = 0; k < from.size(); ++k) from[k] = current_->row_major(from[k], specs[k]);
    }
    Loop loop;
    loop.domain = c.domain;
    loop.program = c.program;
    loop.reduced = c.reduced;
    std::vector<Location> to;
    double bytes = 0;
    for (size_t k = 0; k < from.size(); ++k) {
      Strides strides(c.domain.size(), 0);
      for (size_t d = 0; d < c.domain.size(); ++d) {
        int8_t axis = c.input_axes[k][d];
        if (axis >= 0 && specs[k].shape[axis] != 1) strides[d] = from[k].strides[axis];
      }
      loop.inputs.push_back({specs[k].dtype, strides});
      bytes += bytes_of(specs[k]);
    }
    for (const Cluster::Output& output : c.outputs) {
      const Strides like = output_strides(c, output, specs, from);
      const int32_t part = part_of_output(i, to.size());
      Location where = part >= 0 ? place_in_whole(part, like)
                                 : Location{current_->new_buffer(output.spec), 0, like};
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
    for (bool reductions : {false, true}) {
      for (size_t k = 0; k < to.size(); ++k) {
        if (c.outputs[k].is_reduction == reductions) ordered.push_back(to[k]);
      }
    }
    KernelRequest request = new_request(nullptr, {});
    request.loop = &loop;
    auto kernel = current_->prepare(request);
    ProgramBuilder::Label label;
    label.op = c.ops[0];
    label.what =
        text(list_text(c.ops, "", ""), " ", c.outputs[0].spec.dtype, " ", shape_text(i, c.domain));
    label.origin = graph_.values[i].origin;
    label.flops = static_cast<double>(c.domain.elements()) *
                  static_cast<double>(c.program.code.size() - from.size());
    label.bytes = bytes;
    current_->add(std::move(kernel), std::move(label), from, ordered);
    return to;
  }

  void lower_op(int32_t i) {
    const GraphValue& v = graph_.values[i];
    KernelRequest request = new_request(v.op, v.attributes);
    request.epilogue = v.epilogue.get();
    ProgramBuilder::Label label;
    SmallVector<const Spec*, 8> specs;
    for (int32_t input : v.inputs) {
      request.inputs.push_back(operand(input));
      specs.push_back(&spec(input));
      label.bytes += bytes_of(spec(input));
    }
    std::vector<Spec> results{v.spec};
    if (v.op->multiple) {
      Inference inference(*v.op, specs, v.attributes.get());
      v.op->infer(inference);
      results = std::move(inference.outputs);
    }
    for (const Spec& s : results) {
      request.outputs.push_back({s.dtype, s.shape, row_major_strides(s.shape)});
      label.bytes += bytes_of(s);
    }
    // A kernel claimed it for operands that lie row-major; perhaps it takes them as they lie.
    const auto plain = [](const Operand& o) { return is_row_major(o.shape, o.strides); };
    if (KernelRequest as_it_lies = request; v.op->decompose &&
                                            !std::ranges::all_of(request.inputs, plain) &&
                                            !backend::claims(as_it_lies)) {
      for (Operand& o : request.inputs) o.strides = row_major_strides(o.shape);
    }
    auto kernel = current_->prepare(request);
    if (!kernel) return lower_in_two_steps(i, request);
    label.op = v.op->name;
    const std::string steps = v.epilogue ? op_directory().epilogue_text(*v.epilogue) : "";
    label.what =
        text(v.op->name, steps, " ", results[0].dtype, " ", shape_text(i, results[0].shape));
    label.origin = v.origin;
    label.flops = v.op->flops ? v.op->flops(request) : 0;
    label.checks_values = v.op->checks_values;

    std::vector<Location> to;
    for (size_t k = 0; k < results.size(); ++k)
      to.push_back({current_->new_buffer(results[k]), 0, request.outputs[k].strides});
    auto from = operands_of(v, request, *kernel);
    current_->add(std::move(kernel), std::move(label), from, to);
    locations_[i] = std::move(to);
  }

  // The inputs as a kernel wants them: in its strides, and prepared.
  std::vector<Location> operands_of(const GraphValue& v, const KernelRequest& request,
                                    const Kernel& kernel) {
    std::vector<Location> from;
    for (size_t k = 0; k < request.inputs.size(); ++k) {
      const int32_t input = v.inputs[k];
      ProgramBuilder& maker = home(input);
      Location where = maker.with_strides(&maker == &once_ ? locations_[input][0] : seen(input),
                                          spec(input), request.inputs[k].strides);
      for (const Kernel::Preparation& p : kernel.preparations) {
        if (p.input != k) continue;
        const Location* known = &maker == &once_ ? kept_preparation(v, request, k, where) : nullptr;
        if (known) {
          where = *known;
          continue;
        }
        const Location unprepared = where;
        Location prepared{maker.new_buffer(static_cast<int64_t>(p.bytes)), 0, {}};
        maker.add(p.kernel,
                  {.op = "prepare",
                   .what = text("prepare ", spec(input)),
                   .origin = v.origin,
                   .bytes = bytes_of(spec(input)) + static_cast<double>(p.bytes)},
                  {where}, {prepared});
        where = prepared;
        if (&maker == &once_)
          preparations_.push_back({v.op, v.attributes.get(), v.epilogue.get(), request.inputs, k,
                                   unprepared, prepared});
      }
      from.push_back(&maker == &once_ && current_ == &main_ ? imported(where) : where);
    }
    return from;
  }

  // What is computed again takes what was prepared for the first time: the same request gets the same
  // kernel, which wants its weights in the same form.
  const Location* kept_preparation(const GraphValue& v, const KernelRequest& request, size_t k,
                                   const Location& from) const {
    if (!current_->computes_again()) return nullptr;
    for (const Prepared& p : preparations_) {
      bool same = p.op == v.op && p.attributes == v.attributes.get() &&
                  p.epilogue == v.epilogue.get() && p.input == k && p.from.buffer == from.buffer &&
                  p.from.offset == from.offset && p.inputs.size() == request.inputs.size();
      for (size_t i = 0; same && i < p.inputs.size(); ++i) {
        const Operand &a = p.inputs[i], &b = request.inputs[i];
        same = a.dtype == b.dtype && a.shape == b.shape && a.strides == b.strides;
      }
      if (same) return &p.to;
    }
    return nullptr;
  }

  // No kernel applies the steps itself: the op alone, then a loop.
  void lower_in_two_steps(int32_t i, const KernelRequest& refused) {
    GraphValue& v = graph_.values[i];
    const auto epilogue = std::exchange(v.epilogue, nullptr);
    const SmallVector<int32_t, 4> all = v.inputs;
    SmallVector<int32_t, 4> own;
    for (int k = 0; k < epilogue->own_inputs; ++k) own.push_back(all[static_cast<size_t>(k)]);
    v.inputs = own;
    const Spec result = std::exchange(v.spec, product_spec(v));
    lower_op(i);
    v.inputs = all;

    Cluster c;
    c.domain = refused.outputs[0].shape;
    std::vector<Location> from{locations_[i][0]};
    std::vector<Spec> specs{v.spec};
    std::vector<uint16_t> loaded;
    c.input_axes.push_back(broadcast_axes(v.spec.shape, c.domain));
    uint16_t value = c.program.input(0, compute_type(v.spec.dtype));
    for (size_t k = own.size(); k < all.size(); ++k) {
      const Spec& s = spec(all[k]);
      from.push_back(seen(all[k]));
      specs.push_back(s);
      c.input_axes.push_back(broadcast_axes(s.shape, c.domain));
      const uint16_t extra =
          c.program.input(static_cast<int>(specs.size()) - 1, compute_type(s.dtype));
      loaded.push_back(Expr(&c.program, extra).in(&c.program, compute_type(v.spec.dtype)));
    }
    for (const EpilogueStep& step : epilogue->steps) {
      SmallVector<uint16_t, 4> operands{value};
      if (step.extra >= 0) operands.push_back(loaded[static_cast<size_t>(step.extra)]);
      if (step.extra_first) std::swap(operands[0], operands[1]);
      value = append_formula(*step.op, c.program, operands, step.spec.dtype);
      c.ops.push_back(step.op->name);
    }
    v.spec = result;
    c.outputs.push_back({value, v.spec, broadcast_axes(c.domain, c.domain)});
    locations_[i] = add_loop(i, c, from, specs);
  }

  // Of a product without the steps after it.
  Spec product_spec(const GraphValue& v) const {
    SmallVector<const Spec*, 4> inputs;
    for (int32_t input : v.inputs) inputs.push_back(&spec(input));
    Inference inference(*v.op, inputs, v.attributes.get());
    v.op->infer(inference);
    return std::move(inference.outputs[0]);
  }

  void finish_derivation() {
    if (imports_.empty()) return;
    Program& program = main_.program();
    for (const std::string& refusal : once_.program().refusals) program.refusals.push_back(refusal);
    program.derivations = once_.finish_parts();
  }

  struct Prepared {
    const Op* op;
    const AttributesBase* attributes;
    const Epilogue* epilogue;
    std::vector<Operand> inputs;
    size_t input;
    Location from, to;
  };

  Graph graph_;
  const LowerOptions options_;
  std::vector<Prepared> preparations_;  // that are kept from run to run
  ProgramBuilder main_, once_;          // once_ computes what depends on parameters only
  ProgramBuilder* current_ = &main_;
  std::vector<Part> parts_;
  std::map<std::pair<int32_t, size_t>, int32_t> placed_outputs_;  // of loops with several
  std::vector<bool> derived_, stable_;
  std::vector<std::vector<Location>> locations_;
  std::vector<std::pair<int32_t, Location>> wholes_;  // concatenations whose memory is there
  std::vector<std::pair<int32_t, int32_t>> imports_;  // buffers of once_, as buffers of main_
};

}  // namespace

std::shared_ptr<const Program> lower(Graph graph, int tier, const char* why_tier,
                                     LowerOptions options) {
  CompileStage stage("lower");
  return Lowering(std::move(graph), tier, why_tier, std::move(options)).run();
}

}  // namespace lamina
