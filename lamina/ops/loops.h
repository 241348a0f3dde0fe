// Control flow as ops: a function recorded once, and run as often as the data says. What users call
// stands in transform/loops.h; these are the ops, whose functions are graphs already.
#pragma once

#include <vector>

#include "lamina/core/array.h"
#include "lamina/op/subgraph.h"

namespace lamina {

// The body's inputs are the carries, one slice of each sequence, then what it uses from outside. Its
// outputs are the next carries, then what is stacked along a new first axis.
struct ScanAttributes {
  SubgraphRef body;
  int64_t carries = 0, sequences = 0, length = 0;
  bool reverse = false;
  template <class V>
  void fields(V&& v) {
    v("carries", carries), v("sequences", sequences), v("length", length), v("reverse", reverse);
    visit_subgraph(v, "body", body);
  }
};

// Both branches have the same inputs, those of the op behind its first, and the same outputs.
struct CondAttributes {
  SubgraphRef yes, no;
  template <class V>
  void fields(V&& v) {
    visit_subgraph(v, "yes", yes), visit_subgraph(v, "no", no);
  }
};

// Condition and body have the same inputs: the carries, then what they use from outside. The
// condition gives one bool, the body the next carries.
struct WhileLoopAttributes {
  SubgraphRef condition, body;
  int64_t carries = 0;
  int64_t max_steps = -1;  // -1: as many as it takes
  template <class V>
  void fields(V&& v) {
    v("carries", carries), v("max_steps", max_steps);
    visit_subgraph(v, "condition", condition), visit_subgraph(v, "body", body);
  }
};

// Inputs in the order of the body's; outputs the last carries, then the stacks.
std::vector<Array> record_scan(ScanAttributes attributes, std::vector<Array> inputs);
std::vector<Array> record_cond(CondAttributes attributes, std::vector<Array> inputs);
std::vector<Array> record_while_loop(WhileLoopAttributes attributes, std::vector<Array> inputs);

}  // namespace lamina
