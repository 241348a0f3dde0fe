// Recurrent layers and cells from C++: what the tests in Python do not reach.
#include <gtest/gtest.h>

#include "lamina/lamina.h"

using namespace lamina;

namespace {

double distance(const Array& a, const Array& b) { return max(abs(a - b)).item<double>(); }

Array drawn(IntList shape) { return random_normal(std::move(shape), 0.0, 1.0, float64); }

// A cell as users write it: no base class of the library's, an output that is not the state.
struct Leaky : nn::Module {
  nn::Linear& input = add("input", nn::Linear(3, 4, {.dtype = float64}));
  std::vector<Array> forward_all(std::vector<Array> in) override {
    Array h = tanh(input(in[0]) + 0.5 * in[1]);
    return {h * 2.0, h};
  }
};

TEST(Recurrent, ACellOverSequencesOfSeveralLengthsIsEachByItself) {
  seed(0);
  const std::vector<int64_t> lengths{7, 2, 3, 5};
  const Array x = drawn({7, 4, 3}), first = drawn({4, 4});
  nn::RNN rnn{Leaky()};
  nn::RecurrentResult all = rnn.run(x, {first}, array({7, 2, 3, 5}, int64));
  for (int64_t b = 0; b < 4; ++b) {
    const int64_t n = lengths[static_cast<size_t>(b)];
    nn::RecurrentResult one =
        rnn.run(slice(x, {0, b, 0}, {n, b + 1, 3}), {slice(first, {b, 0}, {b + 1, 4})});
    EXPECT_LT(distance(slice(all.output, {0, b, 0}, {n, b + 1, 4}), one.output), 1e-12);
    EXPECT_LT(distance(slice(all.state[0], {b, 0}, {b + 1, 4}), one.state[0]), 1e-12);
  }
}

TEST(Recurrent, BatchFirstAndZerosAreFoundForCells) {
  seed(1);
  const Array x = drawn({4, 7, 3}), lengths = array({7, 2, 3, 5}, int64);
  nn::LSTM layer(3, 4, {.batch_first = true, .dtype = float64});
  nn::LSTMCell cell(3, 4, {.dtype = float64});
  nn::StateDict weights;
  for (auto& [name, value] : layer.state_dict()) {
    weights.emplace_back(name.substr(0, name.size() - 3), value);
  }
  cell.load_state_dict(weights);
  nn::RNN rnn(std::move(cell), {.batch_first = true});
  const nn::RecurrentResult a = layer.run(x, {}, lengths), b = rnn.run(x, {}, lengths);
  EXPECT_EQ(distance(a.output, b.output), 0);
  EXPECT_EQ(distance(squeeze(a.state[1], {0}), b.state[1]), 0);
}

TEST(Recurrent, ZoneoutInEvaluationIsTheMean) {
  seed(2);
  const Array x = drawn({3, 2, 3}), h = drawn({2, 4});
  nn::RNN rnn{nn::ZoneoutCell(nn::GRUCell(3, 4, {.dtype = float64}), {0.25})};
  rnn.eval();
  const Array row = squeeze(slice(x, {0, 0, 0}, {1, 2, 3}), {0});
  const Array next = rnn.cell->children()[0].second->call({row, h})[0];
  const Array found = squeeze(slice(rnn.run(x, {h}).output, {0, 0, 0}, {1, 2, 4}), {0});
  EXPECT_LT(distance(found, 0.25 * h + 0.75 * next), 1e-12);
}

TEST(Recurrent, ClonesAreAlike) {
  seed(3);
  const Array x = drawn({3, 2, 3});
  nn::LSTM layer(3, 4, {.num_layers = 2, .proj_size = 2, .peepholes = true, .dtype = float64});
  EXPECT_EQ(distance(clone(layer).run(x).output, layer.run(x).output), 0);
  nn::ConvLSTM2d images(2, 3, 3, {.dtype = float64});
  const Array pictures = drawn({2, 1, 2, 4, 4});
  EXPECT_EQ(distance(clone(images).run(pictures).output, images.run(pictures).output), 0);
}

TEST(Recurrent, AStateThatChangesIsNamedWithCellAndStep) {
  struct Growing : nn::Module {
    std::vector<Array> forward_all(std::vector<Array> in) override {
      return {in[0], concatenate({in[1], in[1]}, -1)};
    }
  };
  try {
    nn::RNN(Growing()).run(ones({3, 2, 4}), {ones({2, 4})}, array({3, 1}, int64));
    FAIL();
  } catch (const ShapeError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("Growing"), std::string::npos) << message;
    EXPECT_NE(message.find("step 0"), std::string::npos) << message;
  }
}

TEST(Recurrent, AStateThatDoesNotFitIsNamedWithCellAndStep) {
  try {
    nn::RNN(nn::GRUCell(3, 4)).run(ones({5, 2, 3}), {ones({2, 5})});
    FAIL();
  } catch (const ShapeError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("0 of RNN(GRUCell), called with x and state float32 [2, 3], float32"),
              std::string::npos)
        << message;
  }
}

}  // namespace
