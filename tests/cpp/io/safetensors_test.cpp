#include "lamina/io/safetensors.h"

#include <gtest/gtest.h>

#include "lamina/base/text.h"
#include "lamina/io/bytes.h"
#include "tests/cpp/io/damage.h"
#include "tests/cpp/io/temporary_folder.h"

using namespace lamina;
using io::Bytes;

static const std::string kWeights = "0123456789abcdefABCDEFGH";

static void write_sample(const std::string& path) {
  const Bytes data = io::as_bytes(kWeights);
  io::write_safetensors(path,
                        {{"mask", "BOOL", {3}, data.first(3)},
                         {"fc.weight", "F32", {2, 3}, data},
                         {"scale", "F64", {}, data.first(8)},
                         {"none", "F16", {0, 7}, {}}},
                        {{"epoch", "3"}, {"note", "a \"quoted\" one"}});
}

static std::string file_of(std::string_view header, std::string_view data) {
  const uint64_t length = header.size();
  std::string out(reinterpret_cast<const char*>(&length), 8);
  return out + std::string(header) + std::string(data);
}

static std::string error_of(std::string_view header, std::string_view data) {
  const std::string file = file_of(header, data);
  try {
    io::parse_safetensors(io::as_bytes(file), "m.safetensors");
  } catch (const FileError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Safetensors, RoundTrips) {
  TemporaryFolder folder;
  write_sample(folder / "m");
  const io::SafetensorsFile file(folder / "m");
  ASSERT_EQ(file.tensors().size(), 4u);
  EXPECT_EQ(file.tensors()[0].name, "scale");  // widest elements first
  EXPECT_EQ(io::as_text(file.at("fc.weight").data), kWeights);
  EXPECT_EQ(file.at("fc.weight").shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(file.at("mask").dtype, "BOOL");
  EXPECT_TRUE(file.at("scale").shape.empty());
  EXPECT_TRUE(file.at("none").data.empty());
  EXPECT_EQ(file.metadata(), (io::Metadata{{"epoch", "3"}, {"note", "a \"quoted\" one"}}));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(file.tensors()[0].data.data()) % 64, 0u);
  EXPECT_EQ(file.find("fc.bias"), nullptr);
  EXPECT_THROW(file.at("fc.bias"), KeyError);
}

TEST(Safetensors, ReadsFilesWithoutChecksums) {
  const std::string file = file_of(
      R"({"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},)"
      R"("a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}   )", "wxyzuv");
  const auto content = io::parse_safetensors(io::as_bytes(file), "m");
  ASSERT_EQ(content.tensors.size(), 2u);
  EXPECT_EQ(content.tensors[0].name, "b");
  EXPECT_EQ(io::as_text(content.tensors[0].data), "uv");
  EXPECT_TRUE(io::parse_safetensors(io::as_bytes(file_of("{}", "")), "m").tensors.empty());
}

