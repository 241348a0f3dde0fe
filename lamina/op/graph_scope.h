// GraphScope: how a function becomes a graph. It is called once, on placeholders; what it records
// on them is its graph, and the arrays that it uses from outside become inputs.
//
//   GraphScope scope("scan", where);
//   Array x = scope.placeholder({float32, {3}});
//   Array y = w * x + 1;                                  // w: an array from outside
//   Traced t = scope.trace({y}, {x});                     // t.graph has inputs x, w; t.outside is {w}
//
// Placeholders have no values: asking for one, inside the scope or after it, is a StateError that
// names the scope.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/op/recording.h"
#include "lamina/op/subgraph.h"

namespace lamina {

// A function as a graph. Its inputs are the leaves that were named, then those from outside.
struct Traced {
  SubgraphRef graph;
  std::vector<Array> outside;
};

// Several functions of the same leaves, as graphs that all have the same inputs: the leaves, then
// what each of them uses from outside.
struct Joined {
  std::vector<SubgraphRef> graphs;
  std::vector<Array> outside;
};
Joined join(std::vector<Traced> functions);

struct PlaceholderAttributes {
  struct Scope {
    std::string what, where;
    bool open = true;
  };
  std::shared_ptr<const Scope> scope;
  template <class V>
  void fields(V&&) {}
};

class GraphScope {
 public:
  // `what`: whose function it is, "scan"; `where`: the caller's line, when it is known.
  GraphScope(std::string_view what, std::string_view where);
  ~GraphScope();
  GraphScope(const GraphScope&) = delete;

  // Floating-point placeholders require gradients, so that what cuts gradients can be seen.
  Array placeholder(const Spec& spec);

  // The graph of `outputs` as functions of `leaves`, which may be any values recorded here: what
  // lies under them is not looked at. Values that do not depend on a leaf are inputs from outside,
  // computed once; draws are not among them: their counters go on by `iteration`, if that is given.
  Traced trace(const std::vector<Array>& outputs, const std::vector<Array>& leaves,
               const Array& iteration = {}) const;

  // What has been recorded in this scope so far.
  std::unordered_set<const Node*> recorded() const { return {created_.begin(), created_.end()}; }

  // The number of the iteration of the innermost scope that has one, or an empty Array: what draws
  // inside an inner loop must depend on.
  static Array outer_iteration();
  void set_iteration(Array iteration) { iteration_ = std::move(iteration); }
  // Whether a scope is open in this thread: state may not change then.
  static const GraphScope* innermost();
  const std::string& what() const { return scope_->what; }

 private:
  std::shared_ptr<PlaceholderAttributes::Scope> scope_;
  Array iteration_;
  std::vector<const Node*> created_;
  std::vector<const Node*>* created_before_;
  GraphScope* outer_;
  bool symbolic_before_, gradients_before_;
};

// What asking for a placeholder's value throws.
[[noreturn]] void raise_placeholder(const Node* placeholder);

}  // namespace lamina
