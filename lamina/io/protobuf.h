// Protocol buffers, as bytes: the fields of one message.
//
//   ProtoMessage value;
//   value.text(1, "loss").float32(2, 0.5f);
//   ProtoMessage summary;
//   summary.message(1, value);
//
// The wire format is https://protobuf.dev/programming-guides/encoding.
#pragma once

#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

namespace lamina::io {

class ProtoMessage {
 public:
  ProtoMessage& integer(uint32_t field, int64_t value) {
    key(field, 0);
    varint(static_cast<uint64_t>(value));
    return *this;
  }
  ProtoMessage& float64(uint32_t field, double value) { return fixed(field, 1, value); }
  ProtoMessage& float32(uint32_t field, float value) { return fixed(field, 5, value); }
  ProtoMessage& text(uint32_t field, std::string_view value) {
    key(field, 2);
    varint(value.size());
    bytes_ += value;
    return *this;
  }
  ProtoMessage& message(uint32_t field, const ProtoMessage& value) {
    return text(field, value.bytes_);
  }
  template <class T>
  ProtoMessage& packed(uint32_t field, std::span<const T> values) {
    return text(field, {reinterpret_cast<const char*>(values.data()), values.size_bytes()});
  }
  const std::string& bytes() const { return bytes_; }

 private:
  void key(uint32_t field, uint32_t type) { varint(field << 3 | type); }
  void varint(uint64_t value) {
    for (; value >= 128; value >>= 7) bytes_ += static_cast<char>(value | 128);
    bytes_ += static_cast<char>(value);
  }
  template <class T>
  ProtoMessage& fixed(uint32_t field, uint32_t type, T value) {
    key(field, type);
    char raw[sizeof value];
    std::memcpy(raw, &value, sizeof value);
    bytes_.append(raw, sizeof value);
    return *this;
  }
  std::string bytes_;
};

}  // namespace lamina::io
