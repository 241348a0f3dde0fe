// Examples of loops and recurrent layers.
#include <atomic>
#include <chrono>
#include <thread>

#include "examples.h"

using namespace lamina;

namespace {

TEST(Examples, lm_scan) {
  auto add = [](const std::vector<Array>& carry, const std::vector<Array>& x) {
    Array sum = carry[0] + x[0];
    return ScanStep{{sum}, {sum}};
  };
  ScanStep result = lm::scan(add, {0.0}, {lm::array({1.0, 2.0, 3.0})});
  EXPECT_EQ(shown(result.outputs[0]), "[1,3,6]");
  ScanStep ended = lm::scan(add, {lm::zeros({2})}, {lm::ones({3, 2})},
                            {.lengths = lm::array({3, 1}, lm::int64)});
  EXPECT_EQ(shown(ended.carry[0]), "[3,1]");
}

TEST(Examples, lm_cond) {
  Array x = -4.0;
  std::vector<Array> y = lm::cond(
      x > 0, [](auto& v) { return std::vector{lm::sqrt(v[0])}; },
      [](auto& v) { return std::vector{v[0] - v[0]}; }, {x});
  EXPECT_EQ(shown(y[0]), "0");
}

TEST(Examples, lm_while_loop) {
  std::vector<Array> x = lm::while_loop([](auto& v) { return v[0] < 100.0; },
                                        [](auto& v) { return std::vector{v[0] * 2.0}; }, {3.0});
  EXPECT_EQ(shown(x[0]), "192");
}

TEST(Examples, lm_interrupt) {
  std::atomic<bool> ended = false;
  std::thread other([&] {
    while (!ended) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20));
      lm::interrupt();
    }
  });
  auto endless = lm::while_loop([](auto& v) { return v[0] < 2.0; },
                                [](auto& v) { return std::vector{v[0] * 1.0}; }, {1.0});
  EXPECT_THROW(endless[0].item(), Interrupted);
  ended = true;
  other.join();
}

TEST(Examples, lm_nn_RNN) {
  struct Mean : nn::Module {
    std::vector<Array> forward_all(std::vector<Array> in) override {
      return {in[1] + in[0], 0.5 * (in[1] + in[0])};
    }
  };
  nn::RecurrentResult r = nn::RNN(Mean()).run(lm::ones({3, 1, 2}), {lm::zeros({1, 2})});
  EXPECT_EQ(shown(r.state[0]), "[[0.875,0.875]]");
}

TEST(Examples, lm_nn_LSTM) {
  nn::LSTM lstm(3, 4, {.num_layers = 2});
  nn::RecurrentResult r = lstm.run(lm::ones({5, 2, 3}), {}, lm::array({5, 2}, lm::int64));
  EXPECT_EQ(r.output.shape(), (Shape{5, 2, 4}));
  EXPECT_EQ(r.state[1].shape(), (Shape{2, 2, 4}));
}

TEST(Examples, lm_nn_GRU) {
  nn::GRU gru(3, 4, {.bidirectional = true});
  EXPECT_EQ(gru.run(lm::ones({5, 2, 3})).output.shape(), (Shape{5, 2, 8}));
}

TEST(Examples, lm_nn_SimpleRNN) {
  EXPECT_EQ(nn::SimpleRNN(3, 4)(lm::ones({5, 2, 3})).shape(), (Shape{5, 2, 4}));
}

TEST(Examples, lm_nn_LSTMCell) {
  std::vector<Array> state = nn::LSTMCell(3, 4).call({lm::ones({2, 3})});  // h, c
  EXPECT_EQ(state[0].shape(), (Shape{2, 4}));
}

TEST(Examples, lm_nn_GRUCell) {
  nn::GRUCell cell(3, 4, {.reset_after = false});
  EXPECT_EQ(cell(lm::ones({2, 3})).shape(), (Shape{2, 4}));
}

TEST(Examples, lm_nn_IndRNN) {
  nn::IndRNN rnn(3, 4, {.num_layers = 2});
  EXPECT_EQ(rnn.run(lm::ones({5, 2, 3})).state[0].shape(), (Shape{2, 2, 4}));
}

TEST(Examples, lm_nn_SRU) {
  EXPECT_EQ(nn::SRU(3, 4).run(lm::ones({5, 2, 3})).state[0].shape(), (Shape{1, 2, 4}));
}

TEST(Examples, lm_nn_ConvLSTM2d) {
  nn::RecurrentResult r = nn::ConvLSTM2d(3, 4, 3).run(lm::ones({5, 2, 3, 8, 8}));
  EXPECT_EQ(r.output.shape(), (Shape{5, 2, 4, 8, 8}));
  EXPECT_EQ(r.state[0].shape(), (Shape{2, 4, 8, 8}));
}

TEST(Examples, lm_nn_ConvLSTM2dCell) {
  std::vector<Array> state = nn::ConvLSTM2dCell(3, 4, 3).call({lm::ones({2, 3, 6, 5})});  // h, c
  EXPECT_EQ(state[0].shape(), (Shape{2, 4, 6, 5}));
}

TEST(Examples, lm_nn_SRUCell) {
  std::vector<Array> results = nn::SRUCell(3, 4).call({lm::ones({2, 3})});  // y, c
  EXPECT_EQ(results[1].shape(), (Shape{2, 4}));
}

TEST(Examples, lm_nn_ZoneoutCell) {
  nn::ZoneoutCell cell(nn::LSTMCell(3, 4), {0.05, 0.5});
  nn::RecurrentResult r = nn::RNN(std::move(cell)).run(lm::ones({5, 2, 3}));
  EXPECT_EQ(r.output.shape(), (Shape{5, 2, 4}));
  EXPECT_EQ(r.state[1].shape(), (Shape{2, 4}));
}

}  // namespace
