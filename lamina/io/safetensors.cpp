#include "lamina/io/safetensors.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "lamina/io/bytes.h"
#include "lamina/io/crc32c.h"
#include "lamina/io/errors.h"
#include "lamina/io/json.h"

namespace lamina::io {

namespace {

constexpr const char* kDamaged = "the file is truncated, damaged or not a safetensors file";
constexpr std::string_view kChecksum = "crc32c.";

// As hex() writes it, letter for letter: a header in which one bit is flipped is another header.
bool is_checksum(std::string_view text) {
  return text.size() == 8 && text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

[[noreturn]] void fail_checksum(std::string_view source, const TensorEntry& entry, uint64_t offset,
                                uint32_t sum, std::string_view written) {
  throw bad_file(source, offset, text("tensor ", quoted(entry.name), ": checksum"),
                 text("crc32c ", hex(sum)), text("crc32c ", written),
                 "the weights are damaged; copy or download the file again");
}

class Parser {
 public:
  Parser(Bytes bytes, std::string_view source, const SafetensorsOptions& options)
      : bytes_(bytes), source_(source), options_(options) {}

  SafetensorsContent parse() {
    const uint64_t length = header_length();
    const Bytes header = bytes_.subspan(8, length);
    data_ = bytes_.subspan(8 + length);
    if (header.empty() || header[0] != std::byte{'{'}) {
      fail(8, "header", quoted(as_text(header)), "a JSON object that starts with '{'");
    }
    const Json json = parse_json(header, source_, {.bytes = options_.largest_header});
    for (const auto& [name, value] : json.as_object()) {
      if (name == "__metadata__") {
        read_metadata(value);
      } else {
        read_tensor(name, value);
      }
    }
    check_cover();
    check_sums();
    return std::move(content_);
  }

 private:
  [[noreturn]] void fail(uint64_t offset, std::string_view field, std::string got,
                         std::string expected) const {
    throw bad_file(source_, offset, field, std::move(got), std::move(expected), kDamaged);
  }

  // A fault in the description of one tensor. Offsets within the header help nobody there.
  [[noreturn]] void fail_tensor(std::string_view name, std::string_view field, std::string got,
                                std::string expected) const {
    fail(8, text("tensor ", quoted(name), ": ", field), std::move(got), std::move(expected));
  }

  uint64_t header_length() const {
    if (bytes_.size() < 8) {
      fail(0, "header length", text(bytes_.size(), " bytes in the file"), "at least 8");
    }
    const uint64_t length = load<uint64_t>(bytes_, 0);
    const uint64_t most = std::min<uint64_t>(bytes_.size() - 8, options_.largest_header);
    if (length > most) fail(0, "header length", text(length), text("at most ", most, " bytes"));
    return length;
  }

  void read_metadata(const Json& value) {
    if (!value.is_object()) fail(8, "__metadata__", value.kind(), "an object of strings");
    for (const auto& [key, item] : value.as_object()) {
      if (!item.is_string()) {
        fail(8, text("__metadata__ ", quoted(key)), item.kind(), "a string");
      }
      if (key.starts_with(kChecksum)) {
        sums_.emplace(key.substr(kChecksum.size()), item.as_string());
      } else {
        content_.metadata.emplace_back(key, item.as_string());
      }
    }
  }

  void read_tensor(const std::string& name, const Json& value) {
    if (!value.is_object()) fail_tensor(name, "description", value.kind(), "an object");
    if (value.as_object().size() != 3) {
      fail_tensor(name, "description", text(value.as_object().size(), " fields"),
                  "dtype, shape and data_offsets");
    }
    TensorEntry entry;
    entry.name = name;
    const Json* dtype = value.find("dtype");
    if (!dtype || !dtype->is_string()) {
      fail_tensor(name, "dtype", dtype ? dtype->kind() : "none", "a string");
    }
    entry.dtype = dtype->as_string();
    const int64_t element = safetensors_element_size(entry.dtype);
    if (element == 0) {
      fail_tensor(name, "dtype", quoted(entry.dtype), "a type of the format, such as \"F32\"");
    }
    entry.shape = integers(name, value, "shape");
    const std::vector<int64_t> offsets = integers(name, value, "data_offsets");
    if (offsets.size() != 2 || offsets[0] > offsets[1] ||
        static_cast<uint64_t>(offsets[1]) > data_.size()) {
      fail_tensor(name, "data_offsets", list_text(offsets),
                  text("begin and end within ", data_.size(), " bytes of data"));
    }
    const uint64_t begin = static_cast<uint64_t>(offsets[0]);
    const uint64_t length = static_cast<uint64_t>(offsets[1]) - begin;
    const auto needed = byte_count(entry.shape, static_cast<uint64_t>(element));
    if (!needed || *needed != length) {
      fail_tensor(name, "data_offsets", text(length, " bytes"),
                  text(needed ? text(*needed) : "more than 2^63", " bytes for shape ",
                       list_text(entry.shape), " of ", entry.dtype));
    }
    entry.data = data_.subspan(begin, length);
    content_.tensors.push_back(std::move(entry));
  }

  std::vector<int64_t> integers(std::string_view name, const Json& value,
                                std::string_view field) const {
    const Json* list = value.find(field);
    if (!list || !list->is_array()) {
      fail_tensor(name, field, list ? list->kind() : "none", "a list of integers");
    }
    std::vector<int64_t> result;
    for (const Json& item : list->as_array()) {
      if (!item.is_integer() || item.as_integer() < 0) {
        fail_tensor(name, field, item.is_integer() ? text(item.as_integer()) : item.kind(),
                    "integers from 0 on");
      }
      result.push_back(item.as_integer());
    }
    return result;
  }

  // The tensors must cover the data without gap or overlap, so that no byte of a file means two
  // things or hides something.
  void check_cover() const {
    std::vector<const TensorEntry*> order;
    for (const auto& entry : content_.tensors) order.push_back(&entry);
    std::sort(order.begin(), order.end(), [](const TensorEntry* a, const TensorEntry* b) {
      return std::pair(a->data.data(), a->data.size()) < std::pair(b->data.data(), b->data.size());
    });
    uint64_t expected = 0;
    for (const TensorEntry* entry : order) {
      const uint64_t begin = static_cast<uint64_t>(entry->data.data() - data_.data());
      if (begin != expected) {
        fail_tensor(entry->name, "data_offsets", text("begin ", begin),
                    text("begin ", expected, ": no gap and no overlap"));
      }
      expected += entry->data.size();
    }
    if (expected != data_.size()) {
      fail(bytes_.size() - data_.size() + expected, "data", text(data_.size(), " bytes"),
           text(expected, " bytes, the sum of all tensors"));
    }
  }

  void check_sums() {
    for (const auto& entry : content_.tensors) {
      content_.checksums.emplace_back();
      const auto found = sums_.find(entry.name);
      if (found == sums_.end()) continue;
      std::string& written = content_.checksums.back();
      written = std::move(found->second);
      sums_.erase(found);
      if (!is_checksum(written)) {
        fail_tensor(entry.name, "crc32c", quoted(written), "8 hexadecimal digits");
      }
      if (!options_.verify_checksums) continue;
      const uint32_t sum = crc32c(entry.data);
      if (hex(sum) != written) {
        fail_checksum(source_, entry, static_cast<uint64_t>(entry.data.data() - bytes_.data()), sum,
                      written);
      }
    }
    if (!sums_.empty()) {
      fail(8, "__metadata__", text("a checksum of ", quoted(sums_.begin()->first)),
           "checksums of tensors in the file");
    }
  }

  Bytes bytes_, data_;
  std::string_view source_;
  const SafetensorsOptions& options_;
  SafetensorsContent content_;
  std::unordered_map<std::string, std::string> sums_;
};

}  // namespace

int64_t safetensors_element_size(std::string_view dtype) {
  static constexpr std::array<std::pair<std::string_view, int>, 16> kTypes = {{{"BOOL", 1},
                                                                               {"U8", 1},
                                                                               {"I8", 1},
                                                                               {"F8_E5M2", 1},
                                                                               {"F8_E4M3", 1},
                                                                               {"I16", 2},
                                                                               {"U16", 2},
                                                                               {"F16", 2},
                                                                               {"BF16", 2},
                                                                               {"I32", 4},
                                                                               {"U32", 4},
                                                                               {"F32", 4},
                                                                               {"I64", 8},
                                                                               {"U64", 8},
                                                                               {"F64", 8},
                                                                               {"C64", 8}}};
  for (const auto& [name, size] : kTypes) {
    if (dtype == name) return size;
  }
  return 0;
}

SafetensorsContent parse_safetensors(std::span<const std::byte> bytes, std::string_view source,
                                     SafetensorsOptions options) {
  return Parser(bytes, source, options).parse();
}

SafetensorsFile::SafetensorsFile(const std::string& path, SafetensorsOptions options)
    : file_(path), content_(parse_safetensors(file_.bytes(), path, options)) {
  for (size_t i = 0; i < content_.tensors.size(); ++i) index_[content_.tensors[i].name] = i;
}

void SafetensorsFile::copy(size_t place, std::byte* to) const {
  const TensorEntry& entry = tensors()[place];
  const std::string& written = content_.checksums[place];
  if (written.empty()) {
    if (!entry.data.empty()) std::memcpy(to, entry.data.data(), entry.data.size());
    return;
  }
  const uint32_t sum = crc32c_copy(entry.data, to);
  if (hex(sum) == written) return;
  fail_checksum(path(), entry, static_cast<uint64_t>(entry.data.data() - file_.bytes().data()), sum,
                written);
}

const TensorEntry* SafetensorsFile::find(const std::string& name) const {
  const auto found = index_.find(name);
  return found == index_.end() ? nullptr : &content_.tensors[found->second];
}

const TensorEntry& SafetensorsFile::at(const std::string& name) const {
  if (const TensorEntry* found = find(name)) return *found;
  throw KeyError(text(path(), ": no tensor ", quoted(name)))
      .detail("tensors", text(tensors().size()));
}

}  // namespace lamina::io
