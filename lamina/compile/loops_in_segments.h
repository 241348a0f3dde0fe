// Loops of many steps in segments. For its gradient a scan keeps what every step computed, until the
// backward scan has read it: memory in proportion to the steps. Here both become loops over segments,
// each of which is a loop over its steps. The forward one keeps the state at the beginning of each
// segment, and the backward one computes the rest of a segment again from that, just before it reads
// it: what lives is the states of the segments, and what the steps of one segment keep.
//
//   y, s = scan(h, xs, length=6)                 (s: what the gradient needs of each step)
//   dh = scan(dy, s, reverse, length=6)
//   ->
//   y, h0 = scan(h, xs as [2, 3, ..], body={ scan(h, x, length=3) }, length=2)   (h0: each first h)
//   dh = scan(dy, xs, h0, reverse, body={ s = scan(h0, x, length=3); scan(dy, s, reverse) }, length=2)
//
// The forward steps run twice. What is added up over steps, as gradients of weights, is added up by
// segments, which may round otherwise. So this is for loops that a memory budget leaves no other way.
// Chen et al., Training deep nets with sublinear memory cost, 2016, section 4.
#pragma once

#include "lamina/ir/graph.h"

namespace lamina {

// Every scan whose length is a multiple of `segments`, at least two of each, and whose stacks only
// one other scan of that length reads; whether there was one.
bool loops_in_segments(Graph& graph, int64_t segments);

}  // namespace lamina
