// Logs: named numbers in a fixed order: what an evaluation or an epoch comes to.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina::train {

class Logs {
 public:
  Logs() = default;
  Logs(std::initializer_list<std::pair<std::string, double>> items) : items_(items) {}

  double at(std::string_view name) const;           // KeyError that lists the names there are
  const double* find(std::string_view name) const;  // null when absent
  void set(std::string_view name, double value);    // replaces or appends
  std::vector<std::string> names() const;

  bool empty() const { return items_.empty(); }
  auto begin() const { return items_.begin(); }
  auto end() const { return items_.end(); }

 private:
  std::vector<std::pair<std::string, double>> items_;
};

}  // namespace lamina::train
