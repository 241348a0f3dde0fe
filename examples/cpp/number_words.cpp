// Reads numbers in words and writes them in digits: "three hundred and seven" -> 307. A GRU reads
// the letters in both directions; a decoder writes digit after digit and looks, at each, at the
// letters it needs (Bahdanau et al. 2015). Its cell is written here, attention and all, and runs as
// one loop. It is tested on numbers that it has never seen.
#include <lamina/lamina.h>

#include <algorithm>
#include <iostream>
#include <numeric>
#include <random>

using namespace lamina;

constexpr int64_t kEnd = 10;      // the digit that ends a number, and begins one
constexpr int64_t kDigits = 5, kLetters = 52, kSize = 64;

static std::string words(int n) {
  static const char* ones[] = {"zero",    "one",     "two",       "three",    "four",
                               "five",    "six",     "seven",     "eight",    "nine",
                               "ten",     "eleven",  "twelve",    "thirteen", "fourteen",
                               "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"};
  static const char* tens[] = {"twenty", "thirty",  "forty",  "fifty",
                               "sixty",  "seventy", "eighty", "ninety"};
  if (n < 20) return ones[n];
  if (n < 100) return tens[n / 10 - 2] + (n % 10 ? "-" + words(n % 10) : "");
  const int unit = n < 1000 ? 100 : 1000, rest = n % unit;
  const std::string first = words(n / unit) + (unit == 100 ? " hundred" : " thousand");
  if (rest == 0) return first;
  return first + (rest >= 100 ? " " : " and ") + words(rest);
}

// What the decoder looks at: all states of the encoder, and which of them are letters.
struct Seen {
  Array memory, keys, mask;
};

struct Reader : nn::Module {
  nn::Embedding& letters = add("letters", nn::Embedding(28, 32));
  nn::Embedding& digits = add("digits", nn::Embedding(kEnd + 1, 32));
  nn::GRU& encoder = add("encoder", nn::GRU(32, kSize, {.bidirectional = true}));
  nn::Linear& key = add("key", nn::Linear(2 * kSize, kSize, {.bias = false}));
  nn::Linear& query = add("query", nn::Linear(kSize, kSize));
  nn::Linear& score = add("score", nn::Linear(kSize, 1, {.bias = false}));
  nn::GRUCell& cell = add("cell", nn::GRUCell(32 + 2 * kSize, kSize));
  nn::Linear& head = add("head", nn::Linear(3 * kSize, kEnd + 1));

  Seen read(Array text, Array lengths) {
    Array memory = encoder.run(letters(text), {}, lengths).output;
    return {memory, key(memory), expand_dims(arange(text.shape(0)), 1) < lengths};
  }

  // The weighted mean of the encoder's states [time, batch, 2 size] that a state asks for.
  Array attend(Array state, const Seen& seen) {
    Array scores = squeeze(score(tanh(seen.keys + query(state))), {2});
    Array weights = softmax(where(seen.mask, scores, -1e9), {.axis = 0});
    return sum(expand_dims(weights, 2) * seen.memory, {.axis = 0});
  }

  // state: h, context; gives the next ones, and logits [batch, 11].
  ScanStep step(const std::vector<Array>& state, Array digit, const Seen& seen) {
    Array h = cell.call({concatenate({digits(digit), state[1]}, -1), state[0]})[0];
    Array context = attend(h, seen);
    return {{h, context}, {head(concatenate({h, context}, -1))}};
  }
  std::vector<Array> begin(int64_t batch) {
    return {zeros({batch, kSize}), zeros({batch, 2 * kSize})};
  }

  // Logits [digits, batch, 11] of each digit, given those before it.
  Array logits(Array text, Array lengths, Array before) {
    const Seen seen = read(text, lengths);
    auto f = [&](const std::vector<Array>& state, const std::vector<Array>& digit) {
      return step(state, digit[0], seen);
    };
    return scan(f, begin(text.shape(1)), {before}).outputs[0];
  }

  // The digits that seem likeliest, one after the other.
  Array write(Array text, Array lengths) {
    const Seen seen = read(text, lengths);
    std::vector<Array> state = begin(text.shape(1)), written;
    Array digit = full({text.shape(1)}, kEnd, int64);
    for (int64_t k = 0; k < kDigits; ++k) {
      ScanStep next = step(state, digit, seen);
      state = next.carry;
      digit = argmax(next.outputs[0], {.axis = -1});
      written.push_back(digit);
    }
    return stack(written);
  }
};

struct Batch {
  Array text, lengths, before, digits;
};

// One length for all batches, so one program.
static Batch batch_of(std::span<const int> numbers) {
  const size_t count = numbers.size();
  std::vector<int64_t> text(kLetters * count, 0), lengths, digits((kDigits + 1) * count, kEnd);
  for (size_t k = 0; k < count; ++k) {
    const std::string letters = words(numbers[k]), written = std::to_string(numbers[k]);
    for (size_t t = 0; t < letters.size(); ++t) {
      const char c = letters[t];
      text[t * count + k] = c == ' ' ? 0 : c == '-' ? 1 : c - 'a' + 2;
    }
    for (size_t t = 0; t < written.size(); ++t) digits[(t + 1) * count + k] = written[t] - '0';
    lengths.push_back(static_cast<int64_t>(letters.size()));
  }
  const auto columns = static_cast<int64_t>(count);
  const std::span<const int64_t> all(digits);
  return {array(std::span<const int64_t>(text), Shape{kLetters, columns}),
          array(std::span<const int64_t>(lengths), Shape{columns}),
          array(all.first(kDigits * count), Shape{kDigits, columns}),
          array(all.last(kDigits * count), Shape{kDigits, columns})};
}

int main() {
  seed(0);
  std::vector<int> numbers(10000);
  std::iota(numbers.begin(), numbers.end(), 0);
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937(0));
  const std::span<const int> train(numbers.data(), 4000), test(numbers.data() + 4000, 1000);
  Reader model;
  optim::Adam optimizer(model.parameters(), {.lr = 5e-3});
  for (int epoch = 0; epoch < 4; ++epoch) {
    Array total = 0.0;
    for (size_t start = 0; start < train.size(); start += 50) {
      const Batch batch = batch_of(train.subspan(start, 50));
      Array logits = model.logits(batch.text, batch.lengths, batch.before);
      Array loss = nn::cross_entropy(reshape(logits, {-1, kEnd + 1}), flatten(batch.digits));
      loss.backward();
      optim::clip_grad_norm(model.parameters(), 1.0);
      optimizer.step();
      total += loss;
    }
    std::cout << "epoch " << epoch + 1 << "  loss " << total.item() / 80 << "\n";
  }
  model.eval();
  NoGrad no_grad;
  const Batch batch = batch_of(test);
  Array written = model.write(batch.text, batch.lengths);
  for (int64_t k = 0; k < 3; ++k) {
    std::cout << words(test[static_cast<size_t>(k)]) << " -> ";
    for (int64_t d : take(written, k, 1).to_vector<int64_t>()) {
      if (d != kEnd) std::cout << d;
    }
    std::cout << "\n";
  }
  const double right = mean(all(written == batch.digits, {.axis = 0})).item();
  std::cout << "numbers that were not trained on: " << 100 * right << " % right\n";
  return right > 0.9 ? 0 : 1;
}
