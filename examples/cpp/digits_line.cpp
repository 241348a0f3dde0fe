// Lines of handwritten digits, read column by column: a bidirectional GRU sees pictures of 3 to 6
// digits side by side and is told only which digits they show, not where. The CTC loss (Graves et
// al. 2006) finds the places by itself.
#include <lamina/lamina.h>

#include <algorithm>
#include <iostream>
#include <random>

using namespace lamina;

constexpr int64_t kLongest = 6, kBlank = 10, kTime = 8 * kLongest;

struct Reader : nn::Module {
  nn::GRU& rnn = add("rnn", nn::GRU(8, 64, {.num_layers = 2, .bidirectional = true}));
  nn::Linear& head = add("head", nn::Linear(128, kBlank + 1));

  // [time, batch, 8] -> log-probabilities [time, batch, 11]
  Array read(Array columns, Array lengths) {
    return log_softmax(head(rnn.run(columns, {}, lengths).output));
  }
};

struct Lines {
  Array columns, lengths, digits, sizes;  // digits [count, 6], of which each line has its size
};

static Lines lines(const data::ArrayDataset& data, int64_t count, std::mt19937& random) {
  const auto shape = Shape{count, kLongest};
  std::vector<int64_t> chosen, sizes, lengths;
  std::uniform_int_distribution<int64_t> one(0, data.y().shape(0) - 1), size(3, kLongest);
  for (int64_t k = 0; k < count * kLongest; ++k) chosen.push_back(one(random));
  for (int64_t k = 0; k < count; ++k) {
    sizes.push_back(size(random));
    lengths.push_back(8 * sizes.back());
  }
  const Array places = array(std::span<const int64_t>(chosen), shape);
  Array pictures = reshape(take(data.x(), places), {count, kLongest, 8, 8});
  return {reshape(transpose(pictures, {1, 3, 0, 2}), {kTime, count, 8}),
          array(std::span<const int64_t>(lengths), Shape{count}), take(data.y(), places),
          array(std::span<const int64_t>(sizes), Shape{count})};
}

// The likeliest symbol of each column, repetitions taken once, blanks left out.
static std::vector<std::vector<int64_t>> texts(Array log_probabilities, Array lengths) {
  const int64_t count = lengths.shape(0);
  const auto best = argmax(log_probabilities, {.axis = -1}).to_vector<int64_t>();
  const auto ends = lengths.to_vector<int64_t>();
  std::vector<std::vector<int64_t>> result(static_cast<size_t>(count));
  for (int64_t k = 0; k < count; ++k) {
    int64_t before = kBlank;
    for (int64_t t = 0; t < ends[static_cast<size_t>(k)]; ++t) {
      const int64_t symbol = best[static_cast<size_t>(t * count + k)];
      if (symbol != before && symbol != kBlank) result[static_cast<size_t>(k)].push_back(symbol);
      before = symbol;
    }
  }
  return result;
}

int main() {
  seed(0);
  std::mt19937 random(0);
  auto [train, test] = data::digits().split(0.8, {.seed = 0});
  Reader model;
  optim::Adam optimizer(model.parameters(), {.lr = 4e-3});
  for (int step = 1; step <= 400; ++step) {
    const Lines seen = lines(train, 32, random);
    Array loss = nn::ctc_loss(model.read(seen.columns, seen.lengths), seen.digits, seen.lengths,
                              seen.sizes, {.blank = kBlank});
    loss.backward();
    optim::clip_grad_norm(model.parameters(), 1.0);
    optimizer.step();
    if (step % 50 == 0) std::cout << "step " << step << "  loss " << loss.item() << "\n";
  }
  model.eval();
  NoGrad no_grad;
  const Lines seen = lines(test, 500, random);
  const auto found = texts(model.read(seen.columns, seen.lengths), seen.lengths);
  const auto digits = seen.digits.to_vector<int64_t>(), sizes = seen.sizes.to_vector<int64_t>();
  int right = 0;
  for (size_t k = 0; k < found.size(); ++k) {
    const auto line = digits.begin() + static_cast<std::ptrdiff_t>(k) * kLongest;
    right += std::equal(found[k].begin(), found[k].end(), line, line + sizes[k]);
  }
  std::cout << "lines of digits that were not trained on: " << 0.2 * right
            << " % without a mistake\n";
  return right > 350 ? 0 : 1;
}