TEST(Safetensors, RefusesInconsistentHeaders) {
  const auto one = [](std::string_view dtype, std::string_view shape, std::string_view offsets) {
    return text(R"({"a":{"dtype":)", dtype, R"(,"shape":)", shape, R"(,"data_offsets":)", offsets,
                "}}");
  };
  EXPECT_EQ(error_of(one("\"F32\"", "[1]", "[0,4]"), "wxyz"), "accepted");
  for (const std::string& header :
       {one("\"F31\"", "[1]", "[0,4]"), one("7", "[1]", "[0,4]"), one("\"F32\"", "[2]", "[0,4]"),
        one("\"F32\"", "[1]", "[0,5]"), one("\"F32\"", "[1]", "[4,0]"),
        one("\"F32\"", "[1]", "[0]"),
        one("\"F32\"", "[-1]", "[0,4]"), one("\"F32\"", "[1.0]", "[0,4]"),
        one("\"F32\"", "1", "[0,4]"), one("\"F32\"", "[4611686018427387905]", "[0,4]"),
        one("\"F32\"", "[4294967296,4294967296]", "[0,0]"), one("\"U8\"", "[3]", "[1,4]"),
        one("\"U8\"", "[3]", "[0,3]"), one("\"F32\"", "[1]", "[0,18446744073709551615]"),
        std::string(R"({"a":{"dtype":"F32","shape":[1]}})"), std::string(R"({"a":[]})"),
        std::string(R"({"__metadata__":{"a":1}})"), std::string(R"({"__metadata__":[]})"),
        std::string("[]"), std::string(""), std::string(" {}")}) {
    const std::string error = error_of(header, "wxyz");
    EXPECT_NE(error, "accepted") << header;
    EXPECT_NE(error.find("m.safetensors"), std::string::npos) << error;
  }
  const char* overlap = R"({"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]},)"
                        R"("b":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}})";
  EXPECT_NE(error_of(overlap, "wxyz").find("no gap and no overlap"), std::string::npos);
  const char* twice = R"({"a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]},)"
                      R"("a":{"dtype":"U8","shape":[4],"data_offsets":[0,4]}})";
  EXPECT_NE(error_of(twice, "wxyz").find("twice"), std::string::npos);
}

TEST(Safetensors, BoundsTheHeader) {
  std::string file(8, '\xff');
  EXPECT_THROW(io::parse_safetensors(io::as_bytes(file + "{}"), "m"), FileError);
  const std::string large = file_of("{" + std::string(100, ' ') + "}", "");
  EXPECT_THROW(io::parse_safetensors(io::as_bytes(large), "m", {.largest_header = 50}), FileError);
}

TEST(Safetensors, SurvivesDamageAndDetectsIt) {
  TemporaryFolder folder;
  write_sample(folder / "m");
  const auto bytes = io::read_file(folder / "m");
  const size_t header = 8 + io::load<uint64_t>(bytes, 0);
  const auto read = [](Bytes b) { io::parse_safetensors(b, "m"); };
  EXPECT_EQ(damage(bytes, header, read).accepted_truncations, 0u);
  std::vector<std::byte> copy = bytes;
  for (size_t bit = 8 * header; bit < 8 * bytes.size(); ++bit) {
    copy[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
    EXPECT_FALSE(survives(copy, read)) << bit;
    copy[bit / 8] ^= static_cast<std::byte>(1 << bit % 8);
  }
  copy[header] ^= std::byte{1};
  try {
    read(copy);
    FAIL();
  } catch (const FileError& error) {
    const std::string what = error.what();
    EXPECT_NE(what.find("tensor \"scale\": checksum"), std::string::npos) << what;
  }
  EXPECT_NO_THROW(io::parse_safetensors(copy, "m", {.verify_checksums = false}));
}

TEST(Safetensors, WriterRefusesBadInput) {
  TemporaryFolder folder;
  const Bytes data = io::as_bytes(kWeights);
  const auto write = [&](io::TensorEntry entry, io::Metadata metadata = {}) {
    io::write_safetensors(folder / "m", {entry}, metadata);
  };
  EXPECT_THROW(write({"a", "F31", {6}, data}), DTypeError);
  EXPECT_THROW(write({"a", "F32", {7}, data}), ValueError);
  EXPECT_THROW(write({"a", "F32", {-6}, data}), ValueError);
  EXPECT_THROW(write({"__metadata__", "F32", {6}, data}), ValueError);
  EXPECT_THROW(write({"\xff", "F32", {6}, data}), ValueError);
  EXPECT_THROW(write({"a", "F32", {6}, data}, {{"crc32c.a", "0"}}), ValueError);
  EXPECT_THROW(write({"a", "F32", {6}, data}, {{"k", "0"}, {"k", "1"}}), ValueError);
  const io::TensorEntry a{"a", "F32", {6}, data};
  EXPECT_THROW(io::write_safetensors(folder / "m", {a, a}), ValueError);
  EXPECT_EQ(folder.file_count(), 0u);
}
