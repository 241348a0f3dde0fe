#include "lamina/io/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>

#include "lamina/base/error.h"
#include "lamina/io/bytes.h"
#include "lamina/io/cells.h"
#include "lamina/io/gzip.h"
#include "lamina/io/idx.h"
#include "lamina/io/lmdb.h"
#include "lamina/io/recordio.h"
#include "lamina/io/tfrecord.h"
#include "tests/cpp/io/damage.h"
#include "tests/cpp/io/temporary_folder.h"

using namespace lamina;
using testing::ElementsAre;
using testing::HasSubstr;

namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

void write(const std::string& path, std::string_view bytes) {
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// Damages a file and reads every record of it; formats that have one as a file only.
Damage damage_file(const std::string& bytes, const std::string& name) {
  const TemporaryFolder folder;
  const std::string path = folder / name;
  return damage(io::as_bytes(bytes), bytes.size(), [&](io::Bytes changed) {
    if (changed.empty()) return;
    write(path, io::as_text(changed));
    const auto file = io::open_records(path);
    for (int64_t i = 0; i < file->size(); ++i) file->at(i);
  });
}

template <class T>
void put(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

void put_part(std::string& out, uint32_t part, std::string_view bytes) {
  put<uint32_t>(out, 0xced7230a);
  put<uint32_t>(out, part << 29 | static_cast<uint32_t>(bytes.size()));
  out += bytes;
  while (out.size() % 4) out += '\0';
}

// An environment of one leaf page with two entries, one of them on an overflow page, as LMDB writes it.
std::string small_lmdb() {
  constexpr size_t kPage = 512;
  const auto page = [](uint64_t number, uint16_t flags, uint16_t lower, uint16_t upper) {
    std::string out;
    put(out, number), put<uint16_t>(out, 0), put(out, flags), put(out, lower), put(out, upper);
    return out;
  };
  std::string all;
  for (uint64_t number = 0; number < 2; ++number) {
    std::string meta = page(number, 8, 0, 0);
    put<uint32_t>(meta, 0xbeefc0de), put<uint32_t>(meta, 1), put<uint64_t>(meta, 0),
        put<uint64_t>(meta, 1 << 20);
    put<uint32_t>(meta, kPage), meta.append(36, '\0'), put<uint64_t>(meta, ~uint64_t{0});
    put<uint32_t>(meta, 0), put<uint16_t>(meta, 0), put<uint16_t>(meta, 1), meta.append(24, '\0');
    put<uint64_t>(meta, number == 1 ? 2 : 0), put<uint64_t>(meta, number == 1 ? 2 : ~uint64_t{0});
    put<uint64_t>(meta, 3), put<uint64_t>(meta, number);
    meta.resize(kPage);
    all += meta;
  }
  std::string leaf = page(2, 2, 20, 0);
  put<uint16_t>(leaf, 400), put<uint16_t>(leaf, 440);
  leaf.resize(400);
  put<uint32_t>(leaf, 5), put<uint16_t>(leaf, 0), put<uint16_t>(leaf, 1), leaf += "a",
      leaf += "alpha";
  leaf.resize(440);
  put<uint32_t>(leaf, 300), put<uint16_t>(leaf, 1), put<uint16_t>(leaf, 2), leaf += "bb",
      put<uint64_t>(leaf, 3);
  leaf.resize(kPage);
  all += leaf;
  std::string big = page(3, 4, 1, 0);
  big.append(300, 'B');
  big.resize(kPage);
  return all + big;
}

}  // namespace

TEST(TfRecord, RoundTripsAndSurvivesDamage) {
  const TemporaryFolder folder;
  const std::vector<std::string> records = {"one", "", std::string(40, 'x')};
  io::write_tfrecords(folder / "x.tfrecord", records);
  const auto file = io::open_records(folder / "x.tfrecord");
  ASSERT_EQ(file->size(), 3);
  for (int64_t i = 0; i < 3; ++i)
    EXPECT_EQ(io::as_text(file->at(i).bytes), records[static_cast<size_t>(i)]);
  EXPECT_THROW(file->at(3), IndexError);
  const Damage result = damage_file(contents(folder / "x.tfrecord"), "x.tfrecord");
  EXPECT_EQ(result.accepted_flips, 0u);
  EXPECT_EQ(result.accepted_truncations, 3u);  // nothing, and between two records
}

// Made by tensorflow.train.Example: {"f": [1.5, -2], "i": [-1, 300], "s": [b"ab"]}.
TEST(TfRecord, ReadsExamples) {
  const std::string feature(
      "\x0a\x01"
      "f\x12\x0c\x12\x0a\x0a\x08\0\0\xc0\x3f\0\0\0\xc0",
      17);
  const std::string integers(
      "\x0a\x01i\x12\x10\x1a\x0e\x0a\x0c\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\xac\x02", 21);
  const std::string strings(
      "\x0a\x01s\x12\x06\x0a\x04\x0a\x02"
      "ab",
      11);
  std::string features;
  for (const std::string& entry : {feature, integers, strings}) {
    features += '\x0a';
    features += static_cast<char>(entry.size());
    features += entry;
  }
  std::string message = "\x0a";
  message += static_cast<char>(features.size());
  message += features;
  const io::TfExample example = io::parse_tf_example(io::as_bytes(message), "x");
  EXPECT_THAT(example.at("f").numbers, ElementsAre(1.5f, -2.0f));
  EXPECT_THAT(example.at("i").integers, ElementsAre(-1, 300));
  EXPECT_THAT(example.at("s").strings, ElementsAre("ab"));
  damage(io::as_bytes(message), message.size(), [](io::Bytes b) { io::parse_tf_example(b, "x"); });
}

TEST(RecordIo, PutsPartsTogetherAndSurvivesDamage) {
  const TemporaryFolder folder;
  std::string file;
  put_part(file, 0, "whole");
  put_part(file, 1, "left");
  put_part(file, 3, "right");
  write(folder / "x.rec", file);
  const auto records = io::open_records(folder / "x.rec");
  ASSERT_EQ(records->size(), 2);
  EXPECT_EQ(io::as_text(records->at(0).bytes), "whole");
  EXPECT_EQ(io::as_text(records->at(1).bytes), "left\x0a\x23\xd7\xceright");
  damage_file(file, "x.rec");
  write(folder / "x.rec", std::string_view(file).substr(0, file.size() - 16));
  EXPECT_THROW(io::open_records(folder / "x.rec"), FileError);
}

TEST(RecordIo, ReadsImageHeaders) {
  std::string record;
  put<uint32_t>(record, 0), put<float>(record, 7), put<uint64_t>(record, 3),
      put<uint64_t>(record, 0);
  record += "png";
  const io::ImageRecord image = io::parse_image_record(io::as_bytes(record), "x");
  EXPECT_THAT(image.labels, ElementsAre(7.0f));
  EXPECT_EQ(io::as_text(image.bytes), "png");
  damage(io::as_bytes(record), record.size(), [](io::Bytes b) { io::parse_image_record(b, "x"); });
}

TEST(Lmdb, WalksTheTreeAndSurvivesDamage) {
  const TemporaryFolder folder;
  const std::string bytes = small_lmdb();
  write(folder / "data.mdb", bytes);
  for (const std::string path : {folder.path().string(), folder / "data.mdb"}) {
    const auto file = io::open_records(path);
    ASSERT_EQ(file->size(), 2);
    EXPECT_EQ(file->at(0).key, "a");
    EXPECT_EQ(io::as_text(file->at(0).bytes), "alpha");
    EXPECT_EQ(file->at(1).key, "bb");
    EXPECT_EQ(io::as_text(file->at(1).bytes), std::string(300, 'B'));
  }
  write(folder / "data.mdb", std::string_view(bytes).substr(0, 1600));
  EXPECT_THROW(io::open_records(folder.path().string()), FileError);
}

TEST(Lmdb, SurvivesFlippedBits) {
  const TemporaryFolder folder;
  std::string bytes = small_lmdb();
  const std::string path = folder / "data.mdb";
  // Zeros that no field uses stay as they are; every third bit of the rest is flipped.
  for (size_t bit = 0; bit < 8 * bytes.size(); bit += 3) {
    const size_t at = bit / 8;
    if (at > 1600 || (at % 512 > 170 && at % 512 < 395)) continue;
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (bit % 8)));
    write(path, bytes);
    survives(io::as_bytes("x"), [&](io::Bytes) {
      const io::LmdbFile file(path);
      for (int64_t i = 0; i < file.size(); ++i) file.at(i);
    });
    bytes[at] = static_cast<char>(bytes[at] ^ (1 << (bit % 8)));
  }
}

