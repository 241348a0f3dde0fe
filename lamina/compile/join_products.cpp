#include "lamina/compile/join_products.h"

#include <map>

#include "lamina/compile/append_call.h"
#include "lamina/compile/loop_edit.h"
#include "lamina/op/concatenation.h"
#include "lamina/op/op.h"
#include "lamina/ops/slice_range.h"

namespace lamina {

LAMINA_USE_OP(Concatenate)
LAMINA_USE_OP(Matmul)
LAMINA_USE_OP(Slice)

namespace {

using Depends = LoopEdit::Depends;
size_t at(int32_t i) { return static_cast<size_t>(i); }

void join(LoopEdit& loop, const std::vector<int32_t>& products) {
  Graph& body = loop.body;
  const int32_t left = body.values[at(products[0])].inputs[0];
  const char* origin = body.values[at(products[0])].origin;
  SmallVector<int32_t, 4> rights;
  int64_t columns = 0;
  for (int32_t product : products) {
    const int32_t right = body.values[at(product)].inputs[1];
    rights.push_back(right);
    columns += body.values[at(right)].spec.shape[1];
  }
  const Spec first = body.values[at(rights[0])].spec, one = body.values[at(products[0])].spec;
  const int32_t all =
      append_call(body, ops::op_Concatenate(), make_attributes(ConcatenateAttributes{1}), rights,
                  {first.dtype, {first.shape[0], columns}}, origin);
  const int32_t joined = append_call(body, ops::op_Matmul(), {}, {left, all},
                                     {one.dtype, {one.shape[0], columns}}, origin);
  int64_t next = 0;
  for (int32_t product : products) {
    const Spec part = body.values[at(product)].spec;
    SliceAttributes range{{0, next}, {part.shape[0], part.shape[1]}, {1, 1}};
    next += part.shape[1];
    loop.replace(product, append_call(body, ops::op_Slice(), make_attributes(std::move(range)),
                                      {joined}, part, origin));
  }
}

}  // namespace

void join_products(Graph& graph) {
  edit_loops(graph, [](LoopEdit& loop) {
    const std::vector<Depends> depends = loop.dependencies();
    std::map<int32_t, std::vector<int32_t>> by_left;
    for (size_t i = 0; i < loop.body.values.size(); ++i) {
      const GraphValue& v = loop.body.values[i];
      if (v.op != &ops::op_Matmul() || v.spec.shape.rank() != 2) continue;
      const bool fixed = depends[at(v.inputs[1])] == Depends::Nothing;
      if (fixed && depends[at(v.inputs[0])] != Depends::Nothing)
        by_left[v.inputs[0]].push_back(static_cast<int32_t>(i));
    }
    for (const auto& [left, products] : by_left) {
      if (products.size() > 1) join(loop, products);
    }
  });
}

}  // namespace lamina
