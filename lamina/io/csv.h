// Tables of numbers in text: one row a line, the same number of values in each.
//
//   CsvTable table = read_csv("iris.csv");
//   table.values[row * table.columns + column]
//
// The first line may name the columns; unless told, it is taken for names when it holds anything
// that is not a number. There is no quoting around numbers, and no empty field: what a missing
// value should become is not for a reader to decide.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace lamina::io {

struct CsvTable {
  std::vector<std::string> names;  // empty without a header line
  int64_t rows = 0, columns = 0;
  std::vector<double> values;      // [rows, columns]
};

enum class CsvHeader { kDetect, kPresent, kAbsent };

struct CsvOptions {
  char separator = ',';
  CsvHeader header = CsvHeader::kDetect;
};

// FileError names the source, the line and the column, both counted from 1.
CsvTable parse_csv(std::string_view text, std::string_view source, CsvOptions options = {});
CsvTable read_csv(const std::string& path, CsvOptions options = {});

}  // namespace lamina::io
