#include "lamina/compile/enter_loops.h"

#include "lamina/compile/common_subexpressions.h"
#include "lamina/compile/loop_edit.h"
#include "lamina/exec/program.h"

namespace lamina {

void enter_loops(Graph& graph) {
  edit_loops(graph, [](LoopEdit& loop) {
    Graph& body = loop.body;
    for (const LoopEdit::Carry& c : loop.carries) body.outputs.push_back(c.next);
    for (int32_t s : loop.stacks) body.outputs.push_back(s);
    expand_composites(body);
    common_subexpressions(body);
    size_t next = 0;
    for (LoopEdit::Carry& c : loop.carries) c.next = body.outputs[next++];
    for (int32_t& s : loop.stacks) s = body.outputs[next++];
    body.outputs.clear();
  });
}

}  // namespace lamina
