#include "lamina/optim/limits.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::optim {

void check_number(const char* owner, const char* name, double value, double low, double high) {
  if (value >= low && value <= high) return;
  if (high == std::numeric_limits<double>::infinity()) {
    throw ValueError(text(owner, ": expected ", name, " to be ", low, " or more, got ", value));
  }
  throw ValueError(
      text(owner, ": expected ", name, " between ", low, " and ", high, ", got ", value));
}

void check_share(const char* owner, const char* name, double value) {
  if (value >= 0 && value < 1) return;
  throw ValueError(text(owner, ": ", name, " must be at least 0 and below 1, got ", value));
}

void check_betas(const char* owner, std::pair<double, double> betas) {
  check_share(owner, "betas", betas.first);
  check_share(owner, "betas", betas.second);
}

}  // namespace lamina::optim
