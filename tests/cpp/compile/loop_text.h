// Graphs with loops as text, before and after a pass.
#pragma once

#include <string>

#include "lamina/base/function_ref.h"
#include "lamina/op/graph_text.h"

namespace lamina {

inline std::string replaced(std::string s, const std::string& from, const std::string& to) {
  for (size_t at = 0; (at = s.find(from, at)) != std::string::npos; at += to.size()) {
    s.replace(at, from.size(), to);
  }
  return s;
}

// Bodies of loops stand on lines of their own here.
inline std::string unfolded(const std::string& s) {
  return replaced(replaced(replaced(s, "{\n    ", "{"), "\n    ", "; "), "\n  }", "}");
}
inline std::string folded(const std::string& s) {
  return replaced(replaced(replaced(s, "={", "={\n    "), "; ", "\n    "), "})", "\n  })");
}

// What a pass makes of the graph.
inline std::string after(FunctionRef<void(Graph&)> pass, const std::string& before) {
  Graph graph = parse_graph("lamina-ir 1" + unfolded(before));
  // Numbers of a formula, as recorded graphs have them.
  for (GraphValue& v : graph.values) v.is_constant |= v.leaf == LeafKind::Number;
  pass(graph);
  const std::string all = to_text(graph);
  return folded(all.substr(all.find('\n')));
}

}  // namespace lamina
