#include "lamina/compile/channels_last_loops.h"

#include "lamina/compile/append_call.h"
#include "lamina/compile/loop_edit.h"
#include "lamina/op/op.h"
#include "lamina/ops/movement.h"

namespace lamina {

LAMINA_USE_OP(Convolution)
LAMINA_USE_OP(ConvolutionInputGradient)
LAMINA_USE_OP(Transpose)

namespace {

using Role = LoopEdit::Role;
size_t at(int32_t i) { return static_cast<size_t>(i); }

// The axes that bring the second of the last `rank` ones to the end, or back from there.
IntList axes_of_pictures(int rank, int outer, bool back) {
  IntList axes;
  for (int axis = 0; axis <= outer; ++axis) axes.push_back(axis);
  if (back) axes.push_back(outer + rank - 1);
  for (int axis = 1; axis < rank - 1; ++axis) axes.push_back(outer + axis + (back ? 0 : 1));
  if (!back) axes.push_back(outer + 1);
  return axes;
}

int32_t transposed(Graph& graph, int32_t value, const IntList& axes, const char* origin) {
  const Spec& from = graph.values[at(value)].spec;
  Spec spec{from.dtype, {}};
  for (int64_t axis : axes) spec.shape.push_back(from.shape[static_cast<int>(axis)]);
  return append_call(graph, ops::op_Transpose(), make_attributes(TransposeAttributes{axes}),
                     {value}, std::move(spec), origin);
}

// How many axes the pictures of the loop have; 0 where it has no convolutions, or of several ranks.
int rank_of_pictures(const Graph& body) {
  int rank = 0;
  for (const GraphValue& v : body.values) {
    if (v.op != &ops::op_Convolution() && v.op != &ops::op_ConvolutionInputGradient()) continue;
    if (rank != 0 && rank != v.spec.shape.rank()) return 0;
    rank = v.spec.shape.rank();
  }
  return rank;
}

class Pictures {
 public:
  Pictures(LoopEdit& loop, int rank)
      : loop_(loop), rank_(rank), last_(axes_of_pictures(rank, 0, false)),
        back_(axes_of_pictures(rank, 0, true)) {}

  void turn() {
    const size_t stacks = loop_.stacks.size();
    for (size_t i = 0, count = loop_.body.values.size(); i < count; ++i)
      turn_input(static_cast<int32_t>(i));
    for (size_t k = 0; k < loop_.carries.size(); ++k) turn_carry(k);
    for (size_t s = 0; s < stacks; ++s) turn_stack(s);
  }

 private:
  bool is_picture(int32_t value) const {
    return loop_.body.values[at(value)].spec.shape.rank() == rank_;
  }

  void turn_input(int32_t leaf) {
    const GraphValue& v = loop_.body.values[at(leaf)];
    if (v.leaf != LeafKind::Data || !is_picture(leaf)) return;
    const auto number = static_cast<size_t>(v.leaf_index);
    const Role role = loop_.inputs[number].role;
    if (role == Role::Outside) return;
    const int stack = role == Role::Sequence ? 1 : 0;
    const int32_t outside = transposed(loop_.outer, loop_.inputs[number].value,
                                       axes_of_pictures(rank_, stack, false), loop_.origin);
    loop_.inputs[number].value = outside;
    GraphValue turned;
    turned.leaf = LeafKind::Data;
    turned.leaf_index = v.leaf_index;
    turned.spec.dtype = v.spec.dtype;
    for (int64_t axis : last_) turned.spec.shape.push_back(v.spec.shape[static_cast<int>(axis)]);
    loop_.body.values.push_back(std::move(turned));
    const auto inside = static_cast<int32_t>(loop_.body.values.size() - 1);
    loop_.replace(leaf, transposed(loop_.body, inside, back_, loop_.origin));
  }

  void turn_carry(size_t k) {
    LoopEdit::Carry& c = loop_.carries[k];
    if (!is_picture(c.next)) return;
    c.next = transposed(loop_.body, c.next, last_, loop_.origin);
    if (!loop_.is_used(k)) return;
    loop_.set_result(k, [k, axes = back_](const LoopEdit::Emitted& e) {
      return transposed(e.outer, e.carries[k], axes, nullptr);
    });
  }

  void turn_stack(size_t s) {
    const size_t output = loop_.carries.size() + s;
    if (!loop_.is_used(output) || !is_picture(loop_.stacks[s])) return;
    const size_t turned =
        loop_.stack(transposed(loop_.body, loop_.stacks[s], last_, loop_.origin));
    loop_.set_result(output, [turned, axes = axes_of_pictures(rank_, 1, true)](
                                 const LoopEdit::Emitted& e) {
      return transposed(e.outer, e.stacks[turned], axes, nullptr);
    });
  }

  LoopEdit& loop_;
  int rank_;
  IntList last_, back_;
};

}  // namespace

void channels_last_loops(Graph& graph) {
  edit_loops(graph, [](LoopEdit& loop) {
    if (const int rank = rank_of_pictures(loop.body)) Pictures(loop, rank).turn();
  });
}

}  // namespace lamina