TEST(Lmdb, ReadsDatums) {
  const std::string datum(
      "\x08\x01\x10\x02\x18\x02\x22\x04"
      "abcd\x28\x07",
      14);
  const io::CaffeDatum got = io::parse_caffe_datum(io::as_bytes(datum), "x");
  EXPECT_EQ(got.label, 7);
  EXPECT_EQ(got.height, 2);
  EXPECT_EQ(io::as_text(got.bytes), "abcd");
  damage(io::as_bytes(datum), datum.size(), [](io::Bytes b) { io::parse_caffe_datum(b, "x"); });
}

TEST(Lines, AreWithoutTheirEnds) {
  const TemporaryFolder folder;
  write(folder / "x.txt", "one\r\n\nthree");
  const auto lines = io::open_records(folder / "x.txt");
  ASSERT_EQ(lines->size(), 3);
  EXPECT_EQ(io::as_text(lines->at(0).bytes), "one");
  EXPECT_EQ(io::as_text(lines->at(1).bytes), "");
  EXPECT_EQ(io::as_text(lines->at(2).bytes), "three");
  write(folder / "y.txt", "one\n");
  EXPECT_EQ(io::open_records(folder / "y.txt")->size(), 1);
}

TEST(Records, NamesTheFormatsThereAre) {
  try {
    io::open_records("train.h5");
    FAIL();
  } catch (const FileError& error) {
    EXPECT_THAT(error.what(), HasSubstr(".tfrecord, .rec, .mdb"));
  }
  EXPECT_THROW(io::open_records("x.txt", "parquet"), ValueError);
}

