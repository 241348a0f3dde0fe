#include "lamina/io/npy.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "lamina/io/atomic_write.h"
#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"

namespace lamina::io {

namespace {

constexpr std::string_view kMagic("\x93NUMPY", 6);
constexpr uint64_t kLargestHeader = 64 << 10;
constexpr size_t kLargestRank = 64;

// "V2" is how NumPy stores bfloat16, for which it has no name of its own.
constexpr std::array<std::pair<std::string_view, int>, 15> kTypes = {{{"b1", 1},
                                                                      {"i1", 1},
                                                                      {"u1", 1},
                                                                      {"i2", 2},
                                                                      {"u2", 2},
                                                                      {"f2", 2},
                                                                      {"V2", 2},
                                                                      {"i4", 4},
                                                                      {"u4", 4},
                                                                      {"f4", 4},
                                                                      {"i8", 8},
                                                                      {"u8", 8},
                                                                      {"f8", 8},
                                                                      {"c8", 8},
                                                                      {"c16", 16}}};

// The header is a Python literal of a fixed form:
//   {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }
class HeaderParser {
 public:
  HeaderParser(std::string_view text, uint64_t offset, std::string_view source)
      : text_(text), offset_(offset), source_(source) {}

  NpyArray parse() {
    NpyArray array;
    bool descr = false, order = false, shape = false;
    expect('{');
    while (!accept('}')) {
      const std::string_view key = string();
      expect(':');
      if (key == "descr" && !std::exchange(descr, true)) {
        array.descr = element_type();
      } else if (key == "fortran_order" && !std::exchange(order, true)) {
        array.fortran_order = boolean();
      } else if (key == "shape" && !std::exchange(shape, true)) {
        array.shape = tuple();
      } else {
        fail("header", quoted(key), "descr, fortran_order and shape, each once");
      }
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skip_space();
    if (at_ < text_.size()) fail("header", quoted(text_.substr(at_)), "spaces up to its end");
    if (!descr || !order || !shape) {
      fail("header", quoted(text_), "descr, fortran_order and shape, each once");
    }
    return array;
  }

 private:
  [[noreturn]] void fail(std::string_view field, std::string got, std::string expected) const {
    throw bad_file(source_, offset_ + at_, field, std::move(got), std::move(expected),
                   "write the file again with numpy.save");
  }

  void skip_space() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n')) ++at_;
  }

