#include <lamina/lamina.h>

#include <iostream>

int main() {
  auto digits = lamina::data::digits();
  lamina::nn::Linear layer(64, 10);
  lamina::Array scores = layer(lamina::flatten(digits.x(), 1));
  std::cout << lamina::describe(scores) << "\n";
  return scores.eval().shape(0) == 1797 ? 0 : 1;
}
