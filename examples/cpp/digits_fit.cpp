// Handwritten digits with layers and a trainer: twelve lines that are the program, and a check.
#include <lamina/lamina.h>

#include <iostream>

using namespace lamina;

int main() {
  seed(0);
  auto [train, test] = data::digits().split(0.8, {.seed = 0});
  nn::Sequential model{nn::Conv2d(1, 32, 3, {.padding = 1}), nn::ReLU(), nn::MaxPool2d(2),
                       nn::Flatten(), nn::Linear(512, 10)};

  Trainer trainer(model);
  trainer.compile({.optimizer = optim::Adam({.lr = 2e-3}), .loss = "cross_entropy", .metrics = {"accuracy"}});
  trainer.fit(train, {.epochs = 8, .batch_size = 32, .validation_data = test});

  const double accuracy = trainer.evaluate(test).at("accuracy");
  std::cout << "test accuracy " << accuracy << "\n";
  return accuracy > 0.95 ? 0 : 1;
}
