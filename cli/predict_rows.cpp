#include "cli/predict_rows.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <numeric>
#include <optional>

#include "cli/model_notes.h"
#include "cli/training_data.h"
#include "lamina/base/error.h"
#include "lamina/data/transforms.h"
#include "lamina/io/cells.h"
#include "lamina/io/json.h"
#include "lamina/io/picture.h"
#include "lamina/op/recording.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/softmax.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
namespace io = lamina::io;
using lamina::Array;
using lamina::Shape;

constexpr size_t kAtOnce = 64;

// Folders become the pictures in them.
std::vector<std::string> pictures_of(const std::vector<std::string>& files) {
  std::vector<std::string> out;
  for (const std::string& file : files) {
    std::error_code ignored;
    if (!fs::is_directory(file, ignored)) {
      out.push_back(file);
      continue;
    }
    const size_t before = out.size();
    for (const auto& entry : fs::recursive_directory_iterator(
             file, fs::directory_options::skip_permission_denied, ignored)) {
      const std::string ending = entry.path().extension().string();
      if (ending == ".jpg" || ending == ".jpeg" || ending == ".png" || ending == ".webp" ||
          ending == ".JPG" || ending == ".PNG") {
        out.push_back(entry.path().string());
      }
    }
    std::sort(out.begin() + static_cast<std::ptrdiff_t>(before), out.end());
  }
  return out;
}

Answer answer_of(std::string source, const float* row, size_t count,
                 const std::vector<std::string>& classes, size_t top, bool is_value) {
  Answer answer{std::move(source), {}, is_value};
  if (is_value) {
    for (size_t i = 0; i < count; ++i) answer.best.emplace_back("value", row[i]);
    return answer;
  }
  std::vector<size_t> order(count);
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](size_t a, size_t b) { return row[a] > row[b]; });
  for (size_t i = 0; i < std::min(top, count); ++i) {
    const size_t c = order[i];
    answer.best.emplace_back(c < classes.size() ? classes[c] : std::to_string(c), row[c]);
  }
  return answer;
}

void run_rows(lamina::SavedModel& model, const Array& x, const std::vector<std::string>& sources,
              size_t top, std::vector<Answer>& out) {
  lamina::NoGrad no_grad;
  Array scores = model(x);
  if (scores.ndim() != 2) {
    throw lamina::FileError("this model does not give one row of scores for each example")
        .detail("its output", lamina::text(scores.dtype(), " ", scores.shape()));
  }
  const bool is_value = model.classes().empty() && scores.shape(1) == 1;
  if (!is_value) scores = lamina::softmax(scores, {.axis = -1});
  const std::vector<float> rows = scores.to_vector<float>();
  const auto count = static_cast<size_t>(scores.shape(1));
  for (size_t i = 0; i < sources.size(); ++i) {
    out.push_back(answer_of(sources[i], &rows[i * count], count, model.classes(), top, is_value));
  }
}

std::vector<Answer> of_pictures(lamina::SavedModel& model, const std::vector<std::string>& files,
                                size_t top, std::vector<Unread>& unread) {
  const Shape& shape = model.input().shape;
  const int64_t channels = shape[1], height = shape[2], width = shape[3];
  std::vector<Answer> out;
  std::vector<float> pixels;
  std::vector<std::string> sources;
  const auto flush = [&] {
    if (sources.empty()) return;
    const auto count = static_cast<int64_t>(sources.size());
    run_rows(model,
             lamina::from_data(pixels.data(), {count, channels, height, width}, lamina::float32),
             sources, top, out);
    pixels.clear(), sources.clear();
  };
  for (const std::string& file : pictures_of(files)) {
    lamina::data::Sample sample;
    try {
      sample.picture = io::with_channels(io::read_picture(file), channels);
    } catch (const lamina::FileError& error) {
      unread.push_back({file, error.what()});
      continue;
    }
    lamina::data::RandomChoices none(0, 0, 0);
    for (const auto& step :
         lamina::data::Transforms{lamina::data::Resize({height, width}), lamina::data::ToFloat()}) {
      step->apply(sample, none);
    }
    pixels.insert(pixels.end(), sample.values.begin(), sample.values.end());
    sources.push_back(file);
    if (sources.size() == kAtOnce) flush();
  }
  flush();
  return out;
}

