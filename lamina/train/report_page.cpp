// The page of a Report.
#include <algorithm>
#include <cstdio>

#include "lamina/base/text.h"
#include "lamina/io/png_encode.h"
#include "lamina/train/report.h"
#include "lamina/train/svg_chart.h"

namespace lamina::train {
namespace {

constexpr const char* kStyle = R"(
:root{--ink:#1d2430;--soft:#5d6878;--line:#dfe4ea;--page:#f6f7f9;--card:#fff;--a:#2563eb;
--b:#dc5a1e}
@media(prefers-color-scheme:dark){:root{--ink:#e8ecf2;--soft:#98a4b5;--line:#313a48;--page:#12161d;
--card:#1a2029;--a:#6b9cff;--b:#ff8a50}}
*{box-sizing:border-box}
body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:1120px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:26px;margin:0 0 18px}h2{font-size:17px;margin:34px 0 12px}
.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(150px,1fr));gap:10px}
.facts div,.card{background:var(--card);border:1px solid var(--line);border-radius:10px}
.facts div{padding:10px 14px}.facts b{display:block;font-size:18px;font-weight:600}
.facts span{color:var(--soft);font-size:12.5px}
.charts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,440px),1fr));gap:14px}
.card{padding:14px;overflow-x:auto}svg{width:100%;height:auto;display:block}
svg text{font-size:12px;fill:var(--soft)}svg .t{font-size:13.5px;fill:var(--ink);font-weight:600}
svg .g{stroke:var(--line)}svg .c{stroke:var(--line);stroke-width:.5}svg .n{fill:var(--ink)}
svg .w{fill:var(--card)}
.wrong{display:grid;grid-template-columns:repeat(auto-fill,minmax(128px,1fr));gap:12px}
.wrong figure{margin:0;padding:10px;text-align:center}
.wrong img{width:96px;height:96px;object-fit:contain;image-rendering:pixelated}
.wrong figcaption{font-size:13px}.wrong small{color:var(--soft);display:block}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
th,td{padding:5px 12px;text-align:right;border-bottom:1px solid var(--line);white-space:nowrap}
th{color:var(--soft);font-weight:500}pre{margin:0;font-size:13px;overflow-x:auto}
)";

std::string base64(const std::string& bytes) {
  constexpr const char* kDigits =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (size_t i = 0; i < bytes.size(); i += 3) {
    uint32_t group = 0;
    for (size_t k = 0; k < 3; ++k) {
      group = group << 8 | (i + k < bytes.size() ? static_cast<unsigned char>(bytes[i + k]) : 0);
    }
    for (size_t k = 0; k < 4; ++k) {
      out += i + k <= bytes.size() ? kDigits[group >> (18 - 6 * k) & 63] : '=';
    }
  }
  return out;
}

std::string number(double value) {
  char buffer[32];
  std::snprintf(buffer, sizeof buffer, "%.4g", value);
  return buffer;
}

// A chart for each number, with what validation says of it.
std::string charts(const ReportContent& content) {
  std::string out;
  for (const auto& [name, values] : content.series) {
    if (name.starts_with("val_")) continue;
    std::vector<Line> lines{{"training", values, "var(--a)"}};
    for (const auto& [other, of] : content.series) {
      if (other == "val_" + name) lines.push_back({"validation", of, "var(--b)"});
    }
    out += "<div class=card>" + line_chart(name, lines) + "</div>";
  }
  return out;
}

std::string wrong_examples(const ReportContent& content) {
  std::string out;
  for (const WrongExample& w : content.wrong) {
    const std::string got = escaped(content.classes[static_cast<size_t>(w.got)]);
    const std::string expected = escaped(content.classes[static_cast<size_t>(w.expected)]);
    out += "<figure class=card>";
    if (!w.picture.pixels.empty()) {
      out += "<img alt='example " + text(w.number) + "' src='data:image/png;base64," +
             base64(io::encode_png(w.picture)) + "'>";
    }
    out += "<figcaption>" + got + ", not " + expected + "<small>" + number(100 * w.certainty) +
           " % sure, no. " + text(w.number) + "</small></figcaption></figure>";
  }
  return out;
}

std::string epoch_table(const ReportContent& content) {
  std::string out = "<table><tr><th>epoch";
  for (const auto& [name, values] : content.series) out += "<th>" + escaped(name);
  out += "<th>seconds";
  size_t epochs = 0;
  for (const auto& [name, values] : content.series) epochs = std::max(epochs, values.size());
  for (size_t i = 0; i < epochs; ++i) {
    out += "<tr><td>" + text(i + 1);
    for (const auto& [name, values] : content.series) {
      out += "<td>" + (i < values.size() ? number(values[i]) : std::string());
    }
    // A fit that went on from a checkpoint knows the times of its own epochs.
    const size_t before = epochs - std::min(epochs, content.seconds.size());
    out += "<td>" + (i >= before ? number(content.seconds[i - before]) : std::string());
  }
  return out + "</table>";
}

std::string section(const char* title, const std::string& body) {
  return text("<h2>", title, "</h2>", body, "\n");
}

}  // namespace

std::string report_page(const ReportContent& content) {
  std::string facts = "<div class=facts>";
  for (const auto& [name, value] : content.facts) {
    facts += "<div><b>" + escaped(value) + "</b><span>" + escaped(name) + "</span></div>";
  }
  facts += "</div>";
  const std::string title = escaped(content.title);
  std::string page =
      "<!doctype html><html lang=en><meta charset=utf-8>"
      "<meta name=viewport content='width=device-width'><title>" +
      title + "</title><style>" + kStyle + "</style><main><h1>" + title + "</h1>" + facts + "\n";
  page += section("Curves", "<div class=charts>" + charts(content) + "</div>");
  if (!content.confusion.empty()) {
    page +=
        section("Confusion", "<div class=card>" +
                                 confusion_chart(content.confusion, content.classes) + "</div>");
  }
  if (!content.wrong.empty()) {
    page += section("Most wrong", "<div class=wrong>" + wrong_examples(content) + "</div>");
  }
  page += section("Epochs", "<div class=card>" + epoch_table(content) + "</div>");
  page += section("Network", "<div class=card><pre>" + escaped(content.model) + "</pre></div>");
  return page + "</main></html>\n";
}

}  // namespace lamina::train
