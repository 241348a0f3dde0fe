// Evaluated values that keep their inputs because a gradient may still be asked for. They are listed, so that
// replacing a parameter's value can end the tapes that depend on it; the list holds no references.
#pragma once

#include <vector>

#include "lamina/ir/node.h"

namespace lamina {

void list_tape(Node* node);               // under the graph lock
void unlist_tape(Node* node) noexcept;    // when a listed node is freed

// Under the graph lock: marks these nodes' tape as ended; ready ones let go of their inputs. The caller
// releases the edges after unlocking.
void end_tape(const std::vector<Node*>& nodes, std::vector<Node*>& released);

// Works out anew which of the pending values under these still depend on something trainable: after a
// transform, whose arguments were trainable only inside it.
void refresh_tapes(const std::vector<Array>& results);

// Ends the tapes of evaluated values that depend on a variable whose value has been replaced.
void end_stale_tapes();

}  // namespace lamina
