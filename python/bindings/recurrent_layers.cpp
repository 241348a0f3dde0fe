// Recurrent layers.
#include <nanobind/stl/string.h>

#include "bindings.h"
#include "lamina/nn/conv_lstm.h"
#include "lamina/nn/recurrent.h"
#include "recurrent_calls.h"
#include "windows.h"

namespace lamina::python {
namespace {

// What the reference says of each layer.
#define LAYER_FIELDS(state)                                                           \
  "Shapes: x [T, N, input_size], [N, T, input_size] with batch_first, or "            \
  "[T, input_size]; state " state                                                     \
  "; lengths [N] -> outputs [T, N, hidden_size], state\n"                             \
  "Dtypes: floating point, lengths integers; that of the parameters\n"                \
  "Errors: ShapeError for an input, a state or lengths of another shape, ValueError " \
  "for lengths that are not 1 to T and for sizes that cannot be\n"

#define OPTION_SENTENCE                                                               \
  "recurrent_dropout drops numbers of the state where they enter products, the same " \
  "in all steps; zoneout keeps numbers of the state as they were, with one rate or "  \
  "one for each array of it; a stateful layer goes on where its last call ended, "    \
  "until reset_states().\n"

template <class Layer>
nb::class_<Layer, nn::Module> bind_layer(nb::module_& m, const char* name, const char* doc) {
  nb::class_<Layer, nn::Module> type(m, name, nb::is_final(), doc);
  type.def("__call__", &call_recurrent<Layer>, nb::arg("x"), nb::arg("state") = nb::none(),
           nb::arg("lengths") = nb::none())
      .def("forward", &call_recurrent<Layer>, nb::arg("x"), nb::arg("state") = nb::none(),
           nb::arg("lengths") = nb::none())
      .def("load_keras_weights", &load_keras<Layer>, nb::arg("weights"), kLoadKeras);
  if constexpr (requires { &Layer::hidden_size; }) {
    type.def_ro("input_size", &Layer::input_size)
        .def_ro("hidden_size", &Layer::hidden_size)
        .def("reset_states", &Layer::reset_states,
             "A stateful layer begins with zeros again at its next call.");
  }
  return type;
}

// Arguments that all layers begin and end with.
#define FIRST_ARGUMENTS                                                                  \
  nb::arg("input_size"), nb::arg("hidden_size"),                                         \
      nb::arg("num_layers") = 1, nb::arg("bias") = true, nb::arg("batch_first") = false, \
      nb::arg("dropout") = 0.0, nb::arg("bidirectional") = false
#define LAST_ARGUMENTS \
  nb::arg("zoneout") = nb::none(), nb::arg("stateful") = false, nb::arg("dtype") = nb::none()

void bind_simple_rnn(nb::module_& m) {
  bind_layer<nn::SimpleRNN>(
      m, "SimpleRNN",
      "Simple recurrent layers over [time, batch, input], as torch.nn.RNN. Gives the outputs and "
      "the last state. "
      OPTION_SENTENCE
      LAYER_FIELDS("[layers, N, hidden_size]")
      ">>> y, h = lm.nn.SimpleRNN(3, 4)(lm.ones((5, 2, 3)))\n"
      ">>> print(y.shape, h.shape)\n"
      "(5, 2, 4) (1, 2, 4)")
      .def(
          "__init__",
          [](nn::SimpleRNN* self, int64_t input_size, int64_t hidden_size, int64_t num_layers,
             bool bias, bool batch_first, double dropout, bool bidirectional,
             std::string nonlinearity, double recurrent_dropout, nb::handle zoneout, bool stateful,
             nb::handle dtype) {
            new (self) nn::SimpleRNN(input_size, hidden_size,
                {num_layers, bias, batch_first, dropout, bidirectional, std::move(nonlinearity),
                recurrent_dropout, to_rates(zoneout, "SimpleRNN: zoneout"), stateful,
                to_dtype(dtype, float32)});
          },
          FIRST_ARGUMENTS, nb::arg("nonlinearity") = "tanh", nb::arg("recurrent_dropout") = 0.0,
          LAST_ARGUMENTS);
}

void bind_lstm(nb::module_& m) {
  bind_layer<nn::LSTM>(
      m, "LSTM",
      "Long short-term memory over [time, batch, input], as torch.nn.LSTM. Gives the outputs and "
      "the last state (h, c). Sequences of other lengths than the longest end where `lengths` "
      "says, and cost nothing behind their ends. proj_size projects h; with peepholes the gates "
      "see c; a coupled layer forgets what it does not take in; layer_norm normalises both "
      "products and c. "
      OPTION_SENTENCE
      LAYER_FIELDS("([layers, N, hidden_size or proj_size], [layers, N, hidden_size])")
      ">>> lstm = lm.nn.LSTM(3, 4, num_layers=2)\n"
      ">>> y, (h, c) = lstm(lm.ones((5, 2, 3)), lengths=lm.array([5, 2]))\n"
      ">>> print(y.shape, h.shape, lm.max(lm.abs(y[2:, 1])))\n"
      "(5, 2, 4) (2, 2, 4) 0")
      .def(
          "__init__",
          [](nn::LSTM* self, int64_t input_size, int64_t hidden_size, int64_t num_layers,
             bool bias, bool batch_first, double dropout, bool bidirectional, int64_t proj_size,
             bool peepholes, bool coupled, bool layer_norm, double recurrent_dropout,
             nb::handle zoneout, bool stateful, nb::handle dtype) {
            new (self) nn::LSTM(input_size, hidden_size,
                {num_layers, bias, batch_first, dropout, bidirectional, proj_size, peepholes,
                coupled, layer_norm, recurrent_dropout, to_rates(zoneout, "LSTM: zoneout"),
                stateful, to_dtype(dtype, float32)});
          },
          FIRST_ARGUMENTS, nb::arg("proj_size") = 0, nb::arg("peepholes") = false,
          nb::arg("coupled") = false, nb::arg("layer_norm") = false,
          nb::arg("recurrent_dropout") = 0.0, LAST_ARGUMENTS);
}

void bind_gru(nb::module_& m) {
  bind_layer<nn::GRU>(
      m, "GRU",
      "Gated recurrent units over [time, batch, input], as torch.nn.GRU; with reset_after=False "
      "as Cho et al. wrote them; layer_norm normalises both products. Gives the outputs and the "
      "last state. "
      OPTION_SENTENCE
      LAYER_FIELDS("[layers, N, hidden_size]")
      ">>> y, h = lm.nn.GRU(3, 4, bidirectional=True)(lm.ones((5, 2, 3)))\n"
      ">>> print(y.shape, h.shape)\n"
      "(5, 2, 8) (2, 2, 4)")
      .def(
          "__init__",
          [](nn::GRU* self, int64_t input_size, int64_t hidden_size, int64_t num_layers,
             bool bias, bool batch_first, double dropout, bool bidirectional, bool reset_after,
             bool layer_norm, double recurrent_dropout, nb::handle zoneout, bool stateful,
             nb::handle dtype) {
            new (self) nn::GRU(input_size, hidden_size,
                {num_layers, bias, batch_first, dropout, bidirectional, reset_after, layer_norm,
                recurrent_dropout, to_rates(zoneout, "GRU: zoneout"), stateful, to_dtype(dtype,
                float32)});
          },
          FIRST_ARGUMENTS, nb::arg("reset_after") = true, nb::arg("layer_norm") = false,
          nb::arg("recurrent_dropout") = 0.0, LAST_ARGUMENTS);
}

void bind_indrnn(nb::module_& m) {
  bind_layer<nn::IndRNN>(
      m, "IndRNN",
      "Independently recurrent layers (Li et al. 2018) over [time, batch, input]: relu(W x + b + "
      "u h) with a vector u. Gives the outputs and the last state. "
      OPTION_SENTENCE
      LAYER_FIELDS("[layers, N, hidden_size]")
      ">>> y, h = lm.nn.IndRNN(3, 4, num_layers=2)(lm.ones((5, 2, 3)))\n"
      ">>> print(y.shape, h.shape)\n"
      "(5, 2, 4) (2, 2, 4)")
      .def(
          "__init__",
          [](nn::IndRNN* self, int64_t input_size, int64_t hidden_size, int64_t num_layers,
             bool bias, bool batch_first, double dropout, bool bidirectional,
             std::string nonlinearity, double recurrent_dropout, nb::handle zoneout, bool stateful,
             nb::handle dtype) {
            new (self) nn::IndRNN(input_size, hidden_size,
                {num_layers, bias, batch_first, dropout, bidirectional, std::move(nonlinearity),
                recurrent_dropout, to_rates(zoneout, "IndRNN: zoneout"), stateful, to_dtype(dtype,
                float32)});
          },
          FIRST_ARGUMENTS, nb::arg("nonlinearity") = "relu", nb::arg("recurrent_dropout") = 0.0,
          LAST_ARGUMENTS);
}

void bind_sru(nb::module_& m) {
  bind_layer<nn::SRU>(
      m, "SRU",
      "Simple recurrent units (Lei et al. 2018) over [time, batch, input]: all products are "
      "outside of the loop. Gives the outputs and the last state. zoneout and stateful as for "
      "LSTM.\n"
      LAYER_FIELDS("[layers, N, hidden_size]")
      ">>> y, c = lm.nn.SRU(3, 4)(lm.ones((5, 2, 3)))\n"
      ">>> print(y.shape, c.shape)\n"
      "(5, 2, 4) (1, 2, 4)")
      .def(
          "__init__",
          [](nn::SRU* self, int64_t input_size, int64_t hidden_size, int64_t num_layers,
             bool bias, bool batch_first, double dropout, bool bidirectional,
             nb::handle zoneout, bool stateful, nb::handle dtype) {
            new (self) nn::SRU(input_size, hidden_size,
                {num_layers, bias, batch_first, dropout, bidirectional,
                 to_rates(zoneout, "SRU: zoneout"), stateful, to_dtype(dtype, float32)});
          },
          FIRST_ARGUMENTS, LAST_ARGUMENTS);
}

void bind_conv_lstm(nb::module_& m) {
  bind_layer<nn::ConvLSTM2d>(
      m, "ConvLSTM2d",
      "LSTM over images [time, batch, channels, height, width] whose products are convolutions "
      "(Shi et al. 2015), as Keras's ConvLSTM2D. Gives the outputs and the last state (h, c).\n"
      "Shapes: x [T, N, in_channels, H, W], or [N, T, ..] with batch_first; state two of [N, "
      "out_channels, H', W']; lengths [N] -> outputs [T, N, out_channels, H', W'], state\n"
      "Dtypes: floating point, lengths integers; that of the parameters\n"
      "Errors: ShapeError for an input, a state or lengths of another shape, ValueError for "
      "lengths that are not 1 to T and for sizes that cannot be\n"
      ">>> y, (h, c) = lm.nn.ConvLSTM2d(3, 4, kernel_size=3)(lm.ones((5, 2, 3, 8, 8)))\n"
      ">>> print(y.shape, h.shape)\n"
      "(5, 2, 4, 8, 8) (2, 4, 8, 8)")
      .def(
          "__init__",
          [](nn::ConvLSTM2d* self, int64_t in_channels, int64_t out_channels,
             nb::handle kernel_size, nb::handle stride, nb::handle padding, nb::handle dilation,
             bool bias, bool batch_first, nb::handle dtype) {
            new (self) nn::ConvLSTM2d(
                in_channels, out_channels, to_per_axis(kernel_size, "conv: kernel_size"),
                {to_per_axis(stride, "conv: stride"), to_padding(padding, "conv: padding"),
                 to_per_axis(dilation, "conv: dilation"), bias, batch_first,
                 to_dtype(dtype, float32)});
          },
          nb::arg("in_channels"), nb::arg("out_channels"), nb::arg("kernel_size"),
          nb::arg("stride") = 1, nb::arg("padding") = "same", nb::arg("dilation") = 1,
          nb::arg("bias") = true, nb::arg("batch_first") = false, nb::arg("dtype") = nb::none());
}

}  // namespace

void bind_recurrent_layers(nb::module_& m) {
  bind_simple_rnn(m);
  bind_lstm(m);
  bind_gru(m);
  bind_indrnn(m);
  bind_sru(m);
  bind_conv_lstm(m);
}

}  // namespace lamina::python
