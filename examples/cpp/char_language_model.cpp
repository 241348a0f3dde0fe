// A language model of characters: a GRU reads a text and learns what comes next, then writes text
// of its own, one character after the other. usage: char_language_model [TEXT FILE]
#include <lamina/lamina.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <iostream>
#include <iterator>
#include <set>

using namespace lamina;

constexpr int64_t kStreams = 32, kSteps = 64;  // places of the text, characters between updates

struct Model : nn::Module {
  explicit Model(int64_t characters) : characters(characters) {}
  int64_t characters;
  nn::Embedding& embedding = add("embedding", nn::Embedding(characters, 32));
  nn::GRU& rnn = add("rnn", nn::GRU(32, 192));
  nn::Linear& head = add("head", nn::Linear(192, characters));

  // x [time, streams]; the state goes in and out.
  Array read(Array x, Array& state) {
    nn::RecurrentResult result = rnn.run(embedding(std::move(x)), {state});
    state = result.state[0];
    return head(result.output);
  }
};

struct Alphabet {
  explicit Alphabet(const std::string& text) {
    const std::set<char> all(text.begin(), text.end());
    characters.assign(all.begin(), all.end());
  }
  int64_t number(char c) const { return static_cast<int64_t>(characters.find(c)); }
  std::string characters;
};

// Text that begins with `text`: each character costs one step.
static std::string write(Model& model, const Alphabet& alphabet, std::string text, int count) {
  NoGrad no_grad;
  Array state, logits;
  for (char c : text) logits = model.read(full({1, 1}, alphabet.number(c), int64), state);
  for (int i = 0; i < count; ++i) {
    Array drawn = random_categorical(logits / 0.7);  // sharper than learnt: below 1
    text += alphabet.characters[static_cast<size_t>(drawn.item<int64_t>())];
    logits = model.read(drawn, state);
  }
  return text;
}

// Characters [from, from + count] of each stream, as [count + 1, streams].
static Array piece(const std::vector<int64_t>& codes, int64_t length, int64_t from) {
  std::vector<int64_t> rows;
  for (int64_t t = from; t <= from + kSteps; ++t) {
    for (int64_t k = 0; k < kStreams; ++k)
      rows.push_back(codes[static_cast<size_t>(k * length + t)]);
  }
  return array(std::span<const int64_t>(rows), Shape{kSteps + 1, kStreams});
}

int main(int count, char** arguments) {
  std::ifstream file(count > 1 ? arguments[1] : "share/lamina/genesis.txt");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  if (text.size() < 10000) {
    std::cerr << "expected a text of 10,000 characters or more\n";
    return 2;
  }
  seed(0);
  const Alphabet alphabet(text);
  std::vector<int64_t> codes;
  for (char c : text) codes.push_back(alphabet.number(c));
  const auto length = static_cast<int64_t>(codes.size() - 1) / kStreams;
  const int64_t rounds = length / kSteps;

  Model model(static_cast<int64_t>(alphabet.characters.size()));
  optim::Adam optimizer(model.parameters(), {.lr = 5e-3});
  double bits = 0;
  for (int epoch = 0; epoch < 6; ++epoch) {
    Array state, total = 0.0;
    for (int64_t round = 0; round < rounds; ++round) {
      Array both = piece(codes, length, round * kSteps);
      Array logits = model.read(slice(both, {0, 0}, {kSteps, kStreams}), state);
      state = stop_gradient(state);  // the gradient ends here, the state goes on
      Array targets = slice(both, {1, 0}, {kSteps + 1, kStreams});
      Array loss = nn::cross_entropy(reshape(logits, {-1, model.characters}), flatten(targets));
      loss.backward();
      optim::clip_grad_norm(model.parameters(), 1.0);
      optimizer.step();
      total += loss;
    }
    bits = total.item() / static_cast<double>(rounds) / std::log(2.0);
    std::cout << "epoch " << epoch + 1 << "  " << bits << " bits a character\n";
  }
  model.eval();
  // A stream, of which 100 characters come at a time, gives what the whole gives, bit for bit.
  NoGrad no_grad;
  const Array whole = array(std::span<const int64_t>(codes).first(1000), Shape{1000, 1});
  Array state, carried;
  const Array logits = model.read(whole, state);
  std::vector<Array> parts;
  for (int64_t start = 0; start < 1000; start += 100)
    parts.push_back(model.read(slice(whole, {start, 0}, {start + 100, 1}), carried));
  if (!all(concatenate(parts) == logits).item<bool>()) return 1;
  std::cout << write(model, alphabet, "And God said", 300) << "\n";
  return bits < 2.4 ? 0 : 1;
}
