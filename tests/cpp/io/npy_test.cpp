#include "lamina/io/npy.h"

#include <gtest/gtest.h>

#include "lamina/io/bytes.h"
#include "lamina/io/file.h"
#include "tests/cpp/io/damage.h"
#include "tests/cpp/io/temporary_folder.h"

using namespace lamina;
using io::Bytes;
using io::NpyArray;

static std::string file_of(std::string header, std::string_view data, char version = 1) {
  const size_t start = version == 1 ? 10 : 12;
  header.resize((start + header.size() + 64) / 64 * 64 - start, ' ');
  header.back() = '\n';
  std::string out("\x93NUMPY", 6);
  out += version;
  out += '\0';
  out += static_cast<char>(header.size() & 0xff);
  out += static_cast<char>(header.size() >> 8);
  if (version > 1) out += std::string(2, '\0');
  return out + header + std::string(data);
}

static NpyArray parse(const std::string& file) {
  return io::parse_npy(io::as_bytes(file), "x.npy");
}

TEST(Npy, ReadsWhatNumPyWrites) {  // numpy.save of float32 arange(6).reshape(2, 3)
  const float values[] = {0, 1, 2, 3, 4, 5};
  const std::string data(reinterpret_cast<const char*>(values), sizeof values);
  for (char version : {1, 2, 3}) {
    const std::string file = file_of(
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", data, version);
    const NpyArray array = parse(file);
    EXPECT_EQ(array.descr, "<f4");
    EXPECT_EQ(array.shape, (std::vector<int64_t>{2, 3}));
    EXPECT_FALSE(array.fortran_order);
    EXPECT_EQ(io::as_text(array.data), data);
  }
  const std::string fortran =
      file_of("{'shape': (3,), 'fortran_order': True, 'descr': '|u1'}", "abc");
  EXPECT_TRUE(parse(fortran).fortran_order);
  EXPECT_TRUE(parse(file_of("{'descr': '<f8', 'fortran_order': False, 'shape': (), }",
                            "12345678")).shape.empty());
}

TEST(Npy, RoundTrips) {
  TemporaryFolder folder;
  const std::string data = "0123456789abcdef01234567";
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{3}, {3, 1}, {1, 3}}) {
    io::write_npy(folder / "x.npy", {"<i8", shape, false, io::as_bytes(data)});
    io::MappedFile file(folder / "x.npy");
    const NpyArray array = io::parse_npy(file.bytes(), "x.npy");
    EXPECT_EQ(array.shape, shape);
    EXPECT_EQ(io::as_text(array.data), data);
    EXPECT_EQ((array.data.data() - file.bytes().data()) % 64, 0);
  }
  const std::string path = folder / "x.npy";
  EXPECT_THROW(io::write_npy(path, {"<i8", {4}, false, io::as_bytes(data)}), ValueError);
  EXPECT_THROW(io::write_npy(path, {"O", {3}, false, io::as_bytes(data)}), ValueError);
}

TEST(Npy, RefusesForeignContent) {
  for (const char* header : {
           "{'descr': '|O', 'fortran_order': False, 'shape': (1,), }",
           "{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }",
           "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387905, 4), }",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 0, 9), }",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,), }",
           "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,), }",
           "{'descr': '<f4', 'shape': (1,), }",
           "{'descr': '<f4', 'descr': '<f4', 'fortran_order': False, 'shape': (1,), }",
           "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), } x", "", "{"}) {
    EXPECT_THROW(parse(file_of(header, "1234")), FileError) << header;
  }
  EXPECT_THROW(parse("PK\x03\x04 not an npy file"), FileError);
}

TEST(Npy, SurvivesDamage) {
  const std::string file =
      file_of("{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }", std::string(24, 'x'));
  const auto read = [](Bytes bytes) { io::parse_npy(bytes, "x.npy"); };
  EXPECT_EQ(damage(io::as_bytes(file), file.size() - 24, read).accepted_truncations, 0u);
}
