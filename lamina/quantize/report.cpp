#include <algorithm>
#include <cmath>
#include <cstdio>
#include <ostream>

#include "lamina/base/text.h"
#include "lamina/quantize/quantize.h"

namespace lamina {
namespace {

std::string in_decibels(double snr) {
  if (std::isinf(snr) && snr > 0) return "exact";
  char out[32];
  std::snprintf(out, sizeof out, "%.1f dB", snr);
  return out;
}

std::string in_percent(double share) {
  char out[32];
  std::snprintf(out, sizeof out, "%.2f %%", 100 * share);
  return out;
}

}  // namespace

std::string to_string(const QuantizationReport& report) {
  std::vector<std::vector<std::string>> rows = {{"layer", "kind", "weight", "SNR", "as"}};
  size_t integers = 0;
  for (const QuantizedLayer& layer : report.layers) {
    integers += layer.quantized;
    rows.push_back({layer.name, layer.kind, text(layer.weight), in_decibels(layer.snr),
                    layer.quantized ? "int8" : text("float32: ", layer.reason)});
  }
  std::vector<size_t> widths(rows[0].size(), 0);
  for (const auto& row : rows) {
    for (size_t k = 0; k < row.size(); ++k) widths[k] = std::max(widths[k], row[k].size());
  }
  std::string out;
  for (const auto& row : rows) {
    for (size_t k = 0; k < row.size(); ++k) {
      out += row[k];
      if (k + 1 < row.size()) out += std::string(widths[k] - row[k].size() + 2, ' ');
    }
    out += '\n';
  }
  out += text(integers, " of ", report.layers.size(), " layers are int8; output ",
              in_decibels(report.output_snr));
  if (report.accuracy_before && report.accuracy_after) {
    out += text("; accuracy ", in_percent(*report.accuracy_before), " -> ",
                in_percent(*report.accuracy_after));
  }
  return out + text("; ", report.examples, " examples\n");
}

std::ostream& operator<<(std::ostream& out, const QuantizationReport& report) {
  return out << to_string(report);
}

}  // namespace lamina
