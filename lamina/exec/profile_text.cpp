// The profile as tables. The share of the peak is that of the roofline: the time that the machine
// would need at its peak, for the operations or for the bytes, whichever is more, by the time taken.
#include <algorithm>
#include <cstdio>

#include "lamina/base/machine_peak.h"
#include "lamina/base/text.h"
#include "lamina/exec/profile.h"

namespace lamina {
namespace {

double share_of_peak(const ProfileRow& row, const MachinePeak& peak) {
  const double computing = peak.flops > 0 ? row.flops / peak.flops : 0;
  const double moving = peak.bytes > 0 ? row.bytes / peak.bytes : 0;
  return row.seconds > 0 ? std::max(computing, moving) / row.seconds : 0;
}

// Rows of one name become one.
std::vector<ProfileRow> grouped(const std::vector<ProfileRow>& rows,
                                std::string ProfileRow::*name) {
  std::vector<ProfileRow> groups;
  for (const ProfileRow& row : rows) {
    auto group = std::find_if(groups.begin(), groups.end(),
                              [&](const ProfileRow& g) { return g.*name == row.*name; });
    if (group == groups.end()) {
      groups.emplace_back();
      group = std::prev(groups.end());
      (*group).*name = row.*name;
    }
    group->runs += row.runs;
    group->seconds += row.seconds;
    group->flops += row.flops;
    group->bytes += row.bytes;
  }
  std::stable_sort(groups.begin(), groups.end(), [](const ProfileRow& a, const ProfileRow& b) {
    return a.seconds > b.seconds;
  });
  return groups;
}

class Table {
 public:
  Table(double total, const MachinePeak& peak) : total_(std::max(total, 1e-12)), peak_(peak) {}

  void head(const char* title) {
    char line[120];
    std::snprintf(line, sizeof line, "%9s %6s %7s %9s %7s %6s  %s\n", "ms", "share", "runs",
                  "GFLOP/s", "GB/s", "peak", title);
    out += line;
  }

  void row(const ProfileRow& row, const std::string& name) {
    const double seconds = std::max(row.seconds, 1e-12);
    char line[120];
    std::snprintf(line, sizeof line, "%9.3f %5.1f%% %7lld %9.1f %7.1f %5.0f%%  ", row.seconds * 1e3,
                  100 * row.seconds / total_, static_cast<long long>(row.runs),
                  row.flops / seconds * 1e-9, row.bytes / seconds * 1e-9,
                  100 * share_of_peak(row, peak_));
    out += text(line, name, "\n");
  }

  std::string out;

 private:
  double total_;
  MachinePeak peak_;
};

}  // namespace

std::string Profiler::to_string() const {
  const ExecutionCounters c = counters();
  const MachinePeak peak = machine_peak();
  Table table(seconds(), peak);
  char line[200];
  std::snprintf(line, sizeof line, "%.3f ms in kernels; peak of this machine: %.0f GFLOP/s, %.1f GB/s\n",
                seconds() * 1e3, peak.flops * 1e-9, peak.bytes * 1e-9);
  table.out = text(c.evaluations, " evaluations, ", c.new_programs, " new programs, ", c.compiled,
                   " compiled, ", c.fallbacks, " reference kernels\n", line);
  if (c.early_reads > 0) {
    table.out += text("hint: ", c.early_reads,
                      " losses were read before backward: one forward pass more each. Read them "
                      "after step()\n");
  }
  const std::vector<ProfileRow> all = rows();
  table.out += '\n';
  table.head("layer");
  for (const ProfileRow& row : grouped(all, &ProfileRow::layer))
    table.row(row, row.layer.empty() ? "(outside of modules)" : row.layer);
  table.out += '\n';
  table.head("kernel");
  for (const ProfileRow& row : grouped(all, &ProfileRow::kernel)) table.row(row, row.kernel);
  table.out += '\n';
  table.head("kernel  what  layer  tier");
  for (const ProfileRow& row : all) {
    table.row(row, text(row.kernel, "  ", row.what, row.layer.empty() ? "" : "  in ", row.layer,
                        "  tier ", row.tier, row.why.empty() ? "" : ": ", row.why));
  }
  return std::move(table.out);
}

}  // namespace lamina
