#include "lamina/train/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace lamina::train {
namespace {

constexpr double kInterval = 0.1;  // seconds between drawings
constexpr int kCells = 24, kFewestCells = 4;

template <class... Values>
std::string format(const char* pattern, Values... values) {
  char buffer[128];
  std::snprintf(buffer, sizeof buffer, pattern, values...);
  return buffer;
}

bool on_terminal() {
  const char* kind = std::getenv("TERM");
  return isatty(STDOUT_FILENO) && !(kind && std::string(kind) == "dumb");
}

int terminal_columns() {
  winsize size{};
  return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// All of one width up to a thousand seconds, so that lines stand below each other.
std::string duration(double seconds) {
  if (seconds < 0.9995) return format("%4.0f ms", 1000 * seconds);
  return format("%5.1f s", seconds);
}

std::string epoch_text(const ProgressOptions& options) {
  const int width = static_cast<int>(std::to_string(options.epochs).size());
  return format("epoch %*lld/%lld", width, static_cast<long long>(options.epoch),
                static_cast<long long>(options.epochs));
}

std::string bar_cells(double share, int width) {
  const int full = std::clamp(static_cast<int>(share * width), 0, width);
  std::string cells(static_cast<size_t>(full), '=');
  if (full < width) cells += '>';
  cells.resize(static_cast<size_t>(width), ' ');
  return cells;
}

}  // namespace

std::string epoch_line(const ProgressOptions& options, const Logs& logs, double seconds) {
  std::string line = epoch_text(options);
  for (const auto& [name, value] : logs) line += "  " + name + format(" %.4f", value);
  const std::string time = "  " + duration(seconds);
  const bool fits =
      options.columns == 0 || line.size() + time.size() <= static_cast<size_t>(options.columns);
  return fits ? line + time : line;  // a line that wraps is worse than no time
}

std::string bar_line(const ProgressOptions& options, int64_t done, double seconds, double loss) {
  const double share = options.examples > 0
                           ? static_cast<double>(done) / static_cast<double>(options.examples)
                           : 1.0;
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  const auto left = static_cast<long long>(
      rate > 0 ? std::ceil(static_cast<double>(options.examples - done) / rate) : 0);
  const std::string numbers = format(" %3.0f%%", 100 * share) +
                              format("  %lld/%lld  %.0f/s", static_cast<long long>(done),
                                     static_cast<long long>(options.examples), rate) +
                              format("  %lld:%02lld left  loss %.4f", left / 60, left % 60, loss);
  const std::string start = epoch_text(options);
  int width = kCells;
  if (options.columns > 0) {  // the last column stays free: some terminals wrap when it is written
    width =
        std::min(width, options.columns - 1 - static_cast<int>(start.size() + numbers.size() + 4));
  }
  std::string line = start;
  if (width >= kFewestCells) line += "  [" + bar_cells(share, width) + "]";
  line += numbers;
  if (options.columns > 0)
    line.resize(std::min(line.size(), static_cast<size_t>(options.columns - 1)));
  return line;
}

namespace {

std::mutex display_mutex;
// Never destroyed: it may hold what ends before the program does, such as Python.
std::shared_ptr<const ProgressDisplay>& display = *new std::shared_ptr<const ProgressDisplay>;

std::shared_ptr<const ProgressDisplay> current_display() {
  const std::lock_guard lock(display_mutex);
  return display;
}

}  // namespace

void set_progress_display(ProgressDisplay next) {
  auto shared = next ? std::make_shared<const ProgressDisplay>(std::move(next)) : nullptr;
  const std::lock_guard lock(display_mutex);
  display = std::move(shared);
}

Progress::Progress(ProgressOptions options)
    : options_(options),
      display_(options.verbose > 0 ? current_display() : nullptr),
      bar_(!display_ && options.verbose == 1 && on_terminal()) {
  if (bar_) options_.columns = terminal_columns();
}

Progress::~Progress() {
  if (open_) std::fputc('\n', stdout), std::fflush(stdout);
}

void Progress::advance(int64_t examples, const std::function<double()>& loss) {
  done_ += examples;
  if ((!bar_ && !display_) || timer_.seconds() - drawn_ < kInterval) return;
  draw(loss());
}

void Progress::draw(double loss) {
  drawn_ = timer_.seconds();
  if (display_) return (*display_)({options_, done_, drawn_, loss, nullptr});
  open_ = true;
  std::printf("\r%s\x1b[K", bar_line(options_, done_, drawn_, loss).c_str());
  std::fflush(stdout);
}

void Progress::finish(const Logs& logs) {
  if (options_.verbose <= 0) return;
  if (display_) {
    const double* loss = logs.find("loss");
    return (*display_)({options_, done_, timer_.seconds(), loss ? *loss : 0, &logs});
  }
  std::printf("%s%s\n", open_ ? "\r\x1b[K" : "",
              epoch_line(options_, logs, timer_.seconds()).c_str());
  std::fflush(stdout);
  open_ = false;
}

}  // namespace lamina::train
