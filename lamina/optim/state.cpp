// An optimizer's state as named arrays, for checkpoints.
#include <map>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ir/node.h"
#include "lamina/op/op.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/optim/optimizer.h"

namespace lamina::optim {
namespace {

Array integer(int64_t value) { return from_data(&value, {}, int64); }

}  // namespace

// Memory that the optimizer alone owns, so that a step may write the next value into it.
Array Optimizer::copied(const Array& value, DType dtype) {
  std::vector<double> values = value.to_vector<double>();
  Array wide = from_data(values.data(), value.shape(), float64);
  return astype(std::move(wide), dtype).eval();
}

// The name in its module, or the place in the list for parameters of no module.
std::string Optimizer::entry_name(size_t k) const {
  const std::string& name = entries_[k].parameter->name;
  return name.empty() ? text(k) : name;
}

StateDict Optimizer::state_dict() const {
  StateDict state;
  state.emplace_back("steps", integer(steps_));
  state.emplace_back("lr", array(lr(), float64));
  for (size_t k = 0; k < entries_.size(); ++k) {
    const Entry& entry = entries_[k];
    if (entry.steps == 0) continue;
    state.emplace_back(text(entry_name(k), ".steps"), integer(entry.steps));
    for (size_t i = 0; i < slot_names_.size(); ++i) {
      state.emplace_back(text(entry_name(k), ".", slot_names_[i]), entry.slots[i]);
    }
  }
  return state;
}

void Optimizer::load_state_dict(const StateDict& state) {
  std::map<std::string, Array> left(state.begin(), state.end());
  std::vector<std::string> missing, different;
  auto take = [&](const std::string& name, const Shape& shape) -> Array {
    auto found = left.find(name);
    if (found == left.end()) {
      missing.push_back(name);
      return {};
    }
    Array value = std::move(found->second);
    left.erase(found);
    if (value.shape() == shape) return value;
    different.push_back(text(name, " ", value.shape(), " for ", shape));
    return {};
  };
  Array steps = take("steps", {}), rate = take("lr", {});
  struct Loaded {
    Array steps;
    std::vector<Array> slots;
  };
  std::vector<Loaded> loaded(entries_.size());
  for (size_t k = 0; k < entries_.size(); ++k) {
    std::string name = entry_name(k);
    if (!left.count(name + ".steps")) continue;  // had no gradient yet
    loaded[k].steps = take(name + ".steps", {});
    for (size_t i = 0; i < slot_names_.size(); ++i) {
      const Shape shape = first_slot(i, entries_[k].parameter.value()).shape();
      loaded[k].slots.push_back(take(text(name, ".", slot_names_[i]), shape));
    }
  }
  if (!missing.empty() || !different.empty() || !left.empty()) {
    KeyError error(text("load_state_dict: the state does not fit this ", kind()));
    if (!missing.empty()) error.detail("missing", list_text(missing, "", ""));
    if (!left.empty()) error.detail("unexpected", left.begin()->first);
    if (!different.empty()) error.detail("shapes", list_text(different, "", ""));
    throw error.help(
        "nothing was loaded; the optimizer and the names of its parameters must be the same");
  }
  std::vector<Entry> entries = entries_;
  for (size_t k = 0; k < entries.size(); ++k) {
    entries[k].steps = 0;
    entries[k].slots.clear();
    if (!loaded[k].steps) continue;
    entries[k].steps = loaded[k].steps.item<int64_t>();
    for (const Array& slot : loaded[k].slots) {
      entries[k].slots.push_back(copied(slot, entries[k].parameter.dtype()));
    }
  }
  int64_t count = steps.item<int64_t>();
  double last_rate = rate.item<double>();
  entries_ = std::move(entries);
  steps_ = count;
  if (!lr_.is_schedule()) lr_ = last_rate;
}

}  // namespace lamina::optim
