#include "lamina/io/file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include "lamina/base/error.h"
#include "lamina/base/fault.h"
#include "lamina/io/atomic_write.h"
#include "lamina/io/bytes.h"
#include "tests/cpp/io/temporary_folder.h"

using namespace lamina;
using io::as_text;

static std::string content(const std::string& path) {
  const auto bytes = io::read_file(path);
  return std::string(as_text(bytes));
}

template <class F>
static std::string error_of(F&& f) {
  try {
    f();
  } catch (const FileError& error) {
    return error.what();
  }
  return "no error";
}

TEST(MappedFile, ShowsTheBytes) {
  TemporaryFolder folder;
  io::atomic_write(folder / "a", std::string_view("hello"));
  io::MappedFile file(folder / "a");
  EXPECT_EQ(as_text(file.bytes()), "hello");
  io::MappedFile moved(std::move(file));
  EXPECT_EQ(as_text(moved.bytes()), "hello");
  io::atomic_write(folder / "a", std::string_view("new"));
  EXPECT_EQ(as_text(moved.bytes()), "hello");  // replaced files stay readable where they are open
}

TEST(MappedFile, ExplainsWhatItCannotRead) {
  TemporaryFolder folder;
  EXPECT_NE(error_of([&] { io::MappedFile(folder / "no"); }).find("No such file"),
            std::string::npos);
  EXPECT_NE(error_of([&] { io::MappedFile(folder.path()); }).find("name a file in it"),
            std::string::npos);
  io::atomic_write(folder / "empty", std::string_view());
  EXPECT_NE(error_of([&] { io::MappedFile(folder / "empty"); }).find("empty"), std::string::npos);
  ASSERT_EQ(mkfifo((folder / "pipe").c_str(), 0600), 0);
  EXPECT_NE(error_of([&] { io::MappedFile(folder / "pipe"); }).find("not a regular file"),
            std::string::npos);
  io::atomic_write(folder / "secret", std::string_view("x"));
  chmod((folder / "secret").c_str(), 0);
  if (geteuid() != 0) {
    EXPECT_NE(error_of([&] { io::MappedFile(folder / "secret"); }).find("permission"),
              std::string::npos);
  }
}

TEST(ReadFile, KeepsTheLimit) {
  TemporaryFolder folder;
  io::atomic_write(folder / "a", std::string_view("12345"));
  EXPECT_EQ(io::read_file(folder / "a", 5).size(), 5u);
  EXPECT_NE(error_of([&] { io::read_file(folder / "a", 4); }).find("at most 4 bytes, got 5"),
            std::string::npos);
}

TEST(AtomicWrite, WritesPiecesAndReplaces) {
  TemporaryFolder folder;
  const std::span<const std::byte> pieces[] = {io::as_bytes("ab"), {}, io::as_bytes("cd")};
  io::atomic_write(folder / "a", pieces);
  EXPECT_EQ(content(folder / "a"), "abcd");
  chmod((folder / "a").c_str(), 0640);
  io::atomic_write(folder / "a", std::string_view("x"));
  EXPECT_EQ(content(folder / "a"), "x");
  struct stat info;
  stat((folder / "a").c_str(), &info);
  EXPECT_EQ(info.st_mode & 0777, 0640u);
  EXPECT_EQ(folder.file_count(), 1u);
}

TEST(AtomicWrite, FollowsLinks) {
  TemporaryFolder folder;
  io::atomic_write(folder / "target", std::string_view("old"));
  std::filesystem::create_symlink("target", folder.path() / "link");
  io::atomic_write(folder / "link", std::string_view("new"));
  EXPECT_TRUE(std::filesystem::is_symlink(folder.path() / "link"));
  EXPECT_EQ(content(folder / "target"), "new");
}

TEST(AtomicWrite, RefusesFoldersAndMissingFolders) {
  TemporaryFolder folder;
  EXPECT_THROW(io::atomic_write(folder.path(), std::string_view("x")), FileError);
  EXPECT_THROW(io::atomic_write(folder / "no/a", std::string_view("x")), FileError);
}

TEST(AtomicWrite, EveryFaultKeepsTheOldFile) {
  if (!fault::kEnabled) GTEST_SKIP() << "built without LAMINA_FAULT_INJECTION";
  TemporaryFolder folder;
  io::atomic_write(folder / "a", std::string_view("old"));
  const std::span<const std::byte> pieces[] = {io::as_bytes("ne"), io::as_bytes("w")};
  for (const char* name : {"file.open", "file.write", "file.sync", "file.rename"}) {
    fault::arm(name, fault::kCountOnly);
    io::atomic_write(folder / "b", pieces);
    const int64_t hits = fault::hits(name);
    EXPECT_GE(hits, 1) << name;
    for (int64_t k = 0; k < hits; ++k) {
      fault::Guard guard(name, k);
      const std::string error = error_of([&] { io::atomic_write(folder / "a", pieces); });
      EXPECT_NE(error.find(folder / "a"), std::string::npos) << error;
      EXPECT_NE(error.find("needed     3 bytes"), std::string::npos) << error;
      EXPECT_NE(error.find("free "), std::string::npos) << error;
      fault::disarm();
      EXPECT_EQ(content(folder / "a"), "old") << name;
      EXPECT_EQ(folder.file_count(), 2u) << name;
    }
  }
  fault::Guard guard("file.sync_folder", 0);
  EXPECT_THROW(io::atomic_write(folder / "a", pieces), FileError);
  EXPECT_EQ(content(folder / "a"), "new");  // complete, though perhaps not yet durable
}
