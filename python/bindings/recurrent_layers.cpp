// Recurrent layers and cells.
#include <nanobind/stl/string.h>

#include "bindings.h"
#include "casters.h"
#include "convert.h"
#include "lamina/base/error.h"
#include "lamina/nn/recurrent.h"
#include "layer.h"

namespace lamina::python {
namespace {

// What the reference says of each cell and of each layer.
#define CELL_FIELDS(state)                                                       \
  "Shapes: x [N, input_size] or [input_size], state " state " -> the same\n"     \
  "Dtypes: floating point; that of the parameters\n"                             \
  "Errors: ShapeError for an input or a state of another shape, ValueError for " \
  "sizes that cannot be\n"
#define LAYER_FIELDS(state)                                                            \
  "Shapes: x [T, N, input_size], [N, T, input_size] with batch_first, or "             \
  "[T, input_size]; state " state                                                      \
  "; lengths [N] -> outputs [T, N, hidden_size], state\n"                              \
  "Dtypes: floating point, lengths integers; that of the parameters\n"                 \
  "Errors: ShapeError for an input, a state or lengths of another shape, ValueError "  \
  "for lengths that are not 1 to T and for sizes that cannot be\n"

// The state as PyTorch has it: one array, or a tuple of them.
std::vector<Array> to_state(nb::handle state, int count, const std::string& kind) {
  if (state.is_none()) return std::vector<Array>(static_cast<size_t>(count));
  std::vector<Array> arrays;
  if (nb::isinstance<nb::tuple>(state) || nb::isinstance<nb::list>(state)) {
    for (nb::handle part : state) arrays.push_back(to_argument(part.ptr(), kind.c_str(), "state"));
  } else {
    arrays.push_back(to_argument(state.ptr(), kind.c_str(), "state"));
  }
  if (arrays.size() != static_cast<size_t>(count)) {
    throw ValueError(text(kind, ": expected a state of ", count, " arrays, got ", arrays.size()));
  }
  return arrays;
}

nb::object from_state(std::vector<Array> arrays) {
  return arrays.size() == 1 ? nb::cast(arrays[0]) : nb::object(nb::tuple(nb::cast(arrays)));
}

template <class Layer>
nb::object call_layer(Layer& self, nb::handle x, nb::handle state, nb::handle lengths) {
  const std::string kind = self.kind();
  std::vector<Array> inputs{to_argument(x.ptr(), kind.c_str(), "x")};
  for (Array& part : to_state(state, self.states(), kind)) inputs.push_back(std::move(part));
  if (!lengths.is_none()) inputs.push_back(to_argument(lengths.ptr(), kind.c_str(), "lengths"));
  std::vector<Array> outputs = self.call(std::move(inputs));
  Array output = std::move(outputs[0]);
  outputs.erase(outputs.begin());
  return nb::make_tuple(std::move(output), from_state(std::move(outputs)));
}

template <class Layer>
nb::class_<Layer, nn::Module> bind_layer(nb::module_& m, const char* name, const char* doc) {
  nb::class_<Layer, nn::Module> type(m, name, nb::is_final(), doc);
  type.def("__call__", &call_layer<Layer>, nb::arg("x"), nb::arg("state") = nb::none(),
           nb::arg("lengths") = nb::none())
      .def("forward", &call_layer<Layer>, nb::arg("x"), nb::arg("state") = nb::none(),
           nb::arg("lengths") = nb::none())
      .def_ro("input_size", &Layer::input_size)
      .def_ro("hidden_size", &Layer::hidden_size);
  return type;
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

template <class Cell>
nb::class_<Cell, nn::Module> bind_cell(nb::module_& m, const char* name, const char* doc) {
  nb::class_<Cell, nn::Module> type(m, name, nb::is_final(), doc);
  type.def("__call__", &call_cell<Cell>, nb::arg("x"), nb::arg("state") = nb::none())
      .def("forward", &call_cell<Cell>, nb::arg("x"), nb::arg("state") = nb::none())
      .def_ro("input_size", &Cell::input_size)
      .def_ro("hidden_size", &Cell::hidden_size)
      .def_prop_ro("_states", &Cell::states);
  return type;
}

void bind_cells(nb::module_& m) {
  bind_cell<nn::RNNCell>(
      m, "RNNCell",
      "One step of a simple recurrent net: tanh(W x + b + U h + d).\n"
      CELL_FIELDS("[N, hidden_size]")
      ">>> lm.nn.RNNCell(3, 4)(lm.ones((2, 3))).shape\n"
      "(2, 4)")
      .def(
          "__init__",
          [](nn::RNNCell* self, int64_t input_size, int64_t hidden_size, bool bias,
             std::string nonlinearity, nb::handle dtype) {
            new (self) nn::RNNCell(input_size, hidden_size,
                                   {bias, std::move(nonlinearity), to_dtype(dtype, float32)});
          },
          nb::arg("input_size"), nb::arg("hidden_size"), nb::arg("bias") = true,
          nb::arg("nonlinearity") = "tanh", nb::arg("dtype") = nb::none());
  bind_cell<nn::LSTMCell>(
      m, "LSTMCell",
      "One step of an LSTM; state and result are the pair (h, c).\n"
      CELL_FIELDS("two of [N, hidden_size]")
      ">>> h, c = lm.nn.LSTMCell(3, 4)(lm.ones((2, 3)))\n"
      ">>> h.shape\n"
      "(2, 4)")
      .def(
          "__init__",
          [](nn::LSTMCell* self, int64_t input_size, int64_t hidden_size, bool bias,
             nb::handle dtype) {
            new (self) nn::LSTMCell(input_size, hidden_size, {bias, to_dtype(dtype, float32)});
          },
          nb::arg("input_size"), nb::arg("hidden_size"), nb::arg("bias") = true,
          nb::arg("dtype") = nb::none());
  bind_cell<nn::GRUCell>(
      m, "GRUCell",
      "One step of a GRU. The reset gate works on the product, as in PyTorch, or before it.\n"
      CELL_FIELDS("[N, hidden_size]")
      ">>> lm.nn.GRUCell(3, 4, reset_after=False)(lm.ones((2, 3))).shape\n"
      "(2, 4)")
      .def(
          "__init__",
          [](nn::GRUCell* self, int64_t input_size, int64_t hidden_size, bool bias,
             bool reset_after, nb::handle dtype) {
            new (self) nn::GRUCell(input_size, hidden_size,
                                   {bias, reset_after, to_dtype(dtype, float32)});
          },
          nb::arg("input_size"), nb::arg("hidden_size"), nb::arg("bias") = true,
          nb::arg("reset_after") = true, nb::arg("dtype") = nb::none());
}

}  // namespace

void bind_recurrent_layers(nb::module_& m) {
  bind_cells(m);
  bind_layer<nn::SimpleRNN>(
      m, "SimpleRNN",
      "Simple recurrent layers over [time, batch, input], as torch.nn.RNN. Gives the "
      "outputs and the last state.\n"
      LAYER_FIELDS("[layers, N, hidden_size]")
      ">>> y, h = lm.nn.SimpleRNN(3, 4)(lm.ones((5, 2, 3)))\n"
      ">>> print(y.shape, h.shape)\n"
      "(5, 2, 4) (1, 2, 4)")
      .def(
          "__init__",
          [](nn::SimpleRNN* self, int64_t input_size, int64_t hidden_size, int64_t num_layers,
             bool bias, bool batch_first, double dropout, bool bidirectional,
             std::string nonlinearity, nb::handle dtype) {
            new (self) nn::SimpleRNN(input_size, hidden_size,
                                     {{num_layers, bias, batch_first, dropout, bidirectional,
                                       to_dtype(dtype, float32)},
                                      std::move(nonlinearity)});
          },
          nb::arg("input_size"), nb::arg("hidden_size"), nb::arg("num_layers") = 1,
          nb::arg("bias") = true, nb::arg("batch_first") = false, nb::arg("dropout") = 0.0,
          nb::arg("bidirectional") = false, nb::arg("nonlinearity") = "tanh",
          nb::arg("dtype") = nb::none());
  bind_layer<nn::LSTM>(
      m, "LSTM",
      "Long short-term memory over [time, batch, input], as torch.nn.LSTM. Gives the "
      "outputs and the last state (h, c). Sequences of other lengths than the longest "
      "end where `lengths` says.\n"
      LAYER_FIELDS("two of [layers, N, hidden_size]")
      ">>> lstm = lm.nn.LSTM(3, 4, num_layers=2)\n"
      ">>> y, (h, c) = lstm(lm.ones((5, 2, 3)), lengths=lm.array([5, 2]))\n"
      ">>> print(y.shape, h.shape, lm.max(lm.abs(y[2:, 1])))\n"
      "(5, 2, 4) (2, 2, 4) 0")
      .def(
          "__init__",
          [](nn::LSTM* self, int64_t input_size, int64_t hidden_size, int64_t num_layers, bool bias,
             bool batch_first, double dropout, bool bidirectional, nb::handle dtype) {
            new (self) nn::LSTM(input_size, hidden_size,
                                {num_layers, bias, batch_first, dropout, bidirectional,
                                 to_dtype(dtype, float32)});
          },
          nb::arg("input_size"), nb::arg("hidden_size"), nb::arg("num_layers") = 1,
          nb::arg("bias") = true, nb::arg("batch_first") = false, nb::arg("dropout") = 0.0,
          nb::arg("bidirectional") = false, nb::arg("dtype") = nb::none());
  bind_layer<nn::GRU>(
      m, "GRU",
      "Gated recurrent units over [time, batch, input], as torch.nn.GRU; with "
      "reset_after=False as Cho et al. wrote them. Gives the outputs and the last "
      "state.\n"
      LAYER_FIELDS("[layers, N, hidden_size]")
      ">>> y, h = lm.nn.GRU(3, 4, bidirectional=True)(lm.ones((5, 2, 3)))\n"
      ">>> print(y.shape, h.shape)\n"
      "(5, 2, 8) (2, 2, 4)")
      .def(
          "__init__",
          [](nn::GRU* self, int64_t input_size, int64_t hidden_size, int64_t num_layers, bool bias,
             bool batch_first, double dropout, bool bidirectional, bool reset_after,
             nb::handle dtype) {
            new (self) nn::GRU(input_size, hidden_size,
                               {{num_layers, bias, batch_first, dropout, bidirectional,
                                 to_dtype(dtype, float32)},
                                reset_after});
          },
          nb::arg("input_size"), nb::arg("hidden_size"), nb::arg("num_layers") = 1,
          nb::arg("bias") = true, nb::arg("batch_first") = false, nb::arg("dropout") = 0.0,
          nb::arg("bidirectional") = false, nb::arg("reset_after") = true,
          nb::arg("dtype") = nb::none());
}

}  // namespace lamina::python
