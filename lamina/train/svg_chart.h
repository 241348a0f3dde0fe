// Internal: pictures of numbers as SVG, for pages that load nothing.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lamina/train/chart_frame.h"

namespace lamina::train {

std::string line_chart(const std::string& title, const std::vector<Line>& lines);

// Counts [classes, classes] as a coloured square, the true class in the row.
std::string confusion_chart(const std::vector<int64_t>& counts,
                            const std::vector<std::string>& classes);

std::string escaped(const std::string& text);  // for HTML

}  // namespace lamina::train
