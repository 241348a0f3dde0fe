// Pictures that go into loops and come out of them, or go from step to step, lie with their channels
// last, as convolutions and their gradients write and read them. Loops hold their arrays row-major,
// so without this every step would copy its pictures twice.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

//   scan(%h, body={                     %1 = transpose(%h, axes=[0, 2, 3, 1])
//     %0 = input [N, C, H, W]           scan(%1, body={
//     %1 = convolution(%0, ..)            %0 = input [N, H, W, C]
//     output %1                  ->       %1 = transpose(%0, axes=[0, 3, 1, 2])
//   })                                    %2 = convolution(%1, ..)
//                                         %3 = transpose(%2, axes=[0, 2, 3, 1])
//                                         output %3
//                                       })
//
// Transposes cost nothing where what they read lies so already.
void channels_last_loops(Graph& graph);

}  // namespace lamina
