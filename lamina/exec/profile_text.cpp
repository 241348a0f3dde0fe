// The profile as tables. The share of the peak is that of the roofline: the time that the machine
// would need at its peak, for the operations or for the bytes, whichever is more, by the time taken.
// Small operands lie in caches, which are faster: their bytes do not count.
#include <algorithm>
#include <cstdio>

#include "lamina/base/machine_peak.h"
#include "lamina/base/text.h"
#include "lamina/exec/profile.h"

namespace lamina {
namespace {

constexpr double kCached = 4 << 20;  // bytes of one run

double seconds_at_peak(const ProfileRow& row, const MachinePeak& peak) {
  const double computing = peak.flops > 0 ? row.flops / peak.flops : 0;
  const bool cached = row.bytes < kCached * static_cast<double>(row.runs);
  return std::max(computing, cached || peak.bytes <= 0 ? 0 : row.bytes / peak.bytes);
}

// A row, or several under one name.
struct Line {
  ProfileRow row;
  double seconds_at_peak = 0;
};

// Rows of one name become one line.
std::vector<Line> grouped(const std::vector<ProfileRow>& rows, std::string ProfileRow::*name,
                          const MachinePeak& peak) {
  std::vector<Line> groups;
  for (const ProfileRow& row : rows) {
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const Line& g) { return g.row.*name == row.*name; });
    if (group == groups.end()) {
      groups.emplace_back();
      group = std::prev(groups.end());
      group->row.*name = row.*name;
    }
    group->row.runs += row.runs;
    group->row.seconds += row.seconds;
    group->row.flops += row.flops;
    group->row.bytes += row.bytes;
    group->seconds_at_peak += seconds_at_peak(row, peak);
  }
  std::stable_sort(groups.begin(), groups.end(),
                   [](const Line& a, const Line& b) { return a.row.seconds > b.row.seconds; });
  return groups;
}

class Table {
 public:
  explicit Table(double total) : total_(std::max(total, 1e-12)) {}

  void head(const char* title) {
    char line[120];
    std::snprintf(line, sizeof line, "%9s %6s %7s %9s %7s %6s  %s\n", "ms", "share", "runs",
                  "GFLOP/s", "GB/s", "peak", title);
    out += line;
  }

  void add(const ProfileRow& row, double at_peak, const std::string& name) {
    const double seconds = std::max(row.seconds, 1e-12);
    char line[120];
    std::snprintf(line, sizeof line, "%9.3f %5.1f%% %7lld %9.1f %7.1f %5.0f%%  ", row.seconds * 1e3,
                  100 * row.seconds / total_, static_cast<long long>(row.runs),
                  row.flops / seconds * 1e-9, row.bytes / seconds * 1e-9, 100 * at_peak / seconds);
    out += text(line, name, "\n");
  }

  std::string out;

 private:
  double total_;
};

}  // namespace

std::string Profiler::to_string() const {
  const ExecutionCounters c = counters();
  const MachinePeak peak = machine_peak();
  Table table(seconds());
  char head[200];
  std::snprintf(head, sizeof head,
                "%.3f ms in kernels; peak of this machine: %.0f GFLOP/s, %.1f GB/s\n",
                seconds() * 1e3, peak.flops * 1e-9, peak.bytes * 1e-9);
  table.out = text(c.evaluations, " evaluations, ", c.new_programs, " new programs, ", c.compiled,
                   " compiled, ", c.fallbacks, " reference kernels\n", head);
  if (c.compile_seconds > 0) {
    std::snprintf(head, sizeof head, "%.3f ms to make programs\n", c.compile_seconds * 1e3);
    table.out += head;
  }
  if (c.early_reads > 0) {
    table.out += text("hint: ", c.early_reads,
                      " losses were read before backward: one forward pass more each. Read them "
                      "after step()\n");
  }
  const std::vector<ProfileRow> all = rows();
  table.out += '\n';
  table.head("layer");
  for (const Line& line : grouped(all, &ProfileRow::layer, peak)) {
    const std::string& layer = line.row.layer;
    table.add(line.row, line.seconds_at_peak, layer.empty() ? "(outside of modules)" : layer);
  }
  table.out += '\n';
  table.head("kernel");
  for (const Line& line : grouped(all, &ProfileRow::kernel, peak))
    table.add(line.row, line.seconds_at_peak, line.row.kernel);
  table.out += '\n';
  table.head("kernel  what  layer  tier");
  for (const ProfileRow& row : all) {
    table.add(row, seconds_at_peak(row, peak),
              text(row.kernel, "  ", row.what, row.layer.empty() ? "" : "  in ", row.layer,
                   "  tier ", row.tier, row.why.empty() ? "" : ": ", row.why));
  }
  return std::move(table.out);
}

}  // namespace lamina
