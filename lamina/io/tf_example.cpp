// tf.train.Example in the wire format of protocol buffers:
//   Example  { Features features = 1; }
//   Features { map<string, Feature> feature = 1; }       an entry: key = 1, value = 2
//   Feature  { BytesList = 1 | FloatList = 2 | Int64List = 3 }, each of them with values = 1
#include <protozero/pbf_reader.hpp>

#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"
#include "lamina/io/tfrecord.h"

namespace lamina::io {

namespace {

using protozero::pbf_reader;
using protozero::pbf_wire_type;

void read_numbers(pbf_reader list, std::vector<float>& out) {
  while (list.next(1)) {
    if (list.wire_type() == pbf_wire_type::length_delimited) {
      for (float value : list.get_packed_float()) out.push_back(value);
    } else {
      out.push_back(list.get_float());
    }
  }
}

void read_integers(pbf_reader list, std::vector<int64_t>& out) {
  while (list.next(1)) {
    if (list.wire_type() == pbf_wire_type::length_delimited) {
      for (int64_t value : list.get_packed_int64()) out.push_back(value);
    } else {
      out.push_back(list.get_int64());
    }
  }
}

TfFeature read_feature(pbf_reader message) {
  TfFeature feature;
  while (message.next()) {
    switch (message.tag()) {
      case 1:
        for (pbf_reader list = message.get_message(); list.next(1);)
          feature.strings.push_back(list.get_string());
        break;
      case 2:
        read_numbers(message.get_message(), feature.numbers);
        break;
      case 3:
        read_integers(message.get_message(), feature.integers);
        break;
      default:
        message.skip();
    }
  }
  return feature;
}

}  // namespace

TfExample parse_tf_example(Bytes bytes, std::string_view source) {
  TfExample example;
  pbf_reader message(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  try {
    while (message.next(1)) {
      for (pbf_reader features = message.get_message(); features.next(1);) {
        std::string key;
        TfFeature value;
        for (pbf_reader entry = features.get_message(); entry.next();) {
          if (entry.tag() == 1) {
            key = entry.get_string();
          } else if (entry.tag() == 2) {
            value = read_feature(entry.get_message());
          } else {
            entry.skip();
          }
        }
        example.insert_or_assign(std::move(key), std::move(value));
      }
    }
  } catch (const protozero::exception& error) {
    const auto left = message.length();
    throw bad_file(source, bytes.size() - std::min<size_t>(left, bytes.size()), "example",
                   error.what(), "a tf.train.Example",
                   "the record is damaged or holds something else");
  }
  return example;
}

}  // namespace lamina::io
