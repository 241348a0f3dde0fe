// The safetensors format, in which models are saved: 8 bytes of header length, a JSON header, and
// the tensors' bytes one after the other. Nothing in it can be executed.
//
//   SafetensorsFile file("model.safetensors");        // maps the file; tensors are views into it
//   const TensorEntry& w = file.at("fc.weight");
//
//   write_safetensors("out.safetensors", {{"fc.weight", "F32", {10, 512}, b}}, {{"epoch", "3"}});
//
// What we write carries a crc32c of each tensor in the metadata, as "crc32c.<name>"; files from
// other programs have none and are read without that check.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "lamina/io/file.h"

namespace lamina::io {

struct TensorEntry {
  std::string name;
  std::string dtype;  // "BOOL", "U8", "I8", "F8_E5M2", "F8_E4M3", "I16", "U16", "F16", "BF16",
                      // "I32", "U32", "F32", "I64", "U64", "F64", "C64"
  std::vector<int64_t> shape;
  std::span<const std::byte> data;  // not owned
};

using Metadata = std::vector<std::pair<std::string, std::string>>;  // without the checksums

struct SafetensorsContent {
  std::vector<TensorEntry> tensors;  // in the order of the header
  Metadata metadata;
  std::vector<std::string> checksums;  // of each tensor, "" where the file has none
};

struct SafetensorsOptions {
  uint64_t largest_header = uint64_t{16} << 20;
  bool verify_checksums = true;  // reads every byte; false leaves the pages untouched until used
};

// FileError names the source and, where it is about one, the tensor.
SafetensorsContent parse_safetensors(std::span<const std::byte> bytes, std::string_view source,
                                     SafetensorsOptions options = {});

class SafetensorsFile {
 public:
  explicit SafetensorsFile(const std::string& path, SafetensorsOptions options = {});

  const std::string& path() const { return file_.path(); }
  const std::vector<TensorEntry>& tensors() const { return content_.tensors; }
  const Metadata& metadata() const { return content_.metadata; }
  const TensorEntry* find(const std::string& name) const;  // nullptr when absent
  const TensorEntry& at(const std::string& name) const;    // KeyError
  // Copies the bytes of tensor `place` and compares their checksum on the way, which is cheaper than to
  // verify all when the file is opened. FileError names the tensor.
  void copy(size_t place, std::byte* to) const;

 private:
  MappedFile file_;
  SafetensorsContent content_;
  std::unordered_map<std::string, size_t> index_;
};

// Replaces the file atomically. Tensors of wide elements come first, so that each is aligned.
void write_safetensors(const std::string& path, std::span<const TensorEntry> tensors,
                       const Metadata& metadata = {});
void write_safetensors(const std::string& path, std::initializer_list<TensorEntry> tensors,
                       const Metadata& metadata = {});

// The bytes of one element; 0 for a name that the format does not have.
int64_t safetensors_element_size(std::string_view dtype);

}  // namespace lamina::io
