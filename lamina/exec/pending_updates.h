// Updates of buffers that are recorded and not computed: a step that fails before its program runs takes
// them back, so that nothing of it remains.
#pragma once

#include <cstdint>

namespace lamina {

// Of this thread: how many calls of update_variables there have been.
uint64_t recorded_updates();

// Gives the buffers that were updated by later calls, and whose new values nothing has computed, the
// values that they had before.
void take_back_updates(uint64_t since);

}  // namespace lamina
