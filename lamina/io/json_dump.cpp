#include <cmath>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/io/json.h"
#include "lamina/io/utf8.h"

namespace lamina::io {

namespace {

void write_string(std::string& out, std::string_view s) {
  out += '"';
  for (size_t i = 0; i < s.size();) {
    const unsigned char c = static_cast<unsigned char>(s[i]);
    const size_t length = utf8_length(s.substr(i, 4));
    if (length == 0) {
      out += "\\ufffd";  // a name in another encoding must not make the whole file unreadable
      ++i;
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
      out += s[i];
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c < 0x20) {
      out += "\\u00";
      out += "0123456789abcdef"[c >> 4];
      out += "0123456789abcdef"[c & 15];
    } else {
      out += s.substr(i, length);
    }
    i += length;
  }
  out += '"';
}

void write_double(std::string& out, double value) {
  if (!std::isfinite(value)) {
    throw ValueError(text("json: expected a finite number, got ", value))
        .help("JSON has no NaN or infinity; write null or a string");
  }
  const std::string digits = number(value);
  out += digits;
  // 1.0 must come back as a double.
  if (digits.find_first_of(".e") == std::string::npos) out += ".0";
}

class Writer {
 public:
  Writer(std::string& out, int indent) : out_(out), indent_(indent) {}

  void write(const Json& value, int depth) {
    if (value.is_null()) {
      out_ += "null";
    } else if (value.is_bool()) {
      append(out_, value.as_bool());
    } else if (value.is_integer()) {
      append(out_, value.as_integer());
    } else if (value.is_number()) {
      write_double(out_, value.as_double());
    } else if (value.is_string()) {
      write_string(out_, value.as_string());
    } else if (value.is_array()) {
      list('[', ']', value.as_array(), depth, [&](const Json& item) { write(item, depth + 1); });
    } else {
      list('{', '}', value.as_object(), depth, [&](const Json::Member& member) {
        write_string(out_, member.first);
        out_ += indent_ > 0 ? ": " : ":";
        write(member.second, depth + 1);
      });
    }
  }

 private:
  template <class Items, class Each>
  void list(char open, char close, const Items& items, int depth, Each each) {
    out_ += open;
    bool first = true;
    for (const auto& item : items) {
      if (!first) out_ += ',';
      first = false;
      new_line(depth + 1);
      each(item);
    }
    if (!items.empty()) new_line(depth);
    out_ += close;
  }

  void new_line(int depth) {
    if (indent_ <= 0) return;
    out_ += '\n';
    out_.append(static_cast<size_t>(indent_) * static_cast<size_t>(depth), ' ');
  }

  std::string& out_;
  int indent_;
};

}  // namespace

std::string Json::dump(int indent) const {
  std::string out;
  Writer(out, indent).write(*this, 0);
  return out;
}

}  // namespace lamina::io
