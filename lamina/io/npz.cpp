#include "lamina/io/npz.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::io {

NpzFile::NpzFile(const std::string& path, ZipLimits limits) : file_(path) {
  const ZipReader zip(file_.bytes(), path, limits);
  for (const ZipEntry& entry : zip.entries()) {
    std::string name = entry.name;
    if (!name.ends_with(".npy")) {
      throw FileError(text(path, ": expected arrays named *.npy, got ", name))
          .detail("file", path)
          .help("the file is a zip archive, but not one of numpy.savez");
    }
    name.resize(name.size() - 4);
    contents_.push_back(zip.read(entry));
    arrays_.emplace_back(name, parse_npy(contents_.back().bytes, text(path, ", array ", name)));
  }
}

const NpyArray* NpzFile::find(std::string_view name) const {
  for (const auto& [key, array] : arrays_) {
    if (key == name) return &array;
  }
  return nullptr;
}

const NpyArray& NpzFile::at(std::string_view name) const {
  if (const NpyArray* found = find(name)) return *found;
  std::vector<std::string_view> names;
  for (const auto& [key, array] : arrays_) names.push_back(key);
  throw KeyError(text(file_.path(), ": no array \"", name, "\""))
      .detail("arrays", list_text(names));
}

void write_npz(const std::string& path, std::span<const std::pair<std::string, NpyArray>> arrays) {
  std::vector<std::vector<std::byte>> files;
  std::vector<ZipInput> entries;
  for (const auto& [name, array] : arrays) {
    std::vector<std::byte>& file = files.emplace_back(npy_header(array));
    file.insert(file.end(), array.data.begin(), array.data.end());
    entries.push_back({name + ".npy", file});
  }
  write_zip(path, entries);
}

}  // namespace lamina::io
