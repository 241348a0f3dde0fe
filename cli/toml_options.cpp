#include "cli/toml_options.h"

#include <fmt/format.h>
#define TOML_HEADER_ONLY 1
#include <toml++/toml.h>

#include <algorithm>

#include "lamina/base/nearest.h"
#include "lamina/io/file.h"

namespace cli {
namespace {

[[noreturn]] void fail(const std::string& path, const toml::source_position& at,
                       const std::string& what) {
  throw CLI::ParseError(fmt::format("{}, line {}: {}", path, at.line, what), 2);
}

std::string text_of(const toml::node& value, const std::string& path, const std::string& key) {
  if (const auto* s = value.as_string()) return s->get();
  if (const auto* i = value.as_integer()) return std::to_string(i->get());
  if (const auto* f = value.as_floating_point()) return fmt::format("{}", f->get());
  if (const auto* b = value.as_boolean()) return b->get() ? "true" : "false";
  fail(path, value.source().begin,
       fmt::format("expected a text, a number, true or false for '{}'", key));
}

CLI::Option* option_of(CLI::App& command, const std::string& key) {
  std::string flag = key;
  std::replace(flag.begin(), flag.end(), '_', '-');
  for (CLI::Option* option : command.get_options()) {
    if (option->get_name() == "--" + flag || option->check_name(flag)) return option;
    std::string own = option->get_name();
    std::transform(own.begin(), own.end(), own.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (own == flag) return option;  // positional: DATA
  }
  return nullptr;
}

std::vector<std::string> keys_of(CLI::App& command) {
  std::vector<std::string> keys;
  for (CLI::Option* option : command.get_options()) {
    std::string key = option->get_name();
    key.erase(0, key.find_first_not_of('-'));
    std::transform(key.begin(), key.end(), key.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (key != "help" && key != "config") keys.push_back(key);
  }
  return keys;
}

}  // namespace

void read_toml_options(CLI::App& command, const std::string& path) {
  const std::vector<std::byte> bytes = lamina::io::read_file(path, 1 << 20);
  toml::table table;
  try {
    table = toml::parse(std::string_view(reinterpret_cast<const char*>(bytes.data()), bytes.size()),
                        path);
  } catch (const toml::parse_error& error) {
    fail(path, error.source().begin,
         fmt::format("{} (texts stand in quotes: data = \"pictures\")", error.description()));
  }
  for (auto&& [name, value] : table) {
    const std::string key(name.str());
    CLI::Option* option = option_of(command, key);
    if (!option || key == "config" || key == "help") {
      fail(path, name.source().begin,
           fmt::format("there is no key '{}'{}", key, lamina::did_you_mean(key, keys_of(command))));
    }
    if (option->count() > 0) continue;
    const std::string text = text_of(value, path, key);
    if (option->get_expected_max() == 0 && text == "false") continue;
    try {
      option->add_result(text);
      option->run_callback();
    } catch (const CLI::ParseError& error) {
      fail(path, value.source().begin, fmt::format("{}: {}", key, error.what()));
    }
  }
}

}  // namespace cli
