#include "lamina/io/csv.h"

#include <algorithm>
#include <charconv>
#include <optional>

#include "lamina/io/bytes.h"
#include "lamina/io/errors.h"
#include "lamina/io/file.h"

namespace lamina::io {

namespace {

std::string_view trimmed(std::string_view s) {
  const auto blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!s.empty() && blank(s.front())) s.remove_prefix(1);
  while (!s.empty() && blank(s.back())) s.remove_suffix(1);
  return s;
}

std::optional<double> value_of(std::string_view field) {
  if (field.starts_with('+') && !field.starts_with("+-")) field.remove_prefix(1);
  double value = 0;
  const char* end = field.data() + field.size();
  const auto [stop, error] = std::from_chars(field.data(), end, value);
  if (error != std::errc() || stop != end) return std::nullopt;
  return value;
}

// Calls each(field, column from 0) for the fields of a line.
template <class Each>
int64_t for_each_field(std::string_view line, char separator, Each each) {
  for (int64_t column = 0;; ++column) {
    const size_t end = line.find(separator);
    each(trimmed(line.substr(0, end)), column);
    if (end == std::string_view::npos) return column + 1;
    line.remove_prefix(end + 1);
  }
}

bool all_numbers(std::string_view line, char separator) {
  bool all = true;
  for_each_field(line, separator, [&](std::string_view field, int64_t) {
    all = all && value_of(field).has_value();
  });
  return all;
}

std::string unquoted(std::string_view field) {
  if (field.size() >= 2 && field.front() == '"' && field.back() == '"') {
    field = field.substr(1, field.size() - 2);
  }
  return std::string(field);
}

class Parser {
 public:
  Parser(std::string_view text, std::string_view source, const CsvOptions& options)
      : text_(text), source_(source), options_(options) {}

  CsvTable parse() {
    size_t at = text_.starts_with("\xef\xbb\xbf") ? 3 : 0;  // the byte order mark of spreadsheets
    bool first = true;
    for (int64_t line_number = 1; at < text_.size(); ++line_number) {
      const size_t end = std::min(text_.find('\n', at), text_.size());
      const std::string_view line = text_.substr(at, end - at);
      if (!trimmed(line).empty()) {
        if (first && is_header(line)) {
          read_names(line);
        } else {
          read_row(line, line_number);
        }
        first = false;
      }
      at = end + 1;
    }
    if (table_.rows == 0) fail(text_.size(), "table", "no row", "at least one row of numbers", "");
    return std::move(table_);
  }

 private:
  [[noreturn]] void fail(size_t offset, std::string field, std::string got, std::string expected,
                         std::string help) const {
    throw bad_file(source_, offset, field, std::move(got), std::move(expected), std::move(help));
  }

  bool is_header(std::string_view line) const {
    if (options_.header != CsvHeader::kDetect) return options_.header == CsvHeader::kPresent;
    return !all_numbers(line, options_.separator);
  }

  void read_names(std::string_view line) {
    table_.columns = for_each_field(line, options_.separator, [&](std::string_view field, int64_t) {
      table_.names.push_back(unquoted(field));
    });
  }

  void read_row(std::string_view line, int64_t number) {
    const size_t offset = static_cast<size_t>(line.data() - text_.data());
    const int64_t count =
        for_each_field(line, options_.separator, [&](std::string_view field, int64_t column) {
          const auto value = value_of(field);
          if (!value) {
            fail(static_cast<size_t>(field.data() - text_.data()),
                 text("line ", number, ", column ", column + 1),
                 field.empty() ? "nothing" : quoted(field), "a number",
                 "replace missing values and text before reading");
          }
          table_.values.push_back(*value);
        });
    if (table_.columns == 0) table_.columns = count;
    if (count != table_.columns) {
      fail(offset, text("line ", number), text(count, " values"),
           text(table_.columns, " values, as in the first line"),
           text("check the separator, which is '", options_.separator, "'"));
    }
    ++table_.rows;
  }

  std::string_view text_, source_;
  const CsvOptions& options_;
  CsvTable table_;
};

}  // namespace

CsvTable parse_csv(std::string_view text, std::string_view source, CsvOptions options) {
  return Parser(text, source, options).parse();
}

CsvTable read_csv(const std::string& path, CsvOptions options) {
  const MappedFile file(path);
  return parse_csv(as_text(file.bytes()), path, options);
}

}  // namespace lamina::io