// A feature is a column, or column=word.
float feature_of(const io::CellTable& table, int64_t row, const std::string& feature,
                 const std::string& path) {
  const auto column = [&](const std::string& name) -> int64_t {
    const auto found = std::find(table.names.begin(), table.names.end(), name);
    return found == table.names.end() ? -1 : found - table.names.begin();
  };
  if (const int64_t at = column(feature); at >= 0) {
    const std::string& cell = table.at(row, at);
    float value = 0;
    const auto [stop, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
    if (error == std::errc() && stop == cell.data() + cell.size()) return value;
    throw lamina::FileError(fmt::format("{}: bad line {}, column {}", path,
                                        table.lines[static_cast<size_t>(row)], feature))
        .detail("got", cell.empty() ? "nothing" : cell)
        .detail("expected", "a number");
  }
  const size_t equals = feature.rfind('=');
  const int64_t at = equals == std::string::npos ? -1 : column(feature.substr(0, equals));
  if (at >= 0) return table.at(row, at) == feature.substr(equals + 1) ? 1 : 0;
  throw lamina::FileError(
      fmt::format("{} has no column '{}', which the model was trained with", path, feature))
      .detail("columns", fmt::format("{}", fmt::join(table.names, ", ")));
}

std::vector<Answer> of_tables(lamina::SavedModel& model, const std::vector<std::string>& files,
                              const std::optional<ModelNotes>& notes, size_t top) {
  std::vector<Answer> out;
  const int64_t features = model.input().shape[1];
  for (const std::string& file : files) {
    const io::CellTable table = io::read_cells(file, {.separator = separator_of(file)});
    std::vector<std::string> names = notes ? notes->features : table.names;
    if (static_cast<int64_t>(names.size()) != features) {
      throw lamina::FileError(
          fmt::format("{}: expected {} columns of numbers, got {}", file, features, names.size()));
    }
    std::vector<float> values;
    std::vector<std::string> sources;
    for (int64_t row = 0; row < table.rows(); ++row) {
      for (const std::string& name : names) values.push_back(feature_of(table, row, name, file));
      sources.push_back(fmt::format("{} row {}", file, row + 1));
    }
    run_rows(model, lamina::from_data(values.data(), {table.rows(), features}, lamina::float32),
             sources, top, out);
  }
  return out;
}

}  // namespace

std::vector<Answer> answers(lamina::SavedModel& model, const std::string& path,
                            const std::vector<std::string>& files, size_t top,
                            std::vector<Unread>& unread) {
  const lamina::InputSpec& input = model.input();
  if (input.dtype == lamina::float32 && input.shape.size() == 4)
    return of_pictures(model, files, top, unread);
  if (input.dtype == lamina::float32 && input.shape.size() == 2)
    return of_tables(model, files, read_notes(path), top);
  throw lamina::FileError(
      fmt::format("{}: this model takes neither pictures nor rows of numbers", path))
      .detail("its input", lamina::text(input.dtype, " ", input.shape));
}

void print_answers(const std::vector<Answer>& all, const std::string& format) {
  if (format == "json") {
    std::string lines;  // an entry a line: a file of thousands stays one that can be read
    for (const Answer& answer : all) {
      io::Json entry;
      entry.set("source", answer.source);
      if (answer.is_value) {
        entry.set("value", answer.best[0].second);
      } else {
        io::Json shares;
        for (const auto& [name, share] : answer.best) shares.set(name, share);
        entry.set("prediction", answer.best[0].first).set("shares", std::move(shares));
      }
      lines += (lines.empty() ? "\n " : ",\n ") + entry.dump();
    }
    fmt::print("[{}{}]\n", lines, lines.empty() ? "" : "\n");
    return;
  }
  if (format == "csv") fmt::print("source,prediction,share\n");
  for (const Answer& answer : all) {
    if (format == "csv") {
      for (const auto& [name, share] : answer.best) {
        fmt::print("\"{}\",{},{}\n", answer.source,
                   answer.is_value ? fmt::format("{}", share) : name, answer.is_value ? 1 : share);
      }
    } else if (answer.is_value) {
      fmt::print("{}  {:.6g}\n", answer.source, answer.best[0].second);
    } else {
      fmt::print("{}", answer.source);
      for (const auto& [name, share] : answer.best) fmt::print("  {}  {:.1f} %", name, 100 * share);
      fmt::print("\n");
    }
  }
}

}  // namespace cli
