#include "lamina/train/logs.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"

namespace lamina::train {

const double* Logs::find(std::string_view name) const {
  for (const auto& [key, value] : items_) {
    if (key == name) return &value;
  }
  return nullptr;
}

double Logs::at(std::string_view name) const {
  if (const double* value = find(name)) return *value;
  throw KeyError(text("there is no '", name, "'")).help(text("one of ", list_text(names())));
}

void Logs::set(std::string_view name, double value) {
  for (auto& [key, old] : items_) {
    if (key == name) {
      old = value;
      return;
    }
  }
  items_.emplace_back(name, value);
}

std::vector<std::string> Logs::names() const {
  std::vector<std::string> names;
  for (const auto& item : items_) names.push_back(item.first);
  return names;
}

}  // namespace lamina::train
