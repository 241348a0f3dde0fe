#include "lamina/io/idx.h"

#include <algorithm>
#include <optional>

#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"
#include "lamina/io/file.h"
#include "lamina/io/gzip.h"

namespace lamina::io {

namespace {

struct ElementType {
  uint8_t code;
  const char* name;
  size_t size;
};
constexpr ElementType kTypes[] = {{0x08, "uint8", 1}, {0x09, "int8", 1},    {0x0b, "int16", 2},
                                  {0x0c, "int32", 4}, {0x0d, "float32", 4}, {0x0e, "float64", 8}};

int64_t big_endian(Bytes bytes, size_t at) {
  int64_t value = 0;
  for (size_t i = 0; i < 4; ++i) value = value << 8 | std::to_integer<int64_t>(bytes[at + i]);
  return value;
}

}  // namespace

IdxArray parse_idx(Bytes bytes, std::string_view source) {
  const auto fail = [&](uint64_t offset, std::string_view field, std::string got,
                        std::string expected) {
    return bad_file(source, offset, field, std::move(got), std::move(expected),
                    "the file is truncated, damaged or not an IDX file");
  };
  if (bytes.size() < 4) throw fail(0, "header", text(bytes.size(), " bytes"), "at least 4 bytes");
  const auto code = std::to_integer<uint8_t>(bytes[2]);
  const auto* type = std::find_if(std::begin(kTypes), std::end(kTypes),
                                  [&](const ElementType& t) { return t.code == code; });
  if (std::to_integer<int>(bytes[0]) != 0 || std::to_integer<int>(bytes[1]) != 0 ||
      type == std::end(kTypes)) {
    throw fail(0, "header", quoted(as_text(bytes.first(4))),
               "0, 0, a type of 8 to 14 and the number of axes");
  }
  const size_t axes = std::to_integer<size_t>(bytes[3]);
  if (bytes.size() < 4 + 4 * axes) {
    throw fail(4, "sizes", text(bytes.size() - 4, " bytes"), text(4 * axes, " bytes"));
  }
  IdxArray array{type->name, {}, {}};
  for (size_t i = 0; i < axes; ++i) array.shape.push_back(big_endian(bytes, 4 + 4 * i));
  const Bytes data = bytes.subspan(4 + 4 * axes);
  const auto expected = byte_count(array.shape, type->size);
  if (!expected || *expected != data.size()) {
    throw fail(4 + 4 * axes, "data", text(data.size(), " bytes"),
               expected ? text(*expected, " bytes for the sizes ", list_text(array.shape))
                        : text("sizes that fit into a file, not ", list_text(array.shape)));
  }
  array.data.assign(data.begin(), data.end());
  for (size_t at = 0; type->size > 1 && at < array.data.size(); at += type->size) {
    std::reverse(array.data.begin() + static_cast<std::ptrdiff_t>(at),
                 array.data.begin() + static_cast<std::ptrdiff_t>(at + type->size));
  }
  return array;
}

IdxArray read_idx(const std::string& path) {
  const MappedFile file(path);
  if (is_gzip(file.bytes())) return parse_idx(inflate_gzip(file.bytes(), path), path);
  return parse_idx(file.bytes(), path);
}

}  // namespace lamina::io
