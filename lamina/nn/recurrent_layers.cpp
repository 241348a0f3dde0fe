// Which form each layer has.
#include "lamina/nn/recurrent.h"

namespace lamina::nn {
namespace {

template <class Options>
RecurrentOptions common(const Options& o) {
  RecurrentOptions all{o.num_layers, o.bias, o.batch_first, o.dropout, o.bidirectional};
  if constexpr (requires { o.recurrent_dropout; }) all.recurrent_dropout = o.recurrent_dropout;
  all.zoneout = o.zoneout, all.stateful = o.stateful, all.dtype = o.dtype;
  return all;
}

}  // namespace

SimpleRNN::SimpleRNN(int64_t input_size, int64_t hidden_size, SimpleRNNOptions o)
    : Recurrent("SimpleRNN", input_size,
                form_of("SimpleRNN", hidden_size,
                        RNNCellOptions{.bias = o.bias, .nonlinearity = o.nonlinearity}),
                common(o)),
      options(std::move(o)) {}
std::unique_ptr<Module> SimpleRNN::fresh() const {
  return std::make_unique<SimpleRNN>(input_size, hidden_size, options);
}

LSTM::LSTM(int64_t input_size, int64_t hidden_size, LSTMOptions o)
    : Recurrent("LSTM", input_size,
                form_of("LSTM", hidden_size,
                        LSTMCellOptions{o.bias, o.proj_size, o.peepholes, o.coupled, o.layer_norm}),
                common(o)),
      options(std::move(o)) {}
std::unique_ptr<Module> LSTM::fresh() const {
  return std::make_unique<LSTM>(input_size, hidden_size, options);
}

GRU::GRU(int64_t input_size, int64_t hidden_size, GRUOptions o)
    : Recurrent("GRU", input_size,
                form_of("GRU", hidden_size, GRUCellOptions{o.bias, o.reset_after, o.layer_norm}),
                common(o)),
      options(std::move(o)) {}
std::unique_ptr<Module> GRU::fresh() const {
  return std::make_unique<GRU>(input_size, hidden_size, options);
}

IndRNN::IndRNN(int64_t input_size, int64_t hidden_size, IndRNNOptions o)
    : Recurrent("IndRNN", input_size,
                form_of("IndRNN", hidden_size,
                        IndRNNCellOptions{.bias = o.bias, .nonlinearity = o.nonlinearity}),
                common(o)),
      options(std::move(o)) {}
std::unique_ptr<Module> IndRNN::fresh() const {
  return std::make_unique<IndRNN>(input_size, hidden_size, options);
}

SRU::SRU(int64_t input_size, int64_t hidden_size, SRUOptions o)
    : Recurrent("SRU", input_size, form_of("SRU", hidden_size, SRUCellOptions{.bias = o.bias}),
                common(o)),
      options(std::move(o)) {}
std::unique_ptr<Module> SRU::fresh() const {
  return std::make_unique<SRU>(input_size, hidden_size, options);
}

}  // namespace lamina::nn
