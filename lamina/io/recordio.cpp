#include "lamina/io/recordio.h"

#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"

namespace lamina::io {

namespace {

constexpr uint32_t kMagic = 0xced7230a;
constexpr std::string_view kHelp = "the file is truncated, damaged or not a RecordIO file";
enum class Part : uint32_t { kWhole = 0, kFirst = 1, kMiddle = 2, kLast = 3 };

struct Frame {
  Part part;
  Bytes bytes;
  uint64_t next;
};

Frame frame_at(Bytes all, uint64_t at, std::string_view source, size_t record) {
  const uint64_t left = all.size() - at;
  const auto fail = [&](std::string_view field, std::string got, std::string expected) {
    return bad_file(source, at, text(field, " of record ", record), std::move(got),
                    std::move(expected), std::string(kHelp));
  };
  if (left < 8) throw fail("head", text(left, " bytes"), "8 bytes");
  const auto magic = load<uint32_t>(all, at);
  if (magic != kMagic) throw fail("magic number", hex(magic), hex(kMagic));
  const auto word = load<uint32_t>(all, at + 4);
  const uint64_t length = word & ((1u << 29) - 1);
  if (length > left - 8) {
    throw fail("length", text(length, " bytes"), text("at most the ", left - 8, " that follow"));
  }
  if ((word >> 29) > 3) throw fail("part", text(word >> 29), "0 to 3");
  const uint64_t next = at + 8 + (length + 3) / 4 * 4;
  return {static_cast<Part>(word >> 29), all.subspan(at + 8, length),
          std::min<uint64_t>(next, all.size())};
}

}  // namespace

RecordIoFile::RecordIoFile(const std::string& path) : file_(path) {
  const Bytes all = file_.bytes();
  bool inside = false;
  for (uint64_t at = 0; at < all.size();) {
    const Frame frame = frame_at(all, at, path, starts_.size());
    const bool begins = frame.part == Part::kWhole || frame.part == Part::kFirst;
    if (begins == inside) {
      throw bad_file(path, at, text("part of record ", starts_.size()),
                     text(static_cast<uint32_t>(frame.part)),
                     inside ? "its middle or last part" : "a whole record or its first part",
                     std::string(kHelp));
    }
    if (begins) starts_.push_back(at);
    inside = frame.part == Part::kFirst || frame.part == Part::kMiddle;
    at = frame.next;
  }
  if (inside) {
    throw bad_file(path, all.size(), text("record ", starts_.size() - 1), "the end of the file",
                   "its last part", std::string(kHelp));
  }
}

Record RecordIoFile::at(int64_t number) const {
  check_number(number);
  Record record;
  uint64_t at = starts_[static_cast<size_t>(number)];
  Frame frame = frame_at(file_.bytes(), at, path(), static_cast<size_t>(number));
  if (frame.part == Part::kWhole) {
    record.bytes = frame.bytes;
    return record;
  }
  for (;;) {
    record.owned.insert(record.owned.end(), frame.bytes.begin(), frame.bytes.end());
    if (frame.part == Part::kLast) break;
    store<uint32_t>(record.owned, kMagic);  // where it was cut
    at = frame.next;
    frame = frame_at(file_.bytes(), at, path(), static_cast<size_t>(number));
  }
  record.bytes = record.owned;
  return record;
}

// flag (4 bytes: how many labels follow, 0 for the one here), label (float), id, second id (8 each).
ImageRecord parse_image_record(Bytes bytes, std::string_view source) {
  constexpr uint64_t kHead = 24;
  const auto fail = [&](std::string got, std::string expected) {
    return bad_file(source, 0, "image header", std::move(got), std::move(expected),
                    "the record is damaged, or does not hold a picture");
  };
  if (bytes.size() < kHead) throw fail(text(bytes.size(), " bytes"), text(kHead, " bytes"));
  ImageRecord image;
  const uint64_t count = load<uint32_t>(bytes, 0);
  image.id = load<uint64_t>(bytes, 8);
  if (count > (bytes.size() - kHead) / 4) {
    throw fail(text(count, " labels"), text("at most ", (bytes.size() - kHead) / 4));
  }
  if (count == 0) image.labels.push_back(load<float>(bytes, 4));
  for (uint64_t i = 0; i < count; ++i) image.labels.push_back(load<float>(bytes, kHead + 4 * i));
  image.bytes = bytes.subspan(kHead + 4 * count);
  return image;
}

}  // namespace lamina::io
