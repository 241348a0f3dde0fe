#include <algorithm>
#include <set>

#include "lamina/io/atomic_write.h"
#include "lamina/io/bytes.h"
#include "lamina/io/crc32c.h"
#include "lamina/io/errors.h"
#include "lamina/io/json.h"
#include "lamina/io/safetensors.h"
#include "lamina/io/utf8.h"

namespace lamina::io {

namespace {

constexpr size_t kAlignment = 64;  // where the data starts: what vector instructions like best

bool valid_utf8(std::string_view s) {
  while (!s.empty()) {
    const size_t length = utf8_length(s);
    if (length == 0) return false;
    s.remove_prefix(length);
  }
  return true;
}

void check(const TensorEntry& tensor, std::set<std::string_view>& names) {
  const int64_t element = safetensors_element_size(tensor.dtype);
  if (element == 0) {
    throw DTypeError(text("write_safetensors: expected a type of the format for tensor ",
                          quoted(tensor.name), ", got ", quoted(tensor.dtype)));
  }
  const auto needed = byte_count(tensor.shape, static_cast<uint64_t>(element));
  if (!needed || *needed != tensor.data.size()) {
    throw ValueError(text("write_safetensors: expected the bytes of ", tensor.dtype, " ",
                          list_text(tensor.shape), " for tensor ", quoted(tensor.name), ", got ",
                          tensor.data.size(), " bytes"));
  }
  if (tensor.name == "__metadata__" || !valid_utf8(tensor.name)) {
    throw ValueError(text("write_safetensors: ", quoted(tensor.name), " cannot name a tensor"));
  }
  if (!names.insert(tensor.name).second) {
    throw ValueError(text("write_safetensors: two tensors are named ", quoted(tensor.name)));
  }
}

Json metadata_json(std::span<const TensorEntry* const> order, const Metadata& metadata) {
  Json::Object result;
  std::set<std::string_view> keys;
  for (const auto& [key, value] : metadata) {
    if (key.starts_with("crc32c.") || !valid_utf8(key) || !keys.insert(key).second) {
      throw ValueError(text("write_safetensors: metadata ", quoted(key),
                            " is reserved, given twice or not UTF-8"));
    }
    result.emplace_back(key, value);
  }
  for (const TensorEntry* tensor : order) {
    result.emplace_back("crc32c." + tensor->name, hex(crc32c(tensor->data)));
  }
  return result;
}

}  // namespace

void write_safetensors(const std::string& path, std::span<const TensorEntry> tensors,
                       const Metadata& metadata) {
  std::set<std::string_view> names;
  std::vector<const TensorEntry*> order;
  for (const TensorEntry& tensor : tensors) {
    check(tensor, names);
    order.push_back(&tensor);
  }
  std::stable_sort(order.begin(), order.end(), [](const TensorEntry* a, const TensorEntry* b) {
    return safetensors_element_size(a->dtype) > safetensors_element_size(b->dtype);
  });
  Json::Object header;
  Json metadata_object = metadata_json(order, metadata);
  if (!metadata_object.as_object().empty()) {
    header.emplace_back("__metadata__", std::move(metadata_object));
  }
  std::vector<std::span<const std::byte>> pieces(1);
  uint64_t offset = 0;
  for (const TensorEntry* tensor : order) {
    Json description;
    description.set("dtype", tensor->dtype);
    description.set("shape", Json::Array(tensor->shape.begin(), tensor->shape.end()));
    const uint64_t end = offset + tensor->data.size();
    description.set("data_offsets",
                    Json::Array{static_cast<int64_t>(offset), static_cast<int64_t>(end)});
    header.emplace_back(tensor->name, std::move(description));
    pieces.push_back(tensor->data);
    offset = end;
  }
  std::string json = Json(std::move(header)).dump();
  json.append((kAlignment - (8 + json.size()) % kAlignment) % kAlignment, ' ');
  if (json.size() > SafetensorsOptions().largest_header) {
    throw ValueError(text("write_safetensors: expected names and metadata of at most ",
                          SafetensorsOptions().largest_header, " bytes, got ", json.size()));
  }
  std::vector<std::byte> prefix;
  store<uint64_t>(prefix, json.size());
  const Bytes raw = as_bytes(json);
  prefix.insert(prefix.end(), raw.begin(), raw.end());
  pieces[0] = prefix;
  atomic_write(path, pieces);
}

void write_safetensors(const std::string& path, std::initializer_list<TensorEntry> tensors,
                       const Metadata& metadata) {
  write_safetensors(path, std::span<const TensorEntry>(tensors.begin(), tensors.size()), metadata);
}

}  // namespace lamina::io
