#include "lamina/io/csv.h"

#include <gtest/gtest.h>

#include "lamina/base/error.h"
#include "lamina/io/atomic_write.h"
#include "lamina/io/bytes.h"
#include "tests/cpp/io/damage.h"
#include "tests/cpp/io/temporary_folder.h"

using namespace lamina;
using io::CsvHeader;
using io::parse_csv;

static std::string error_of(std::string_view text, io::CsvOptions options = {}) {
  try {
    parse_csv(text, "t.csv", options);
  } catch (const FileError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Csv, ReadsNumbersAndNames) {
  const io::CsvTable table =
      parse_csv("\xef\xbb\xbf" "a, \"b c\"\r\n1,-2.5e3\r\n +3 ,4\n\n", "t.csv");
  EXPECT_EQ(table.names, (std::vector<std::string>{"a", "b c"}));
  EXPECT_EQ(table.rows, 2);
  EXPECT_EQ(table.columns, 2);
  EXPECT_EQ(table.values, (std::vector<double>{1, -2500, 3, 4}));
}

TEST(Csv, HeaderIsDetectedOrTold) {
  EXPECT_TRUE(parse_csv("1,2\n3,4", "t").names.empty());
  EXPECT_EQ(parse_csv("1,2\n3,4", "t", {.header = CsvHeader::kPresent}).rows, 1);
  EXPECT_NE(error_of("a,b\n1,2", {.header = CsvHeader::kAbsent}), "accepted");
  EXPECT_EQ(parse_csv("1;2\n3;4", "t", {.separator = ';'}).columns, 2);
}

TEST(Csv, ErrorsNameLineAndColumn) {
  EXPECT_NE(error_of("a,b\n1,2\n3,x\n").find("line 3, column 2"), std::string::npos);
  EXPECT_NE(error_of("1,2\n3,\n").find("nothing"), std::string::npos);
  EXPECT_NE(error_of("1,2\n3\n").find("got        1 values"), std::string::npos);
  EXPECT_NE(error_of("1,2\n3,4,5\n").find("line 2"), std::string::npos);
  for (const char* text : {"", "\n\n", "a,b\n", "1\n0x10", "1\n1e999", "1\n--1", "1\n1 2"}) {
    EXPECT_NE(error_of(text), "accepted") << text;
  }
}

TEST(Csv, ReadsFilesAndSurvivesDamage) {
  TemporaryFolder folder;
  const std::string content = "a,b\n1,2.5\n3,-4e1\n";
  io::atomic_write(folder / "t.csv", content);
  EXPECT_EQ(io::read_csv(folder / "t.csv").values.size(), 4u);
  EXPECT_THROW(io::read_csv(folder / "u.csv"), FileError);
  damage(io::as_bytes(content), content.size(),
         [](io::Bytes bytes) { parse_csv(io::as_text(bytes), "t.csv"); });
}
