#include "lamina/train/array_file.h"

#include <algorithm>
#include <optional>

#include "lamina/base/parallel_for.h"
#include "lamina/exec/evaluate.h"
#include "lamina/io/bytes.h"
#include "lamina/io/crc32c.h"
#include "lamina/io/errors.h"
#include "lamina/ir/node.h"

namespace lamina::train {
namespace {

constexpr const char* kVersion = "1";
constexpr const char* kDigest = "header_crc32c";

struct TypeName {
  DType dtype;
  const char* name;
};
constexpr TypeName kTypes[] = {
    {DType::Bool, "BOOL"},   {DType::Int8, "I8"},       {DType::Int16, "I16"},
    {DType::Int32, "I32"},   {DType::Int64, "I64"},     {DType::UInt8, "U8"},
    {DType::UInt16, "U16"},  {DType::UInt32, "U32"},    {DType::UInt64, "U64"},
    {DType::Float16, "F16"}, {DType::BFloat16, "BF16"}, {DType::Float32, "F32"},
    {DType::Float64, "F64"},
};

const char* type_name(DType dtype) {
  for (const TypeName& type : kTypes) {
    if (type.dtype == dtype) return type.name;
  }
  return "";
}

std::optional<DType> type_of(std::string_view name) {
  for (const TypeName& type : kTypes) {
    if (name == type.name) return type.dtype;
  }
  return std::nullopt;
}

// Of everything in the header: in an order that does not depend on the file's.
std::string digest(std::span<const io::TensorEntry> tensors, const io::Metadata& metadata) {
  std::vector<std::string> lines;
  for (const auto& [key, value] : metadata) {
    if (key != kDigest) lines.push_back(lamina::text("m ", key.size(), " ", key, " ", value));
  }
  for (const io::TensorEntry& t : tensors) {
    lines.push_back(
        lamina::text("t ", t.name.size(), " ", t.name, " ", t.dtype, " ", list_text(t.shape)));
  }
  std::sort(lines.begin(), lines.end());
  uint32_t crc = 0;
  for (const std::string& line : lines) {
    const uint64_t size = line.size();
    crc = io::crc32c(std::as_bytes(std::span(&size, 1)), crc);
    crc = io::crc32c(io::as_bytes(line), crc);
  }
  return io::hex(crc);
}

const std::string* find(const io::Metadata& metadata, std::string_view key) {
  for (const auto& [name, value] : metadata) {
    if (name == key) return &value;
  }
  return nullptr;
}

void check_kind(const io::SafetensorsFile& file, std::string_view format) {
  const std::string* found = find(file.metadata(), "format");
  if (!found || *found != format) {
    throw FileError(lamina::text(file.path(), ": not a ", format, " file"))
        .detail("file", file.path())
        .detail("format", found ? io::quoted(*found) : "none in the metadata")
        .detail("expected", std::string(format))
        .help("trainer.save writes models, trainer.save_checkpoint checkpoints");
  }
  const std::string* version = find(file.metadata(), "version");
  if (!version || *version != kVersion) {
    throw FileError(lamina::text(file.path(), ": cannot read this version"))
        .detail("file", file.path())
        .detail("version", version ? io::quoted(*version) : "none in the metadata")
        .detail("expected", kVersion)
        .help("a newer Lamina wrote it: update, or save it again with this one");
  }
  const std::string* expected = find(file.metadata(), kDigest);
  if (!expected || *expected != digest(file.tensors(), file.metadata())) {
    throw io::bad_file(file.path(), 8, "header checksum", digest(file.tensors(), file.metadata()),
                       expected ? *expected : "a checksum",
                       "the file is damaged: copy or download it again");
  }
}

// Each thread takes the tensors that begin in its share of the bytes.
void copy_all(const io::SafetensorsFile& file, const std::vector<NodeValue>& values) {
  std::vector<size_t> begins{0};
  for (const io::TensorEntry& tensor : file.tensors()) {
    begins.push_back(begins.back() + tensor.data.size());
  }
  constexpr int64_t kGrain = int64_t{1} << 20;
  parallel_for(0, static_cast<int64_t>(begins.back()) + 1, kGrain,
               [&](int64_t first, int64_t last) {
                 for (size_t i = 0; i < values.size(); ++i) {
                   const auto begin = static_cast<int64_t>(begins[i]);
                   if (begin >= first && begin < last) file.copy(i, values[i].storage->data());
                 }
               });
}

}  // namespace

const std::string& ArrayFile::text(std::string_view key, const std::string& path) const {
  if (const std::string* value = train::find(metadata, key)) return *value;
  throw FileError(lamina::text(path, ": expected '", key, "' in the metadata, got none"))
      .detail("file", path)
      .help("the file is damaged");
}

void write_array_file(const std::string& path, std::string_view format, const nn::StateDict& arrays,
                      io::Metadata metadata) {
  std::vector<HostValue> values;
  std::vector<io::TensorEntry> tensors;
  for (const auto& [name, array] : arrays) {
    values.push_back(host_value(array));
    const size_t bytes = static_cast<size_t>(array.size()) * size_of(array.dtype());
    tensors.push_back(
        {name, type_name(array.dtype()), array.shape().to_vector(), {values.back().data(), bytes}});
  }
  metadata.insert(metadata.begin(), {{"format", std::string(format)}, {"version", kVersion}});
  metadata.emplace_back(kDigest, digest(tensors, metadata));
  io::write_safetensors(path, tensors, metadata);
}

ArrayFile read_array_file(const std::string& path, std::string_view format) {
  const io::SafetensorsFile file(path, {.verify_checksums = false});  // when they are copied
  check_kind(file, format);
  ArrayFile result;
  result.metadata = file.metadata();
  std::vector<NodeValue> values;
  std::vector<DType> dtypes;
  for (const io::TensorEntry& tensor : file.tensors()) {
    const std::optional<DType> dtype = type_of(tensor.dtype);
    if (!dtype) {
      throw FileError(lamina::text(path, ": tensor ", io::quoted(tensor.name), " has the type ",
                                   tensor.dtype, ", which arrays do not have"))
          .detail("file", path);
    }
    dtypes.push_back(*dtype);
    values.emplace_back().storage = Storage::allocate(tensor.data.size());
  }
  copy_all(file, values);
  for (size_t i = 0; i < values.size(); ++i) {
    const io::TensorEntry& tensor = file.tensors()[i];
    result.arrays.emplace_back(tensor.name,
                               make_leaf({dtypes[i], Shape(tensor.shape)}, std::move(values[i])));
  }
  return result;
}

io::Json read_json(const ArrayFile& file, std::string_view key, const std::string& path) {
  return io::parse_json(file.text(key, path), lamina::text(path, ": ", key));
}

}  // namespace lamina::train
