// Handwritten digits read row by row: a GRU sees 8 rows of 8 pixels, one after the other, and says
// at the end which digit it was. The loop over the rows is one op, whatever their number.
#include <lamina/lamina.h>

#include <iostream>

using namespace lamina;

struct Reader : nn::Module {
  nn::GRU& rows = add("rows", nn::GRU(8, 64, {.batch_first = true}));
  nn::Linear& head = add("head", nn::Linear(64, 10));

  Array forward(Array x) override {
    Array last = rows.run(reshape(x, {-1, 8, 8})).state[0];  // [1, batch, 64]
    return head(squeeze(last, {0}));
  }
};

int main() {
  seed(0);
  auto [train, test] = data::digits().split(0.8, {.seed = 0});
  Reader model;
  optim::Adam optimizer(model.parameters(), {.lr = 5e-3});
  data::DataLoader loader(train, {.batch_size = 64, .shuffle = true, .seed = 0});
  for (int epoch = 0; epoch < 8; ++epoch) {
    Array total = 0.0;
    for (auto [x, y] : loader) {
      Array loss = nn::cross_entropy(model(x), y);
      loss.backward();
      optimizer.step();
      total += loss;
    }
    std::cout << "epoch " << epoch + 1 << "  loss "
              << total.item() / static_cast<double>(loader.size()) << "\n";
  }
  NoGrad no_grad;
  const double accuracy = mean(argmax(model(test.x()), {.axis = -1}) == test.y()).item();
  std::cout << "test accuracy " << accuracy << "\n";
  return accuracy > 0.93 ? 0 : 1;
}
