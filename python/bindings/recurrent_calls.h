// How recurrent cells and layers are called: a state is one array or a tuple of them.
#pragma once

#include <string>
#include <vector>

#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "layer.h"

namespace lamina::python {

// No state: `count` empty arrays.
inline std::vector<Array> to_state(nb::handle state, int count, const std::string& kind) {
  if (state.is_none()) return std::vector<Array>(static_cast<size_t>(count));
  std::vector<Array> arrays;
  if (nb::isinstance<nb::tuple>(state) || nb::isinstance<nb::list>(state)) {
    for (nb::handle part : state) arrays.push_back(to_argument(part.ptr(), kind.c_str(),
    "state"));
  } else {
    arrays.push_back(to_argument(state.ptr(), kind.c_str(), "state"));
  }
  if (arrays.size() != static_cast<size_t>(count)) {
    throw ValueError(text(kind, ": expected a state of ", count, " arrays, got ", arrays.size()));
  }
  return arrays;
}

inline nb::object from_state(std::vector<Array> arrays) {
  return arrays.size() == 1 ? nb::cast(arrays[0]) : nb::object(nb::tuple(nb::cast(arrays)));
}

// One rate, several, or none.
inline std::vector<double> to_rates(nb::handle rates, const char* what) {
  if (rates.is_none()) return {};
  return to_numbers(rates, what);
}

template <class Layer>
nb::object call_recurrent(Layer& self, nb::handle x, nb::handle state, nb::handle lengths) {
  const std::string kind = self.kind();
  std::vector<Array> inputs{to_argument(x.ptr(), kind.c_str(), "x")};
  for (Array& part : to_state(state, self.states(), kind)) inputs.push_back(std::move(part));
  if (!lengths.is_none()) inputs.push_back(to_argument(lengths.ptr(), kind.c_str(), "lengths"));
  std::vector<Array> outputs = self.call(std::move(inputs));
  Array output = std::move(outputs[0]);
  outputs.erase(outputs.begin());
  return nb::make_tuple(std::move(output), from_state(std::move(outputs)));
}

template <class Cell>
nb::object call_cell(Cell& self, nb::handle x, nb::handle state) {
  const std::string kind = self.kind();
  std::vector<Array> inputs{to_argument(x.ptr(), kind.c_str(), "x")};
  if (!state.is_none()) {
    for (Array& part : to_state(state, self.states(), kind)) inputs.push_back(std::move(part));
  }
  return from_state(self.call(std::move(inputs)));
}

template <class Owner>
void load_keras(Owner& self, nb::handle weights) {
  std::vector<Array> arrays;
  for (nb::handle weight : weights) {
    arrays.push_back(to_argument(weight.ptr(), "load_keras_weights", "weights"));
  }
  self.load_keras_weights(arrays);
}

inline constexpr const char* kLoadKeras =
    "Takes the weights of the Keras layer of this kind, as its get_weights() gives them: kernel, "
    "recurrent kernel and "
    "bias, of one layer after the other.\n\n"
    "Shapes: those of Keras\n"
    "Dtypes: floating point; cast to that of the layer\n"
    "Errors: ValueError for another number of arrays, and for kinds that Keras has not; "
    "ShapeError "
    "and KeyError for "
    "other shapes\n";

}  // namespace lamina::python
