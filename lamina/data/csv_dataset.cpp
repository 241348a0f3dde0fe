#include <algorithm>
#include <charconv>
#include <cmath>
#include <optional>

#include "lamina/base/error.h"
#include "lamina/data/readers.h"
#include "lamina/io/cells.h"
#include "lamina/io/errors.h"
#include "lamina/ops/creation.h"

namespace lamina::data {
namespace {

constexpr size_t kMostWords = 100;    // of a feature; more are names or sentences
constexpr size_t kMostClasses = 100;  // that whole numbers are taken for

std::optional<double> number_of(const std::string& cell) {
  double value = 0;
  const auto [stop, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || stop != cell.data() + cell.size()) return std::nullopt;
  return value;
}

struct Column {
  std::vector<double> numbers;     // where all cells are
  std::vector<std::string> words;  // the different cells, sorted
  bool all_numbers = true, all_whole = true;
};

Column column_of(const io::CellTable& table, int64_t c, const std::string& path) {
  Column column;
  for (int64_t r = 0; r < table.rows(); ++r) {
    const std::string& cell = table.at(r, c);
    if (cell.empty()) {
      throw io::bad_file(path, 0,
                         text("line ", table.lines[static_cast<size_t>(r)], ", column ",
                              table.names[static_cast<size_t>(c)]),
                         "nothing", "a value", "fill in missing values before reading");
    }
    const auto value = number_of(cell);
    column.all_numbers = column.all_numbers && value && std::isfinite(*value);
    column.all_whole = column.all_whole && value && *value == std::floor(*value);
    if (column.all_numbers) column.numbers.push_back(*value);
    column.words.push_back(cell);
  }
  std::sort(
      column.words.begin(), column.words.end(), [&](const std::string& a, const std::string& b) {
        return column.all_numbers && number_of(a) != number_of(b) ? number_of(a) < number_of(b)
                                                                  : a < b;
      });
  column.words.erase(std::unique(column.words.begin(), column.words.end()), column.words.end());
  return column;
}

int64_t place(const std::vector<std::string>& words, const std::string& word) {
  return std::find(words.begin(), words.end(), word) - words.begin();
}

int64_t target_column(const io::CellTable& table, const std::string& wanted,
                      const std::string& path) {
  if (wanted.empty()) return table.columns() - 1;
  const int64_t at = place(table.names, wanted);
  if (at < table.columns()) return at;
  throw KeyError(text(path, " has no column \"", wanted, "\""))
      .detail("columns", list_text(table.names, "", ""));
}

}  // namespace

struct CsvDataset::Parts {
  ArrayDataset rows;
  std::vector<std::string> features, classes;
  std::string target;
};

CsvDataset::CsvDataset(const std::string& path, CsvOptions options)
    : CsvDataset(read(path, options)) {}

CsvDataset::CsvDataset(Parts parts)
    : rows_(std::move(parts.rows)),
      features_(std::move(parts.features)),
      classes_(std::move(parts.classes)),
      target_(std::move(parts.target)) {}

CsvDataset::Parts CsvDataset::read(const std::string& path, const CsvOptions& options) {
  if (options.task != "auto" && options.task != "classification" && options.task != "regression") {
    throw ValueError(text("task: expected \"auto\", \"classification\" or \"regression\", got \"",
                          options.task, "\""));
  }
  const io::CellTable table = io::read_cells(path, {.separator = options.separator});
  const int64_t target = target_column(table, options.target, path), rows = table.rows();
  std::vector<std::vector<float>> columns;
  std::vector<std::string> names, classes;
  for (int64_t c = 0; c < table.columns(); ++c) {
    if (c == target) continue;
    const Column column = column_of(table, c, path);
    const std::string& name = table.names[static_cast<size_t>(c)];
    if (column.all_numbers) {
      columns.emplace_back(column.numbers.begin(), column.numbers.end());
      names.push_back(name);
      continue;
    }
    if (column.words.size() > kMostWords) {
      throw io::bad_file(path, 0, text("column ", name),
                         text(column.words.size(), " different texts"),
                         text("numbers, or at most ", kMostWords, " different texts"),
                         "remove the column; it does not look like a feature");
    }
    for (const std::string& word : column.words) {
      std::vector<float> indicator;
      for (int64_t r = 0; r < rows; ++r) indicator.push_back(table.at(r, c) == word ? 1.0f : 0.0f);
      columns.push_back(std::move(indicator));
      names.push_back(name + "=" + word);
    }
  }
  if (columns.empty()) {
    throw io::bad_file(path, 0, "table", "one column", "features beside the target", "");
  }
  std::vector<float> x(static_cast<size_t>(rows) * columns.size());
  for (size_t f = 0; f < columns.size(); ++f) {
    for (size_t r = 0; r < static_cast<size_t>(rows); ++r)
      x[r * columns.size() + f] = columns[f][r];
  }
  const Array features = from_data(x.data(), {rows, static_cast<int64_t>(columns.size())}, float32);
  const Column answers = column_of(table, target, path);
  const std::string& name = table.names[static_cast<size_t>(target)];
  const bool classify =
      options.task == "classification" ||
      (options.task == "auto" &&
       (!answers.all_numbers ||
        (answers.all_whole &&
         answers.words.size() <= std::min<size_t>(kMostClasses, static_cast<size_t>(rows) / 2))));
  if (!classify) {
    if (!answers.all_numbers) {
      throw io::bad_file(path, 0, text("column ", name), "text", "numbers to be predicted", "");
    }
    const std::vector<float> y(answers.numbers.begin(), answers.numbers.end());
    return {ArrayDataset(features, from_data(y.data(), {rows, 1}, float32)), names, {}, name};
  }
  std::vector<int64_t> y;
  for (int64_t r = 0; r < rows; ++r) y.push_back(place(answers.words, table.at(r, target)));
  return {ArrayDataset(features, from_data(y.data(), {rows}, int64)), names, answers.words, name};
}

}  // namespace lamina::data
