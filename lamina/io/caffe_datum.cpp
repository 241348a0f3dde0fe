// Datum of caffe.proto: channels = 1, height = 2, width = 3, data = 4, label = 5, float_data = 6,
// encoded = 7.
#include <protozero/pbf_reader.hpp>

#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"
#include "lamina/io/lmdb.h"

namespace lamina::io {

CaffeDatum parse_caffe_datum(Bytes bytes, std::string_view source) {
  CaffeDatum datum;
  const auto fail = [&](std::string got, std::string expected) {
    return bad_file(source, 0, "Datum", std::move(got), std::move(expected),
                    "the record is damaged or holds something else");
  };
  try {
    protozero::pbf_reader message(reinterpret_cast<const char*>(bytes.data()), bytes.size());
    while (message.next()) {
      switch (message.tag()) {
        case 1:
          datum.channels = message.get_int32();
          break;
        case 2:
          datum.height = message.get_int32();
          break;
        case 3:
          datum.width = message.get_int32();
          break;
        case 4: {
          const auto view = message.get_view();
          datum.bytes = {reinterpret_cast<const std::byte*>(view.data()), view.size()};
          break;
        }
        case 5:
          datum.label = message.get_int32();
          break;
        case 6:
          throw fail("float_data", "data, bytes");
        case 7:
          datum.encoded = message.get_bool();
          break;
        default:
          message.skip();
      }
    }
  } catch (const protozero::exception& error) {
    throw fail(error.what(), "a Datum of Caffe");
  }
  const int64_t shape[] = {datum.channels, datum.height, datum.width};
  const auto size = byte_count(shape, 1);
  if (!datum.encoded && (!size || *size != datum.bytes.size())) {
    throw fail(text(datum.bytes.size(), " bytes"), text("bytes for the sizes ", list_text(shape)));
  }
  return datum;
}

}  // namespace lamina::io
