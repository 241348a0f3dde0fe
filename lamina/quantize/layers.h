// The products of a recorded graph that can be of integers.
#pragma once

#include <string>
#include <vector>

#include "lamina/ir/graph.h"
#include "lamina/train/recorded_model.h"

namespace lamina::quantization {

struct Layer {
  size_t value = 0;  // the product in the graph
  int32_t sum =
      -1;  // of a product that is no convolution, with its bias: the only call that reads it
  int32_t input = 0;  // the value it reads
  bool convolution = false;
  std::string name;  // path of its module, and a number where it has several
  Shape weight_shape;

  // What it multiplies with and adds, computed: [O, ..], and [O] or empty.
  Array weight, bias;
  // The weight as int8 and its step for each output.
  Array integers;
  std::vector<double> steps;
};

// Convolutions and products of float32 whose weights follow from the model's state alone.
std::vector<Layer> find_layers(const train::RecordedModel& model);

// [O, ..] as the operand of a recorded product.
Array as_operand(const Layer& layer, const Array& weight, const Shape& operand);

// The largest magnitude for each output of a weight [O, ..].
Array magnitudes(const Array& weight);

}  // namespace lamina::quantization
