// Internal: named arrays and text in one safetensors file, as model files and checkpoints are. The
// tensors carry a crc32c each; everything else in the header is covered by another one.
#pragma once

#include <string>
#include <string_view>

#include "lamina/io/json.h"
#include "lamina/io/safetensors.h"
#include "lamina/nn/state_dict.h"

namespace lamina::train {

struct ArrayFile {
  nn::StateDict arrays;
  io::Metadata metadata;
  const std::string& text(std::string_view key,
                          const std::string& path) const;  // FileError when absent
};

// Evaluates the arrays and replaces the file as a whole. `format` and version 1 are added to the
// metadata.
void write_array_file(const std::string& path, std::string_view format, const nn::StateDict& arrays,
                      io::Metadata metadata);

// FileError names the file and what is wrong with it: foreign, damaged, or of a newer version.
ArrayFile read_array_file(const std::string& path, std::string_view format);

// JSON that stands in the metadata; a FileError for what does not parse.
io::Json read_json(const ArrayFile& file, std::string_view key, const std::string& path);

// Calls f and turns what it throws into a FileError: what a file says may not fit together.
template <class F>
auto reading(const std::string& path, F&& f);

}  // namespace lamina::train

#include "lamina/base/error.h"
#include "lamina/base/text.h"

template <class F>
auto lamina::train::reading(const std::string& path, F&& f) {
  try {
    return f();
  } catch (const FileError&) {
    throw;
  } catch (const OutOfMemory&) {
    throw;
  } catch (const Error& error) {
    throw FileError(lamina::text(path, ": ", error.message()))
        .detail("file", path)
        .help("the file is damaged, or was written by another version of Lamina");
  }
}
