// IDX files, which hold MNIST and its relatives: one array of numbers, its sizes in front.
//
//   IdxArray images = read_idx("train-images-idx3-ubyte.gz");    // .gz or not
//   images.shape == {60000, 28, 28}
//
// Two zero bytes, a byte for the element type, one for the number of axes, the axes as 32 bits, then
// the elements; everything in big-endian order, which this reader turns round.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamina::io {

struct IdxArray {
  std::string type;  // "uint8", "int8", "int16", "int32", "float32" or "float64"
  std::vector<int64_t> shape;
  std::vector<std::byte> data;  // row-major, little-endian
};

IdxArray parse_idx(std::span<const std::byte> bytes, std::string_view source);
IdxArray read_idx(const std::string& path);

}  // namespace lamina::io
