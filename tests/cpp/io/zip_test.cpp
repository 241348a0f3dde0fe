#include "lamina/io/zip.h"

#include <gtest/gtest.h>
#include <zlib.h>

#include "lamina/io/bytes.h"
#include "lamina/io/file.h"
#include "lamina/io/npz.h"
#include "lamina/io/zip_crc32.h"
#include "tests/cpp/io/damage.h"
#include "tests/cpp/io/temporary_folder.h"

using namespace lamina;
using io::Bytes;
using io::store;

namespace {

std::string deflated(std::string_view content) {
  std::string out(compressBound(content.size()) + 16, '\0');
  z_stream stream = {};
  deflateInit2(&stream, 9, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY);
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  deflate(&stream, Z_FINISH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

struct Fake {  // one deflated entry, with whatever sizes the test wants to claim
  std::string name = "a", raw;
  uint64_t size = 0;
  uint32_t crc = 0;
  uint16_t flags = 0, method = 8;
  bool zip64 = false;
};

std::vector<std::byte> archive_of(const std::vector<Fake>& entries) {
  std::vector<std::byte> out, directory;
  const auto put = [](std::vector<std::byte>& to, std::string_view s) {
    const Bytes bytes = io::as_bytes(s);
    to.insert(to.end(), bytes.begin(), bytes.end());
  };
  const auto common = [](std::vector<std::byte>& to, const Fake& e, bool large, uint16_t extra) {
    store<uint16_t>(to, 20), store<uint16_t>(to, e.flags), store<uint16_t>(to, e.method);
    store<uint32_t>(to, 0), store<uint32_t>(to, e.crc);
    store<uint32_t>(to, large ? 0xffffffffu : static_cast<uint32_t>(e.raw.size()));
    store<uint32_t>(to, large ? 0xffffffffu : static_cast<uint32_t>(e.size));
    store<uint16_t>(to, static_cast<uint16_t>(e.name.size())), store<uint16_t>(to, extra);
  };
  bool any64 = false;
  for (const Fake& e : entries) {
    any64 = any64 || e.zip64;
    const uint64_t offset = out.size();
    store<uint32_t>(out, 0x04034b50), common(out, e, false, 0), put(out, e.name), put(out, e.raw);
    store<uint32_t>(directory, 0x02014b50), store<uint16_t>(directory, 20);
    common(directory, e, e.zip64, e.zip64 ? 20 : 0);
    directory.resize(directory.size() + 10);
    store<uint32_t>(directory, static_cast<uint32_t>(offset)), put(directory, e.name);
    if (e.zip64) {
      store<uint16_t>(directory, 1), store<uint16_t>(directory, 16);
      store<uint64_t>(directory, e.size), store<uint64_t>(directory, e.raw.size());
    }
  }
  const uint64_t begin = out.size(), size = directory.size();
  out.insert(out.end(), directory.begin(), directory.end());
  if (any64) {
    const uint64_t at = out.size();
    store<uint32_t>(out, 0x06064b50), store<uint64_t>(out, 44), store<uint32_t>(out, 0);
    store<uint64_t>(out, 0), store<uint64_t>(out, entries.size());
    store<uint64_t>(out, entries.size()), store<uint64_t>(out, size), store<uint64_t>(out, begin);
    store<uint32_t>(out, 0x07064b50), store<uint32_t>(out, 0), store<uint64_t>(out, at);
    store<uint32_t>(out, 1);
  }
  const uint16_t count = any64 ? 0xffff : static_cast<uint16_t>(entries.size());
  store<uint32_t>(out, 0x06054b50), store<uint32_t>(out, 0), store<uint16_t>(out, count);
  store<uint16_t>(out, count), store<uint32_t>(out, any64 ? 0xffffffffu : uint32_t(size));
  store<uint32_t>(out, any64 ? 0xffffffffu : uint32_t(begin)), store<uint16_t>(out, 0);
  return out;
}

Fake fake(std::string_view content) {
  return {"a", deflated(content), content.size(), io::zip_crc32(io::as_bytes(content))};
}

std::string read_one(const std::vector<std::byte>& archive) {
  const io::ZipReader zip(archive, "x.zip");
  return std::string(io::as_text(zip.read(zip.entries().at(0)).bytes));
}

void read_all(Bytes bytes) {
  const io::ZipReader zip(bytes, "x.zip");
  for (const auto& entry : zip.entries()) zip.read(entry);
}

}  // namespace

TEST(Zip, WritesAlignedStoredEntries) {
  TemporaryFolder folder;
  const io::ZipInput inputs[] = {{"first", io::as_bytes("hello")}, {"dir/second", {}},
                                 {"third", io::as_bytes("world!")}};
  io::write_zip(folder / "x.zip", inputs);
  io::MappedFile file(folder / "x.zip");
  const io::ZipReader zip(file.bytes(), "x.zip");
  ASSERT_EQ(zip.entries().size(), 3u);
  for (const auto& entry : zip.entries()) EXPECT_EQ(entry.offset % 64, 0u);
  EXPECT_EQ(io::as_text(zip.read(*zip.find("third")).bytes), "world!");
  EXPECT_TRUE(zip.read(*zip.find("dir/second")).bytes.empty());
  EXPECT_EQ(zip.find("fourth"), nullptr);
  const io::ZipInput twice[] = {{"a", {}}, {"a", {}}};
  EXPECT_THROW(io::write_zip(folder / "y.zip", twice), ValueError);
}

TEST(Zip, Inflates) {
  const std::string content = "some content, some content";
  EXPECT_EQ(read_one(archive_of({fake(content)})), content);
  EXPECT_EQ(read_one(archive_of({fake("")})), "");
  Fake large = fake("zip64 sizes");
  large.zip64 = true;
  EXPECT_EQ(read_one(archive_of({large})), "zip64 sizes");
}

TEST(Zip, RefusesFalseClaims) {
  const std::string zeros(100000, '\0');
  EXPECT_NO_THROW(read_all(archive_of({fake(zeros)})));
  Fake more = fake(zeros), less = fake(zeros), bomb = fake(zeros), sum = fake(zeros);
  more.size += 1, less.size -= 1, bomb.size = 0xfffffff0, sum.crc ^= 1;
  Fake locked = fake(zeros), foreign = fake(zeros), stored = fake(zeros), huge = fake(zeros);
  locked.flags = 1, foreign.method = 14, stored.method = 0;
  huge.zip64 = true, huge.size = ~uint64_t{0};
  Fake cut = fake(zeros);
  cut.raw.resize(cut.raw.size() - 3);
  for (const Fake& e : {more, less, bomb, sum, locked, foreign, stored, huge, cut}) {
    EXPECT_THROW(read_all(archive_of({e})), FileError);
  }
  EXPECT_THROW(read_all(archive_of({fake("x"), fake("y")})), FileError);  // one name twice
  EXPECT_THROW(io::ZipReader(archive_of({fake(zeros)}), "x", {.bytes = 99999}), FileError);
  EXPECT_THROW(io::ZipReader(archive_of({fake("x")}), "x", {.entries = 0}), FileError);
}

TEST(Zip, RefusesOverlappingEntries) {
  Fake inner = fake("inner"), outer = fake("outer");
  outer.name = "b";
  std::vector<std::byte> archive = archive_of({inner, outer});
  const size_t header = 30 + 1 + inner.raw.size();  // the second local header stands here
  // The first entry now claims to reach into the second.
  const size_t directory = header + 30 + 1 + outer.raw.size();
  archive[directory + 20] = static_cast<std::byte>(inner.raw.size() + 1);
  EXPECT_THROW(read_all(archive), FileError);
}

TEST(Zip, SurvivesDamage) {
  for (bool zip64 : {false, true}) {
    Fake a = fake("some content, some content"), b = fake("other");
    a.zip64 = zip64, b.name = "b";
    const auto archive = archive_of({a, b});
    EXPECT_EQ(damage(archive, archive.size(), read_all).accepted_truncations, 0u);
  }
}

TEST(Npz, RoundTripsAndSurvivesDamage) {
  TemporaryFolder folder;
  const Bytes data = io::as_bytes("0123456789ab");
  const std::pair<std::string, io::NpyArray> arrays[] = {{"x", {"<f4", {3}, false, data}},
                                                         {"y", {"|u1", {2, 6}, true, data}}};
  io::write_npz(folder / "x.npz", arrays);
  const io::NpzFile file(folder / "x.npz");
  ASSERT_EQ(file.arrays().size(), 2u);
  EXPECT_EQ(file.at("x").descr, "<f4");
  EXPECT_TRUE(file.at("y").fortran_order);
  EXPECT_EQ(io::as_text(file.at("y").data), "0123456789ab");
  EXPECT_THROW(file.at("z"), KeyError);
  const auto bytes = io::read_file(folder / "x.npz");
  const auto read = [](Bytes b) {
    const io::ZipReader zip(b, "x.npz");
    for (const auto& entry : zip.entries()) io::parse_npy(zip.read(entry).bytes, entry.name);
  };
  EXPECT_EQ(damage(bytes, bytes.size(), read).accepted_truncations, 0u);
}
