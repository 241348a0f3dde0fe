// Zoneout (Krueger et al. 2017): numbers of the state that stay as they were.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lamina/nn/recurrent_cells.h"

namespace lamina::nn {

// In training each number is the old one with probability `rate`; otherwise the mean of both cases.
Array zoneout(Array next, const Array& old, double rate, bool training);

// Throws, begun by `kind`, unless there is no rate, one for the whole state, or one for each of its
// `states` arrays, all 0 to 1; fills up.
std::vector<double> checked_zoneout(const std::string& kind, std::vector<double> rates,
                                    size_t states);

// Any cell with zoneout: one rate for the whole state, or one for each array of it. An output that
// is an array of the state is that array after zoneout.
class ZoneoutCell : public Cell {
 public:
  template <std::derived_from<Module> Inner>
  ZoneoutCell(Inner&& cell, std::vector<double> rates)
      : ZoneoutCell(std::shared_ptr<Module>(std::make_shared<Inner>(std::move(cell))),
                    std::move(rates)) {}
  ZoneoutCell(std::shared_ptr<Module> cell, std::vector<double> rates);

  std::vector<Array> forward_all(std::vector<Array> inputs) override;
  std::vector<Array> initial_state(const Array& x) const override;
  bool output_is_state() const override;
  std::unique_ptr<Module> fresh() const override;
  std::string arguments() const override;

  std::shared_ptr<Module> cell;
  std::vector<double> rates;
};

}  // namespace lamina::nn
