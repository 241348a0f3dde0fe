#include "lamina/data/digits.h"

#include <dlfcn.h>

#include <filesystem>
#include <vector>

#include "lamina/base/environment.h"
#include "lamina/base/error.h"
#include "lamina/io/errors.h"
#include "lamina/io/file.h"
#include "lamina/io/npy.h"
#include "lamina/ops/creation.h"

namespace lamina::data {
namespace {

constexpr int64_t kSide = 8, kPixels = kSide * kSide;
constexpr float kInk = 16;  // the darkest pixel

// The file that holds this library's code: liblamina.so, or the program it is linked into.
std::filesystem::path own_file() {
  Dl_info info;
  if (dladdr(reinterpret_cast<const void*>(&shipped_file), &info) == 0 || !info.dli_fname) return {};
  std::error_code ignored;
  return std::filesystem::canonical(info.dli_fname, ignored);
}

}  // namespace

std::string shipped_file(const std::string& name) {
  std::vector<std::filesystem::path> folders;
  const std::string chosen = environment::string("LAMINA_DATA");
  if (!chosen.empty()) {
    folders.emplace_back(chosen);
  } else if (const std::filesystem::path own = own_file(); !own.empty()) {
    folders.push_back(own.parent_path().parent_path() / "share" / "lamina");
  }
  for (const auto& folder : folders) {
    std::error_code ignored;
    if (std::filesystem::is_regular_file(folder / name, ignored)) return (folder / name).string();
  }
  FileError error(text("cannot find ", name, ", which is shipped with the library"));
  for (const auto& folder : folders) error.detail("looked in", folder.string());
  throw error.help("set LAMINA_DATA to the folder that holds it, or install the library again");
}

ArrayDataset digits() {
  const io::MappedFile file(shipped_file("digits.npy"));
  const io::NpyArray table = io::parse_npy(file.bytes(), file.path());
  if (table.descr != "|u1" || table.fortran_order || table.shape.size() != 2 ||
      table.shape[1] != kPixels + 1) {
    throw io::bad_file(file.path(), 0, "header", text(table.descr, " ", list_text(table.shape)),
                       text("|u1 [N, ", kPixels + 1, "]"), "this is not the file that is shipped");
  }
  const int64_t count = table.shape[0];
  std::vector<float> images;
  std::vector<int64_t> labels;
  images.reserve(static_cast<size_t>(count * kPixels));
  const auto* row = reinterpret_cast<const uint8_t*>(table.data.data());
  for (int64_t i = 0; i < count; ++i, row += kPixels + 1) {
    for (int64_t p = 0; p < kPixels; ++p) images.push_back(static_cast<float>(row[p]) / kInk);
    labels.push_back(row[kPixels]);
  }
  return {from_data(images.data(), {count, 1, kSide, kSide}, float32),
          from_data(labels.data(), {count}, int64)};
}

}  // namespace lamina::data
