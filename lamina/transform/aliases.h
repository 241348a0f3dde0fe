// Aliases of arrays at which tapes begin: what a transform calls its function on.
#pragma once

#include <string_view>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

// While this lives, its arrays require gradients, whatever they alias does. Integers are their own
// aliases. `detached`: no tape goes on below them.
class TapeRoots {
 public:
  TapeRoots(std::string_view transform, const std::vector<Array>& values, bool detached = false);
  ~TapeRoots();
  TapeRoots(TapeRoots&&) noexcept = default;
  TapeRoots(const TapeRoots&) = delete;

  // The results keep a tape only if what the function was given, or used from outside, has one.
  void settle(const std::vector<Array>& results);

  const std::vector<Array>& arrays() const { return arrays_; }

 private:
  void end();
  std::vector<Array> arrays_, begun_here_;
};

// Throws unless there is one cotangent (or tangent) of its shape for every value; brings them to
// the values' types.
std::vector<Array> matched(std::string_view transform, const char* what,
                           const std::vector<Array>& values, std::vector<Array> given);

}  // namespace lamina
