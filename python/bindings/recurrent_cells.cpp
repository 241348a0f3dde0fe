// Cells of recurrent nets.
#include <nanobind/stl/string.h>

#include "bindings.h"
#include "lamina/nn/conv_lstm.h"
#include "lamina/nn/recurrent_cells.h"
#include "recurrent_calls.h"
#include "windows.h"

namespace lamina::python {
namespace {

// What the reference says of each cell.
#define CELL_FIELDS(state, result)                                               \
  "Shapes: x [N, input_size] or [input_size], state " state " -> " result        \
  "\n"                                                                           \
  "Dtypes: floating point; that of the parameters\n"                             \
  "Errors: ShapeError for an input or a state of another shape, ValueError for " \
  "sizes that cannot be\n"

template <class Cell>
nb::class_<Cell, nn::Module> bind_cell(nb::module_& m, const char* name, const char* doc) {
  nb::class_<Cell, nn::Module> type(m, name, nb::is_final(), doc);
  type.def("__call__", &call_cell<Cell>, nb::arg("x"), nb::arg("state") = nb::none())
      .def("forward", &call_cell<Cell>, nb::arg("x"), nb::arg("state") = nb::none())
      .def_prop_ro("_output_is_state", &Cell::output_is_state)
      .def(
          "_initial_state",
          [](const Cell& self, const Array& x) { return from_state(self.initial_state(x)); },
          nb::arg("x"))
      .def("load_keras_weights", &load_keras<Cell>, nb::arg("weights"), kLoadKeras);
  if constexpr (requires { &Cell::hidden_size; }) {
    type.def_ro("input_size", &Cell::input_size).def_ro("hidden_size", &Cell::hidden_size);
  }
  return type;
}

void bind_plain(nb::module_& m) {
  bind_cell<nn::RNNCell>(
      m, "RNNCell",
      "One step of a simple recurrent net: tanh(W x + b + U h + d).\n"
      CELL_FIELDS("[N, hidden_size]", "the same")
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
      "One step of an LSTM; state and result are the pair (h, c). proj_size projects h; with "
      "peepholes the gates see c; a coupled cell forgets what it does not take in; layer_norm "
      "normalises both products and c.\n"
      CELL_FIELDS("([N, hidden_size or proj_size], [N, hidden_size])", "the same")
      ">>> h, c = lm.nn.LSTMCell(3, 4)(lm.ones((2, 3)))\n"
      ">>> h.shape\n"
      "(2, 4)")
      .def(
          "__init__",
          [](nn::LSTMCell* self, int64_t input_size, int64_t hidden_size, bool bias,
             int64_t proj_size, bool peepholes, bool coupled, bool layer_norm, nb::handle dtype) {
            new (self) nn::LSTMCell(
                input_size, hidden_size,
                {bias, proj_size, peepholes, coupled, layer_norm, to_dtype(dtype, float32)});
          },
          nb::arg("input_size"), nb::arg("hidden_size"), nb::arg("bias") = true,
          nb::arg("proj_size") = 0, nb::arg("peepholes") = false, nb::arg("coupled") = false,
          nb::arg("layer_norm") = false, nb::arg("dtype") = nb::none());
  bind_cell<nn::GRUCell>(
      m, "GRUCell",
      "One step of a GRU. The reset gate works on the product, as in PyTorch, or before it; "
      "layer_norm normalises both products.\n"
      CELL_FIELDS("[N, hidden_size]", "the same")
      ">>> lm.nn.GRUCell(3, 4, reset_after=False)(lm.ones((2, 3))).shape\n"
      "(2, 4)")
      .def(
          "__init__",
          [](nn::GRUCell* self, int64_t input_size, int64_t hidden_size, bool bias,
             bool reset_after, bool layer_norm, nb::handle dtype) {
            new (self) nn::GRUCell(input_size, hidden_size,
                                   {bias, reset_after, layer_norm, to_dtype(dtype, float32)});
          },
          nb::arg("input_size"), nb::arg("hidden_size"), nb::arg("bias") = true,
          nb::arg("reset_after") = true, nb::arg("layer_norm") = false,
          nb::arg("dtype") = nb::none());
}

void bind_others(nb::module_& m) {
  bind_cell<nn::IndRNNCell>(
      m, "IndRNNCell",
      "One step of an independently recurrent net (Li et al. 2018): relu(W x + b + u h) with a "
      "vector u.\n"
      CELL_FIELDS("[N, hidden_size]", "the same")
      ">>> lm.nn.IndRNNCell(3, 4)(lm.ones((2, 3))).shape\n"
      "(2, 4)")
      .def(
          "__init__",
          [](nn::IndRNNCell* self, int64_t input_size, int64_t hidden_size, bool bias,
             std::string nonlinearity, nb::handle dtype) {
            new (self) nn::IndRNNCell(input_size, hidden_size,
                                      {bias, std::move(nonlinearity), to_dtype(dtype, float32)});
          },
          nb::arg("input_size"), nb::arg("hidden_size"), nb::arg("bias") = true,
          nb::arg("nonlinearity") = "relu", nb::arg("dtype") = nb::none());
  bind_cell<nn::SRUCell>(
      m, "SRUCell",
      "One step of a simple recurrent unit (Lei et al. 2018), whose products do not depend on "
      "the state. Gives the output and the state.\n"
      CELL_FIELDS("[N, hidden_size]", "two of [N, hidden_size]")
      ">>> y, c = lm.nn.SRUCell(3, 4)(lm.ones((2, 3)))\n"
      ">>> print(y.shape, c.shape)\n"
      "(2, 4) (2, 4)")
      .def(
          "__init__",
          [](nn::SRUCell* self, int64_t input_size, int64_t hidden_size, bool bias,
             nb::handle dtype) {
            new (self) nn::SRUCell(input_size, hidden_size, {bias, to_dtype(dtype, float32)});
          },
          nb::arg("input_size"), nb::arg("hidden_size"), nb::arg("bias") = true,
          nb::arg("dtype") = nb::none());
  bind_cell<nn::ConvLSTM2dCell>(
      m, "ConvLSTM2dCell",
      "One step of an LSTM whose products are convolutions (Shi et al. 2015); state and result "
      "are the pair (h, c).\n"
      "Shapes: x [N, in_channels, H, W], state two of [N, out_channels, H', W'] -> the same\n"
      "Dtypes: floating point; that of the parameters\n"
      "Errors: ShapeError for an input or a state of another shape, ValueError for sizes that "
      "cannot be\n"
      ">>> h, c = lm.nn.ConvLSTM2dCell(3, 4, 3)(lm.ones((2, 3, 6, 5)))\n"
      ">>> h.shape\n"
      "(2, 4, 6, 5)")
      .def(
          "__init__",
          [](nn::ConvLSTM2dCell* self, int64_t in_channels, int64_t out_channels,
             nb::handle kernel_size, nb::handle stride, nb::handle padding, nb::handle dilation,
             bool bias, nb::handle dtype) {
            new (self) nn::ConvLSTM2dCell(
                in_channels, out_channels, to_per_axis(kernel_size, "conv: kernel_size"),
                {to_per_axis(stride, "conv: stride"), to_padding(padding, "conv: padding"),
                 to_per_axis(dilation, "conv: dilation"), bias, false, to_dtype(dtype, float32)});
          },
          nb::arg("in_channels"), nb::arg("out_channels"), nb::arg("kernel_size"),
          nb::arg("stride") = 1, nb::arg("padding") = "same", nb::arg("dilation") = 1,
          nb::arg("bias") = true, nb::arg("dtype") = nb::none());
}

}  // namespace

void bind_recurrent_cells(nb::module_& m) {
  bind_plain(m);
  bind_others(m);
}

}  // namespace lamina::python
