// Internal: what optimizers and schedules say of numbers outside their range.
#pragma once

#include <limits>
#include <utility>

namespace lamina::optim {

// ValueError unless low <= value <= high; NaN is refused.
void check_number(const char* owner, const char* name, double value, double low,
                  double high = std::numeric_limits<double>::infinity());

// Running means keep a share of 0 <= beta < 1.
void check_share(const char* owner, const char* name, double value);
void check_betas(const char* owner, std::pair<double, double> betas);

}  // namespace lamina::optim
