// NumPy's .npz: several named arrays in one zip archive.
//
//   NpzFile file("digits.npz");
//   const NpyArray& x = file.at("x");
//   write_npz("out.npz", file.arrays());
//
// Arrays saved with numpy.savez are views into the mapped file; those saved with savez_compressed
// are inflated when the file is opened.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lamina/io/file.h"
#include "lamina/io/npy.h"
#include "lamina/io/zip.h"

namespace lamina::io {

class NpzFile {
 public:
  explicit NpzFile(const std::string& path, ZipLimits limits = {});

  const std::vector<std::pair<std::string, NpyArray>>& arrays() const { return arrays_; }
  const NpyArray* find(std::string_view name) const;  // nullptr when absent
  const NpyArray& at(std::string_view name) const;    // KeyError that lists the names there are

 private:
  MappedFile file_;
  std::vector<ZipContent> contents_;
  std::vector<std::pair<std::string, NpyArray>> arrays_;
};

void write_npz(const std::string& path, std::span<const std::pair<std::string, NpyArray>> arrays);

}  // namespace lamina::io