  bool accept(char c) {
    skip_space();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  void expect(char c) {
    if (!accept(c)) fail("header", quoted(text_.substr(at_)), text("'", c, "'"));
  }

  std::string_view string() {
    skip_space();
    const char quote = at_ < text_.size() ? text_[at_] : '\0';
    const size_t end = quote == '\'' || quote == '"' ? text_.find(quote, at_ + 1)
                                                     : std::string_view::npos;
    if (end == std::string_view::npos) fail("header", quoted(text_.substr(at_)), "a quoted name");
    const std::string_view result = text_.substr(at_ + 1, end - at_ - 1);
    at_ = end + 1;
    return result;
  }

  std::string element_type() {
    skip_space();
    if (at_ < text_.size() && text_[at_] == '[') {
      fail("element type", "records with named fields", "one number per element");
    }
    const std::string_view descr = string();
    if (npy_element_size(descr) > 0) return std::string(descr);
    if (descr.starts_with('>')) {
      throw bad_file(source_, offset_ + at_, "element type", quoted(descr), "little-endian numbers",
                     "in Python: numpy.save(path, array.astype(array.dtype.newbyteorder('<')))");
    }
    fail("element type", quoted(descr), "bool, integer, float or complex numbers");
  }

  bool boolean() {
    skip_space();
    for (const bool value : {false, true}) {
      const std::string_view name = value ? "True" : "False";
      if (text_.substr(at_, name.size()) == name) {
        at_ += name.size();
        return value;
      }
    }
    fail("fortran_order", quoted(text_.substr(at_)), "True or False");
  }

  std::vector<int64_t> tuple() {
    std::vector<int64_t> shape;
    expect('(');
    while (!accept(')')) {
      skip_space();
      int64_t axis = 0;
      const char *begin = text_.data() + at_, *end = text_.data() + text_.size();
      const auto [stop, error] = std::from_chars(begin, end, axis);
      if (error != std::errc() || axis < 0) {
        fail("shape", quoted(text_.substr(at_)), "an integer from 0 to 9223372036854775807");
      }
      at_ += static_cast<size_t>(stop - begin);
      shape.push_back(axis);
      if (shape.size() > kLargestRank) {
        fail("shape", "more axes", text("at most ", kLargestRank, " axes"));
      }
      if (!accept(',')) {
        expect(')');
        break;
      }
    }
    return shape;
  }

  std::string_view text_;
  uint64_t offset_;
  std::string_view source_;
  size_t at_ = 0;
};

}  // namespace

int64_t npy_element_size(std::string_view descr) {
  if (descr.empty()) return 0;
  const char order = descr[0];
  for (const auto& [name, size] : kTypes) {
    if (descr.substr(1) != name) continue;
    // '|' says that the order does not matter, which holds for single bytes and opaque ones.
    const bool orderless = order == '|' && (size == 1 || name == "V2");
    return order == '<' || order == '=' || orderless ? size : 0;
  }
  return 0;
}

NpyArray parse_npy(std::span<const std::byte> bytes, std::string_view source) {
  const char* damaged = "the file is truncated, damaged or not a .npy file";
  if (bytes.size() < 10 || as_text(bytes.first(6)) != kMagic) {
    throw bad_file(source, 0, "signature",
                   quoted(as_text(bytes.first(std::min<size_t>(10, bytes.size())))),
                   "\"\\x93NUMPY\" and a version", damaged);
  }
  const int version = static_cast<int>(bytes[6]);
  if (version < 1 || version > 3) {
    throw bad_file(source, 6, "version", text(version), "1, 2 or 3", damaged);
  }
  const uint64_t start = version == 1 ? 10 : 12;
  if (bytes.size() < start) {
    throw bad_file(source, 8, "header length", text(bytes.size(), " bytes in the file"),
                   text(start), damaged);
  }
  const uint64_t length = version == 1 ? load<uint16_t>(bytes, 8) : load<uint32_t>(bytes, 8);
  const uint64_t most = std::min<uint64_t>(bytes.size() - start, kLargestHeader);
  if (length > most) {
    throw bad_file(source, 8, "header length", text(length), text("at most ", most), damaged);
  }
  const std::string_view header = as_text(bytes.subspan(start, length));
  NpyArray array = HeaderParser(header, start, source).parse();
  array.data = bytes.subspan(start + length);
  const uint64_t element = static_cast<uint64_t>(npy_element_size(array.descr));
  const auto needed = byte_count(array.shape, element);
  if (!needed || *needed != array.data.size()) {
    throw bad_file(source, start + length, "data", text(array.data.size(), " bytes"),
                   text(needed ? text(*needed) : "more than 2^63", " bytes for shape ",
                        list_text(array.shape), " of ", array.descr),
                   damaged);
  }
  return array;
}

std::vector<std::byte> npy_header(const NpyArray& array) {
  const int64_t element = npy_element_size(array.descr);
  const auto needed = byte_count(array.shape, static_cast<uint64_t>(std::max<int64_t>(1, element)));
  if (element == 0 || array.shape.size() > kLargestRank || !needed ||
      *needed != array.data.size()) {
    throw ValueError(text("write_npy: expected the bytes of an array ", quoted(array.descr), " ",
                          list_text(array.shape), ", got ", array.data.size(), " bytes"));
  }
  std::string shape = list_text(array.shape, "(", "");
  shape += array.shape.size() == 1 ? ",)" : ")";
  std::string header = text("{'descr': '", array.descr, "', 'fortran_order': ",
                            array.fortran_order ? "True" : "False", ", 'shape': ", shape, ", }");
  header.append(63 - (10 + header.size()) % 64, ' ');
  header += '\n';
  std::vector<std::byte> out;
  for (char c : kMagic) out.push_back(static_cast<std::byte>(c));
  store<uint16_t>(out, 1);  // version 1.0
  store<uint16_t>(out, static_cast<uint16_t>(header.size()));
  const Bytes raw = as_bytes(header);
  out.insert(out.end(), raw.begin(), raw.end());
  return out;
}

void write_npy(const std::string& path, const NpyArray& array) {
  const std::vector<std::byte> header = npy_header(array);
  const std::span<const std::byte> pieces[] = {header, array.data};
  atomic_write(path, pieces);
}

}  // namespace lamina::io
