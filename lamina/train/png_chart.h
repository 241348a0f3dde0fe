// Internal: the charts of a training as a picture, one for each number, with what validation says of it.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "lamina/io/picture.h"

namespace lamina::train {

// Series as in History, drawn at twice the size of the page's charts. ValueError without any.
io::Picture chart_picture(const std::vector<std::pair<std::string, std::vector<double>>>& series);

}  // namespace lamina::train
