// Pictures with what a model makes of them written below: lamina predict --pictures.
#pragma once

#include <string>
#include <vector>

#include "cli/predict_rows.h"
#include "lamina/io/picture.h"

namespace cli {

// The picture at a size that one can look at, and below it a bar for each of the likeliest answers.
lamina::io::Picture answer_picture(const lamina::io::Picture& picture, const Answer& answer);

// One PNG in `folder` for each answer whose source is a picture, under the source's name. Returns how many.
size_t write_answer_pictures(const std::vector<Answer>& answers, const std::string& folder);

}  // namespace cli
