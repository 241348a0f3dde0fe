#include "lamina/exec/loop_body.h"

#include <utility>

namespace lamina {
namespace {

thread_local bool in_body = false;

}  // namespace

LoopBodyScope::LoopBodyScope() : before_(std::exchange(in_body, true)) {}
LoopBodyScope::~LoopBodyScope() { in_body = before_; }

bool is_loop_body() { return in_body; }

}  // namespace lamina
