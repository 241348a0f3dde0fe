// How the readers complain. A damaged file gives an error that a person can act on:
//
//   model.safetensors: bad header length at byte 0
//     file       model.safetensors
//     offset     0
//     field      header length
//     got        1125899906842624
//     expected   at most 16777216 bytes
//     help       the file is damaged or not a safetensors file
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::io {

FileError bad_file(std::string_view file, uint64_t offset, std::string_view field, std::string got,
                   std::string expected, std::string help);

// A call of the system that failed: "cannot open weights.npy: No such file or directory".
FileError system_error(std::string_view action, const std::string& path, int error_number);

FileError empty_file(const std::string& path);

// Text from a file, fit for a message: quoted, at most 40 bytes, control characters shown as '?'.
std::string quoted(std::string_view raw);

}  // namespace lamina::io
