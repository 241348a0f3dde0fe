#include "lamina/nn/zoneout.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/random.h"

namespace lamina::nn {

Array zoneout(Array next, const Array& old, double rate, bool training) {
  if (rate == 0) return next;
  if (!training) return next + (old - next) * rate;
  const IntList shape(old.shape().begin(), old.shape().end());
  return where(bernoulli(shape, rate), old, std::move(next));
}

std::vector<double> checked_zoneout(const std::string& kind, std::vector<double> rates,
                                    size_t states) {
  if (rates.size() == 1) rates.resize(states, rates[0]);
  if (!rates.empty() && rates.size() != states) {
    throw ValueError(text(kind, ": expected one rate of zoneout, or ", states,
                          " for the arrays of the state, got ", rates.size()));
  }
  for (double rate : rates) {
    if (rate >= 0 && rate <= 1) continue;
    throw ValueError(text(kind, ": a rate of zoneout must be 0 to 1, got ", rate));
  }
  return rates;
}

ZoneoutCell::ZoneoutCell(std::shared_ptr<Module> given, std::vector<double> given_rates)
    : cell(std::move(given)), rates(std::move(given_rates)) {
  checked_zoneout("ZoneoutCell", rates, rates.size());
  if (rates.empty()) throw ValueError("ZoneoutCell: expected a rate");
  add_shared("cell", cell);
}

bool ZoneoutCell::output_is_state() const {
  const auto* known = dynamic_cast<const Cell*>(cell.get());
  return known && known->output_is_state();
}

std::vector<Array> ZoneoutCell::initial_state(const Array& x) const {
  if (const auto* known = dynamic_cast<const Cell*>(cell.get())) return known->initial_state(x);
  throw ValueError(text("cannot tell the state of ", cell->kind())).help("give it one");
}

std::vector<Array> ZoneoutCell::forward_all(std::vector<Array> inputs) {
  if (inputs.size() == 1) {
    for (Array& s : initial_state(inputs[0])) inputs.push_back(std::move(s));
  }
  const std::vector<Array> old(inputs.begin() + 1, inputs.end());
  std::vector<Array> results = cell->call(std::move(inputs));
  const size_t outputs = output_is_state() ? 0 : 1;
  if (results.size() != outputs + old.size()) {
    throw ValueError(text(cell->kind(), ": expected an output and ", old.size(),
                          " arrays of state, got ", results.size(), " results"));
  }
  const std::vector<double> of_each = checked_zoneout("ZoneoutCell", rates, old.size());
  for (size_t k = 0; k < old.size(); ++k) {
    Array& next = results[outputs + k];
    const bool is_output = outputs == 1 && results[0].node() == next.node();
    next = zoneout(std::move(next), old[k], of_each[k], training());
    if (is_output) results[0] = next;
  }
  return results;
}

std::unique_ptr<Module> ZoneoutCell::fresh() const {
  return std::make_unique<ZoneoutCell>(std::shared_ptr<Module>(cell->fresh()), rates);
}

std::string ZoneoutCell::arguments() const {
  std::string s = "rates=[";
  for (size_t k = 0; k < rates.size(); ++k) s += text(k ? ", " : "", rates[k]);
  return s + "]";
}

}  // namespace lamina::nn
