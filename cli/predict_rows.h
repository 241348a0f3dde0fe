// What lamina predict shows, for any kind of model.
#pragma once

#include <string>
#include <vector>

#include "lamina/train/model_file.h"

namespace cli {

struct Answer {
  std::string source;                                // a file, or file and row
  std::vector<std::pair<std::string, double>> best;  // names and shares, best first; or one value
  bool is_value = false;
};

// What could not be read, and so has no answer.
struct Unread {
  std::string source, why;
};

// The answers of a model made by lamina train, or of any that takes pictures or rows of numbers.
std::vector<Answer> answers(lamina::SavedModel& model, const std::string& path,
                            const std::vector<std::string>& files, size_t top,
                            std::vector<Unread>& unread);
void print_answers(const std::vector<Answer>& answers,
                   const std::string& format);  // table, json, csv

}  // namespace cli
