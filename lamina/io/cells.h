// CSV as cells of text (RFC 4180): quotes round cells that hold separators, line ends or quotes.
//
//   CellTable table = read_cells("flowers.csv");
//   table.names[2]; table.at(row, 2);
//
// csv.h reads tables that hold nothing but numbers, and faster.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lamina::io {

struct CellTable {
  std::vector<std::string> names;
  std::vector<std::string> cells;  // [rows, columns], without blanks around
  std::vector<int64_t> lines;      // where each row begins, counted from 1
  int64_t columns() const { return static_cast<int64_t>(names.size()); }
  int64_t rows() const { return static_cast<int64_t>(lines.size()); }
  const std::string& at(int64_t row, int64_t column) const {
    return cells[static_cast<size_t>(row * columns() + column)];
  }
};

struct CellOptions {
  char separator = ',';
  uint64_t cells = uint64_t{1} << 28;  // more are a FileError
};

// The first line names the columns; where one of them is a number or empty, there is no such line,
// and they are named "0", "1", ..
CellTable parse_cells(std::string_view text, std::string_view source, CellOptions options = {});
CellTable read_cells(const std::string& path, CellOptions options = {});

}  // namespace lamina::io
