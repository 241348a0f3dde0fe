#include "lamina/exec/explain.h"

#include <algorithm>
#include <mutex>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/exec/walk.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/op.h"

namespace lamina {
namespace {

thread_local std::string* explained = nullptr;  // where explain_run() writes

std::shared_ptr<const Program> compiled(const Walk& walk) {
  return compile(walk.to_graph());
}

std::string explanation(const Walk& walk, std::span<Node* const> roots) {
  std::string out = compiled(walk)->to_text(), held;
  for (int32_t position : walk.outputs()) {
    const Node* node = walk.order()[static_cast<size_t>(position)];
    // What was asked for; and buffers, whose updates belong to the step.
    if (node->variable || std::find(roots.begin(), roots.end(), node) != roots.end()) continue;
    const int64_t bytes =
        node->spec.shape.elements() * static_cast<int64_t>(size_of(node->spec.dtype));
    held += text("  ", node->op->name, " ", node->spec, ", ", bytes, " bytes");
    held += node->origin ? text("  in ", node->origin, "\n") : "\n";
  }
  if (!held.empty()) out += text("kept only because something holds it\n", held);
  return out;
}

void walk_from(Walk& walk, std::span<Node* const> roots) {
  walk.begin();
  for (Node* root : roots) {
    if (!root->is_ready()) walk.add_root(root);
  }
  walk.finish();
  if (walk.placeholder()) raise_placeholder(walk.placeholder());
}

std::vector<Node*> nodes_of(std::span<const Array> arrays) {
  std::vector<Node*> nodes;
  for (const Array& a : arrays) {
    if (!a) throw StateError("explain: the Array is empty");
    nodes.push_back(a.node());
  }
  return nodes;
}

}  // namespace

std::shared_ptr<const Program> program_for(std::span<const Array> arrays) {
  const std::vector<Node*> roots = nodes_of(arrays);
  std::lock_guard lock(graph_mutex());
  Walk walk;
  walk_from(walk, roots);
  return compiled(walk);
}

std::string explain(std::span<const Array> arrays) {
  const std::vector<Node*> roots = nodes_of(arrays);
  std::string ready;
  for (const Array& a : arrays) {
    if (a.is_ready()) ready += text("already computed: ", a.dtype(), " ", a.shape(), "\n");
  }
  std::lock_guard lock(graph_mutex());
  Walk walk;
  walk_from(walk, roots);
  return walk.outputs().empty() ? ready : ready + explanation(walk, roots);
}

std::string explain(const Array& array) { return explain(std::span(&array, 1)); }

std::string explain(const std::function<void()>& function) {
  std::string out;
  struct Scope {
    explicit Scope(std::string* to) : before(std::exchange(explained, to)) {}
    ~Scope() { explained = before; }
    std::string* before;
  } scope(&out);
  function();
  return out;
}

void explain_run(const Walk& walk, std::span<Node* const> roots) {
  if (!explained) return;
  if (!explained->empty()) *explained += '\n';
  *explained += explanation(walk, roots);
}

}  // namespace lamina
