// Arrays put together and taken apart as NumPy does it, and arrays of a simple rule.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "lamina/core/array.h"

namespace lamina {

// With at least so many axes; new ones come first (for 3, vectors [N] become [1, N, 1]).
Array atleast_1d(Array x);
Array atleast_2d(Array x);
Array atleast_3d(Array x);

Array hstack(std::vector<Array> arrays);        // along axis 1; along axis 0 for vectors
Array vstack(std::vector<Array> arrays);        // along axis 0, vectors as rows
Array dstack(std::vector<Array> arrays);        // along axis 2
Array column_stack(std::vector<Array> arrays);  // vectors as columns
struct AppendOptions {
  std::optional<int> axis = std::nullopt;  // both flattened when left out
};
Array append(Array x, Array values, AppendOptions options = {});

// Parts of nearly equal size, the larger ones first; or cut at places.
std::vector<Array> array_split(Array x, int64_t parts, int axis = 0);
std::vector<Array> array_split(Array x, IntList places, int axis = 0);

// An axis split into several; one size may be -1.
Array unflatten(Array x, int axis, IntList sizes);

// The flat vector x on the k-th diagonal of a matrix of zeros.
Array diagflat(Array x, int64_t k = 0);
// Ones on and below the k-th diagonal.
Array tri(int64_t rows, int64_t columns = -1, int64_t k = 0, DType dtype = float32);
// Row and column numbers of the elements on and below (above) the k-th diagonal.
std::vector<Array> tril_indices(int64_t rows, int64_t k = 0, int64_t columns = -1);
std::vector<Array> triu_indices(int64_t rows, int64_t k = 0, int64_t columns = -1);
Array indices(IntList shape);  // [rank, shape..]: the index of each element

// Row-major numbers of elements as one array of indices for each axis, and back.
std::vector<Array> unravel_index(Array numbers, IntList shape);
Array ravel_multi_index(std::vector<Array> index, IntList shape);

// base^start .. base^stop, and start .. stop, with equal quotients.
struct SpaceOptions {
  int64_t num = 50;
  bool endpoint = true;
  double base = 10;  // logspace only
  DType dtype = float32;
};
Array logspace(double start, double stop, const SpaceOptions& options = {});
Array geomspace(double start, double stop, const SpaceOptions& options = {});

// Windows of signal processing, [M]: symmetric, as NumPy's.
Array bartlett(int64_t size, DType dtype = float32);
Array blackman(int64_t size, DType dtype = float32);
Array hamming(int64_t size, DType dtype = float32);
Array hanning(int64_t size, DType dtype = float32);
Array kaiser(int64_t size, Array beta, DType dtype = float32);

}  // namespace lamina
