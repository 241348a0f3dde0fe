#include "lamina/base/error.h"

#include "lamina/base/text.h"

namespace lamina {

const char* Error::what() const noexcept {
  if (!what_.empty()) return what_.c_str();
  try {
    if (!where_.empty()) {
      what_ = "in " + where_;
      if (!where_description_.empty()) what_ += " (" + where_description_ + ")";
      what_ += ": ";
    }
    what_ += message_;
    for (const auto& [label, value] : details_) {
      what_ += "\n  " + label + std::string(label.size() < 10 ? 10 - label.size() : 0, ' ') + " " + value;
    }
  } catch (...) {
    return message_.c_str();  // out of memory while explaining: the bare message is better than nothing
  }
  return what_.c_str();
}

void Error::in_module(std::string_view name, std::string_view description) {
  if (where_.empty()) {
    where_description_ = description;
    where_ = name;
  } else if (!name.empty()) {
    where_ = text(name, ".", where_);
  }
  what_.clear();
}

void Error::add_detail(std::string label, std::string value) {
  details_.emplace_back(std::move(label), std::move(value));
  what_.clear();
}

void assertion_failed(const char* condition, const char* file, int line) {
  throw InternalError(text("assertion failed: ", condition, " at ", file, ":", line))
      .help("this is a bug in Lamina; please report it with the program that shows it");
}

}  // namespace lamina
