#include "lamina/train/progress.h"

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>

namespace lamina::train {
namespace {

constexpr double kInterval = 0.1;  // seconds between drawings
constexpr int kCells = 24;

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

std::string epoch_text(const ProgressOptions& options) {
  const int width = static_cast<int>(std::to_string(options.epochs).size());
  return format("epoch %*lld/%lld", width, static_cast<long long>(options.epoch),
                static_cast<long long>(options.epochs));
}

}  // namespace

std::string epoch_line(const ProgressOptions& options, const Logs& logs, double seconds) {
  std::string line = epoch_text(options);
  for (const auto& [name, value] : logs) line += "  " + name + format(" %.4f", value);
  return line + format("  %.1f s", seconds);
}

std::string bar_line(const ProgressOptions& options, int64_t done, double seconds, double loss) {
  const double share = options.examples > 0
                           ? static_cast<double>(done) / static_cast<double>(options.examples)
                           : 1.0;
  const int full = std::clamp(static_cast<int>(share * kCells), 0, kCells);
  std::string cells(static_cast<size_t>(full), '=');
  if (full < kCells) cells += '>';
  cells.resize(kCells, ' ');
  const double rate = seconds > 0 ? static_cast<double>(done) / seconds : 0;
  const auto left = static_cast<long long>(
      rate > 0 ? std::ceil(static_cast<double>(options.examples - done) / rate) : 0);
  return epoch_text(options) + format("  [%s] %3.0f%%", cells.c_str(), 100 * share) +
         format("  %lld/%lld  %.0f/s", static_cast<long long>(done),
                static_cast<long long>(options.examples), rate) +
         format("  %lld:%02lld left  loss %.4f", left / 60, left % 60, loss);
}

Progress::Progress(ProgressOptions options)
    : options_(options), bar_(options.verbose == 1 && on_terminal()) {}

Progress::~Progress() {
  if (open_) std::fputc('\n', stdout), std::fflush(stdout);
}

void Progress::advance(int64_t examples, const std::function<double()>& loss) {
  done_ += examples;
  if (!bar_ || (timer_.seconds() - drawn_ < kInterval && drawn_ > 0)) return;
  draw(loss());
}

void Progress::draw(double loss) {
  drawn_ = timer_.seconds();
  open_ = true;
  std::printf("\r%s\x1b[K", bar_line(options_, done_, drawn_, loss).c_str());
  std::fflush(stdout);
}

void Progress::finish(const Logs& logs) {
  if (options_.verbose <= 0) return;
  std::printf("%s%s\n", open_ ? "\r\x1b[K" : "", epoch_line(options_, logs, timer_.seconds()).c_str());
  std::fflush(stdout);
  open_ = false;
}

}  // namespace lamina::train
