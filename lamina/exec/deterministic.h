// Whether programs made from now on give the same bits with any number of threads, in either tier, and
// for a row whatever batch it is in. A setting of the whole process, part of every program's key;
// LAMINA_DETERMINISTIC=1 is its start. What it costs: docs/performance.md.
#pragma once

namespace lamina {

void set_deterministic(bool on);
bool is_deterministic();

}  // namespace lamina
