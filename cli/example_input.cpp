#include "cli/example_input.h"

#include <vector>

#include "lamina/ops/creation.h"

namespace cli {

lamina::Array example_input(const lamina::InputSpec& input, int64_t batch) {
  std::vector<int64_t> sizes = input.shape.to_vector();
  if (!sizes.empty() && sizes[0] == -1) sizes[0] = batch;
  const lamina::Shape shape(sizes);
  const std::vector<std::byte> zeros(static_cast<size_t>(shape.elements()) *
                                     lamina::size_of(input.dtype));
  return lamina::from_data(zeros.data(), shape, input.dtype);
}

}  // namespace cli
