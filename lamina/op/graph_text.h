// The text form of graphs (ir/text.h) with the ops of the registry.
#pragma once

#include "lamina/ir/text.h"

namespace lamina {

const OpDirectory& op_directory();

inline std::string to_text(const Graph& graph) { return to_text(graph, op_directory()); }
inline Graph parse_graph(std::string_view text, std::string_view source = "graph",
                         GraphTextLimits limits = {}) {
  return parse_graph(text, source, op_directory(), limits);
}

}  // namespace lamina