TEST(Idx, ReadsAndSurvivesDamage) {
  const std::string file("\0\0\x0c\x02\0\0\0\x02\0\0\0\x01\0\0\0\x05\xff\xff\xff\xff", 20);
  const io::IdxArray array = io::parse_idx(io::as_bytes(file), "x");
  EXPECT_EQ(array.type, "int32");
  EXPECT_THAT(array.shape, ElementsAre(2, 1));
  EXPECT_EQ(io::load<int32_t>(array.data, 0), 5);
  EXPECT_EQ(io::load<int32_t>(array.data, 4), -1);
  const Damage result = damage(io::as_bytes(file), 12, [](io::Bytes b) { io::parse_idx(b, "x"); });
  EXPECT_EQ(result.accepted_truncations, 0u);
}

TEST(Gzip, InflatesWithinItsLimit) {
  const TemporaryFolder folder;
  const std::string path = folder / "x.gz", text(5'000'000, 'z');
  gzFile out = gzopen(path.c_str(), "wb");
  gzwrite(out, text.data(), static_cast<unsigned>(text.size()));
  gzclose(out);
  const std::string packed = contents(path);
  const std::vector<std::byte> bytes = io::inflate_gzip(io::as_bytes(packed), "x");
  EXPECT_EQ(io::as_text(bytes), text);
  EXPECT_THROW(io::inflate_gzip(io::as_bytes(packed), "x", 4'999'999), FileError);
  EXPECT_THROW(io::inflate_gzip(io::as_bytes(packed).first(packed.size() - 9), "x"), FileError);
}

TEST(Cells, ReadsQuotesAndNames) {
  const io::CellTable table =
      io::parse_cells("a,\"b,c\"\n1,\"x \"\"y\"\"\nz\"\n\n 2 ,w\r\n", "x.csv");
  EXPECT_THAT(table.names, ElementsAre("a", "b,c"));
  ASSERT_EQ(table.rows(), 2);
  EXPECT_EQ(table.at(0, 1), "x \"y\"\nz");
  EXPECT_EQ(table.at(1, 0), "2");
  EXPECT_EQ(table.lines[1], 5);
  EXPECT_THAT(io::parse_cells("1,2\n3,4", "x").names, ElementsAre("0", "1"));
}

TEST(Cells, SaysWhatIsWrong) {
  const auto message = [](const char* text) {
    try {
      io::parse_cells(text, "x.csv");
    } catch (const FileError& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_THAT(message("a,b\n1\n"), HasSubstr("line 2"));
  EXPECT_THAT(message("a,b\n1,\"2\n"), HasSubstr("a quote without an end"));
  EXPECT_THAT(message("a,b\n1,\"2\"3\n"), HasSubstr("after a quote"));
  EXPECT_THAT(message("a,b\n"), HasSubstr("no row"));
  EXPECT_THAT(message(""), HasSubstr("no row"));
}
