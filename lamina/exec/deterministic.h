// Whether programs made from now on give the same bits with any number of threads, in either tier.
// A setting of the whole process, part of every program's key; LAMINA_DETERMINISTIC=1 is its start.
//
// It costs speed: products run on the library's own blocked kernel, convolutions on one thread.
#pragma once

namespace lamina {

void set_deterministic(bool on);
bool is_deterministic();

}  // namespace lamina
