#include "lamina/exec/estimate.h"

#include "lamina/exec/program_builder.h"
#include "lamina/op/cluster.h"
#include "lamina/op/op.h"

namespace lamina {

LAMINA_USE_OP(Output)

Cost cost_of(const Graph& graph, int32_t value) {
  const GraphValue& v = graph.values[static_cast<size_t>(value)];
  Cost cost;
  if (v.cluster) {
    for (int32_t input : v.inputs) cost.bytes += bytes_of(graph.values[static_cast<size_t>(input)].spec);
    for (const Cluster::Output& output : v.cluster->outputs) cost.bytes += bytes_of(output.spec);
    cost.flops = static_cast<double>(v.cluster->domain.elements()) *
                 static_cast<double>(v.cluster->program.code.size());
    return cost;
  }
  if (!v.op || v.op->view || v.op == &ops::op_Output()) return cost;
  KernelRequest request = new_request(v.op, v.attributes);
  SmallVector<const Spec*, 8> specs;
  auto add = [&](const Spec& s, std::vector<Operand>& to) {
    to.push_back({s.dtype, s.shape, {}});
    cost.bytes += bytes_of(s);
  };
  for (int32_t input : v.inputs) {
    specs.push_back(&graph.values[static_cast<size_t>(input)].spec);
    add(*specs.back(), request.inputs);
  }
  if (v.op->multiple) {
    Inference inference(*v.op, specs, v.attributes.get());
    v.op->infer(inference);
    for (const Spec& s : inference.outputs) add(s, request.outputs);
  } else {
    add(v.spec, request.outputs);
  }
  if (v.op->flops) cost.flops = v.op->flops(request);
  return cost;
}

double seconds_of(const Cost& cost) { return cost.flops / 5e10 + cost.bytes / 1e10; }

double estimated_seconds(const Graph& graph) {
  double seconds = 0;
  for (size_t i = 0; i < graph.values.size(); ++i)
    seconds += seconds_of(cost_of(graph, static_cast<int32_t>(i)));
  return seconds;
}

}  // namespace lamina
