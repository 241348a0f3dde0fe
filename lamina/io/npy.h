// NumPy's .npy: one array in one file.
//
//   MappedFile file("x.npy");
//   NpyArray x = parse_npy(file.bytes(), "x.npy");    // x.data points into the mapping
//   write_npy("y.npy", {"<f4", {2, 3}, false, bytes});
//
// Numbers in little-endian order only. Arrays of Python objects are refused: reading those would
// mean executing what the file says.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamina::io {

struct NpyArray {
  std::string descr;            // the element type as NumPy writes it: "<f4", "<i8", "|b1", "|u1"
  std::vector<int64_t> shape;   // empty for a scalar
  bool fortran_order = false;   // true: the first axis is contiguous
  std::span<const std::byte> data;
};

// FileError names the source. The data may start at any address that the file has it at.
NpyArray parse_npy(std::span<const std::byte> bytes, std::string_view source);

// Everything before the data, padded so that the data starts at a multiple of 64 bytes.
std::vector<std::byte> npy_header(const NpyArray& array);
void write_npy(const std::string& path, const NpyArray& array);

// The bytes of one element; 0 for what these functions do not read or write.
int64_t npy_element_size(std::string_view descr);

}  // namespace lamina::io
