#include "lamina/io/cells.h"

#include <charconv>

#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"
#include "lamina/io/file.h"

namespace lamina::io {

namespace {

std::string_view trimmed(std::string_view s) {
  while (!s.empty() && (s.front() == ' ' || s.front() == '\t')) s.remove_prefix(1);
  while (!s.empty() && (s.back() == ' ' || s.back() == '\t' || s.back() == '\r'))
    s.remove_suffix(1);
  return s;
}

bool is_name(const std::string& cell) {
  double value = 0;
  const auto [stop, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  return !cell.empty() && !(error == std::errc() && stop == cell.data() + cell.size());
}

class Scanner {
 public:
  Scanner(std::string_view all, std::string_view source, const CellOptions& options)
      : all_(all), source_(source), options_(options) {
    if (all_.starts_with("\xef\xbb\xbf")) at_ = 3;
  }

  // The next line that is not blank; false at the end.
  bool row(std::vector<std::string>& cells) {
    while (at_ < all_.size()) {
      cells.clear();
      start_ = at_, first_line_ = line_;
      do {
        cells.push_back(cell());
      } while (separated());
      if (cells.size() > 1 || !cells[0].empty()) return true;
    }
    return false;
  }
  int64_t first_line() const { return first_line_; }
  size_t start() const { return start_; }

 private:
  std::string cell() {
    size_t begin = at_;
    while (begin < all_.size() && (all_[begin] == ' ' || all_[begin] == '\t')) ++begin;
    if (begin < all_.size() && all_[begin] == '"') {
      at_ = begin;
      return quoted_cell();
    }
    while (at_ < all_.size() && all_[at_] != '\n' && all_[at_] != options_.separator) ++at_;
    return std::string(trimmed(all_.substr(begin, at_ - begin)));
  }

  std::string quoted_cell() {
    const size_t opened = at_;
    const int64_t opened_line = line_;
    std::string out;
    for (++at_; at_ < all_.size(); ++at_) {
      if (all_[at_] == '"') {
        if (at_ + 1 == all_.size() || all_[at_ + 1] != '"') break;
        ++at_;
      }
      line_ += all_[at_] == '\n';
      out += all_[at_];
    }
    if (at_ >= all_.size()) {
      throw bad_file(source_, opened, text("line ", opened_line), "a quote without an end",
                     "a second quote", "quotes within a cell are doubled: \"\"");
    }
    ++at_;
    const size_t after = at_;
    while (at_ < all_.size() && all_[at_] != '\n' && all_[at_] != options_.separator) ++at_;
    if (!trimmed(all_.substr(after, at_ - after)).empty()) {
      throw bad_file(source_, after, text("line ", line_), quoted(all_.substr(after, at_ - after)),
                     text("'", options_.separator, "' or the end of the line after a quote"),
                     "quotes within a cell are doubled: \"\"");
    }
    return out;
  }

  bool separated() {
    if (at_ >= all_.size()) return false;
    const bool more = all_[at_++] != '\n';
    line_ += !more;
    return more;
  }

  std::string_view all_, source_;
  const CellOptions& options_;
  size_t at_ = 0, start_ = 0;
  int64_t line_ = 1, first_line_ = 1;
};

}  // namespace

CellTable parse_cells(std::string_view all, std::string_view source, CellOptions options) {
  Scanner scanner(all, source, options);
  CellTable table;
  std::vector<std::string> row;
  while (scanner.row(row)) {
    if (table.names.empty()) {
      bool named = true;
      for (const std::string& cell : row) named = named && is_name(cell);
      for (size_t i = 0; i < row.size(); ++i)
        table.names.push_back(named ? row[i] : std::to_string(i));
      if (named) continue;
    }
    if (row.size() != table.names.size()) {
      throw bad_file(source, scanner.start(), text("line ", scanner.first_line()),
                     text(row.size(), " cells"), text(table.names.size(), ", as in the first line"),
                     text("check the separator, which is '", options.separator, "'"));
    }
    if (table.cells.size() + row.size() > options.cells) {
      throw bad_file(source, scanner.start(), "table", text("more than ", options.cells, " cells"),
                     "fewer", "cut the file into several");
    }
    table.lines.push_back(scanner.first_line());
    for (std::string& cell : row) table.cells.push_back(std::move(cell));
  }
  if (table.rows() == 0) {
    throw bad_file(source, all.size(), "table", "no row", "at least one row after the names",
                   "the first line has the names of the columns; below, each line is an example");
  }
  return table;
}

CellTable read_cells(const std::string& path, CellOptions options) {
  const MappedFile file(path);
  return parse_cells(as_text(file.bytes()), path, options);
}

}  // namespace lamina::io
