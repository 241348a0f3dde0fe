// Handwritten digits with a module and a loop of one's own. Each round of the loop (forward,
// backward, update) runs as one program, although it is written as plain steps.
#include <lamina/lamina.h>

#include <iostream>

using namespace lamina;

struct Net : nn::Module {
  nn::Linear& hidden = add("hidden", nn::Linear(64, 128));
  nn::Linear& output = add("output", nn::Linear(128, 10));

  Array forward(Array x) override { return output(relu(hidden(flatten(x, 1)))); }
};

static double accuracy_on(Net& model, const data::ArrayDataset& set) {
  NoGrad no_grad;
  return mean(argmax(model(set.x()), {.axis = -1}) == set.y()).item();
}

int main() {
  seed(0);
  auto [train, test] = data::digits().split(0.8, {.seed = 0});
  Net model;
  optim::SGD optimizer(model.parameters(), {.lr = 0.1, .momentum = 0.9});
  data::DataLoader loader(train, {.batch_size = 32, .shuffle = true, .seed = 0});

  for (int epoch = 0; epoch < 10; ++epoch) {
    Array total = 0.0;
    for (auto [x, y] : loader) {
      Array loss = nn::cross_entropy(model(x), y);
      loss.backward();
      optimizer.step();
      total += loss;  // costs nothing: the step has computed it
    }
    std::cout << "epoch " << epoch + 1 << "  loss "
              << total.item() / static_cast<double>(loader.size()) << "\n";
  }

  const double accuracy = accuracy_on(model, test);
  std::cout << "test accuracy " << accuracy << "\n";
  return accuracy > 0.95 ? 0 : 1;
}
