// Internal: the central directory of a zip archive, checked so that reading an entry needs no
// further checks of where its data lies.
#pragma once

#include "lamina/io/bytes.h"
#include "lamina/io/zip.h"

namespace lamina::io {

std::vector<ZipEntry> read_zip_directory(Bytes bytes, std::string_view source,
                                         const ZipLimits& limits);

}  // namespace lamina::io
