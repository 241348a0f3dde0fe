#include "lamina/data/readers.h"

#include <filesystem>
#include <functional>

#include "lamina/base/error.h"
#include "lamina/data/rows.h"
#include "lamina/io/errors.h"
#include "lamina/io/file.h"
#include "lamina/io/idx.h"
#include "lamina/io/npy.h"
#include "lamina/io/npz.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/movement.h"

namespace lamina::data {
namespace {

namespace fs = std::filesystem;

Array array_of(const io::NpyArray& npy, const std::string& source) {
  const std::map<std::string, DType, std::less<>> types = {
      {"<f2", float16}, {"<f4", float32}, {"<f8", float64}, {"|i1", int8},
      {"<i2", int16},   {"<i4", int32},   {"<i8", int64},   {"|u1", uint8},
      {"<u2", uint16},  {"<u4", uint32},  {"<u8", uint64},  {"|b1", bool_}};
  const auto type = types.find(npy.descr);
  if (type == types.end()) {
    throw io::bad_file(source, 0, "element type", npy.descr, "numbers or booleans, little-endian",
                       "convert the array with NumPy's astype before saving");
  }
  Shape shape;
  for (int64_t size : npy.shape) shape.push_back(size);
  if (!npy.fortran_order || npy.shape.size() < 2)
    return from_data(npy.data.data(), shape, type->second);
  Shape reversed;
  IntList axes;
  for (size_t i = npy.shape.size(); i-- > 0;) {
    reversed.push_back(npy.shape[i]);
    axes.push_back(static_cast<int64_t>(i));
  }
  return transpose(from_data(npy.data.data(), reversed, type->second), axes);
}

// One of the names a file is found by, with or without .gz.
std::string find(const std::string& folder, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    for (const char* ending : {"", ".gz"}) {
      std::error_code ignored;
      const fs::path path = fs::path(folder) / (std::string(name) + ending);
      if (fs::is_regular_file(path, ignored)) return path.string();
    }
  }
  throw FileError(text("there is no ", *names.begin(), " in ", folder))
      .detail("file", folder)
      .detail("looked for", list_text(names, "", ""))
      .help("name the folder that holds the files of the data set");
}

Array pixels_to_floats(const uint8_t* pixels, Shape shape) {
  size_t count = 1;
  for (int64_t size : shape) count *= static_cast<size_t>(size);
  NewArray out(float32, std::move(shape));
  auto* values = reinterpret_cast<float*>(out.data());
  for (size_t i = 0; i < count; ++i) values[i] = static_cast<float>(pixels[i]) / 255;
  return std::move(out).done();
}

struct CifarLayout {
  std::initializer_list<const char*> files;
  size_t labels;  // bytes in front of each picture; the last of them is the label
  int classes;
};

ArrayDataset read_cifar(const std::string& folder, const CifarLayout& layout) {
  constexpr size_t kPixels = 3 * 32 * 32;
  std::vector<uint8_t> pixels;
  std::vector<int64_t> labels;
  for (const char* name : layout.files) {
    const io::MappedFile file(find(folder, {name}));
    const size_t size = layout.labels + kPixels;
    if (file.bytes().size() % size != 0) {
      throw io::bad_file(file.path(), file.bytes().size(), "file",
                         text(file.bytes().size(), " bytes"),
                         text("a multiple of ", size, " bytes"),
                         "the file is truncated, or not the binary version of CIFAR");
    }
    const auto* at = reinterpret_cast<const uint8_t*>(file.bytes().data());
    for (size_t i = 0; i < file.bytes().size(); i += size) {
      const int label = at[i + layout.labels - 1];
      if (label >= layout.classes) {
        throw io::bad_file(file.path(), i + layout.labels - 1, "label", text(label),
                           text("0 to ", layout.classes - 1), "the file is damaged or another one");
      }
      labels.push_back(label);
      pixels.insert(pixels.end(), at + i + layout.labels, at + i + size);
    }
  }
  const auto count = static_cast<int64_t>(labels.size());
  return {pixels_to_floats(pixels.data(), {count, 3, 32, 32}),
          from_data(labels.data(), {count}, int64)};
}

}  // namespace

Array read_npy(const std::string& path) {
  const io::MappedFile file(path);
  return array_of(io::parse_npy(file.bytes(), path), path);
}

std::map<std::string, Array> read_npz(const std::string& path) {
  const io::NpzFile file(path);
  std::map<std::string, Array> out;
  for (const auto& [name, npy] : file.arrays())
    out.emplace(name, array_of(npy, text(path, "/", name)));
  return out;
}

Array read_idx(const std::string& path) {
  const io::IdxArray idx = io::read_idx(path);
  Shape shape;
  for (int64_t size : idx.shape) shape.push_back(size);
  const std::map<std::string, DType, std::less<>> types = {
      {"uint8", uint8}, {"int8", int8},       {"int16", int16},
      {"int32", int32}, {"float32", float32}, {"float64", float64}};
  return from_data(idx.data.data(), shape, types.at(idx.type));
}

ArrayDataset mnist(const std::string& folder, PartOptions options) {
  const std::string pictures =
      options.train ? find(folder, {"train-images-idx3-ubyte", "train-images.idx3-ubyte"})
                    : find(folder, {"t10k-images-idx3-ubyte", "t10k-images.idx3-ubyte"});
  const std::string answers =
      options.train ? find(folder, {"train-labels-idx1-ubyte", "train-labels.idx1-ubyte"})
                    : find(folder, {"t10k-labels-idx1-ubyte", "t10k-labels.idx1-ubyte"});
  const io::IdxArray x = io::read_idx(pictures), y = io::read_idx(answers);
  const auto fail = [](const std::string& path, const io::IdxArray& got, std::string expected) {
    return io::bad_file(path, 0, "header", text(got.type, " ", list_text(got.shape)),
                        std::move(expected), "this is another file than its name says");
  };
  if (x.type != "uint8" || x.shape.size() != 3) throw fail(pictures, x, "uint8 [N, height, width]");
  if (y.type != "uint8" || y.shape.size() != 1 || y.shape[0] != x.shape[0]) {
    throw fail(answers, y, text("uint8 [", x.shape[0], "]"));
  }
  std::vector<int64_t> labels;
  for (std::byte label : y.data) labels.push_back(std::to_integer<int64_t>(label));
  return {pixels_to_floats(reinterpret_cast<const uint8_t*>(x.data.data()),
                           {x.shape[0], 1, x.shape[1], x.shape[2]}),
          from_data(labels.data(), {y.shape[0]}, int64)};
}

ArrayDataset cifar10(const std::string& folder, PartOptions options) {
  if (!options.train) return read_cifar(folder, {{"test_batch.bin"}, 1, 10});
  return read_cifar(folder, {{"data_batch_1.bin", "data_batch_2.bin", "data_batch_3.bin",
                              "data_batch_4.bin", "data_batch_5.bin"},
                             1,
                             10});
}

ArrayDataset cifar100(const std::string& folder, PartOptions options) {
  if (!options.train) return read_cifar(folder, {{"test.bin"}, 2, 100});
  return read_cifar(folder, {{"train.bin"}, 2, 100});
}

}  // namespace lamina::data
