// lamina completion bash|zsh|fish: what a shell needs to complete subcommands and flags. Made from the
// subcommands themselves, so it never lags behind them.
#include <fmt/format.h>

#include "cli/command.h"

namespace cli {
namespace {

std::string flags_of(const CLI::App& command) {
  std::string out;
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) out += "--" + name + " ";
  }
  return out;
}

void print_bash(const CLI::App& app) {
  std::string names, cases;
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    names += command->get_name() + " ";
    cases += fmt::format("    {}) words=\"{}\" ;;\n", command->get_name(), flags_of(*command));
  }
  fmt::print(
      "_lamina() {{\n"
      "  local words=\"{}--help --version\" current=\"${{COMP_WORDS[COMP_CWORD]}}\"\n"
      "  [[ $COMP_CWORD -gt 1 ]] && case \"${{COMP_WORDS[1]}}\" in\n{}  esac\n"
      "  if [[ $COMP_CWORD -gt 1 && $current != -* ]]; then\n"
      "    COMPREPLY=($(compgen -f -- \"$current\"))\n"
      "  else\n"
      "    COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
      "  fi\n"
      "}}\n"
      "complete -o filenames -F _lamina lamina\n",
      names, cases);
}

std::string quoted(std::string text) {
  for (size_t at = 0; (at = text.find('\'', at)) != std::string::npos; at += 4)
    text.replace(at, 1, "'\\''");
  return "'" + text + "'";
}

void print_fish(const CLI::App& app) {
  for (const CLI::App* command : app.get_subcommands(nullptr)) {
    fmt::print("complete -c lamina -n __fish_use_subcommand -a {} -d {}\n", command->get_name(),
               quoted(command->get_description()));
    for (const CLI::Option* option : command->get_options()) {
      for (const std::string& name : option->get_lnames()) {
        fmt::print("complete -c lamina -n '__fish_seen_subcommand_from {}' -l {} -d {}\n",
                   command->get_name(), name, quoted(option->get_description()));
      }
    }
  }
}

}  // namespace

void add_completion(CLI::App& app) {
  auto* command =
      app.add_subcommand("completion", "Print a script that lets a shell complete this command");
  auto shell = std::make_shared<std::string>();
  command->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->footer(
      "Examples\n  eval \"$(lamina completion bash)\"                          # in ~/.bashrc\n"
      "  lamina completion fish > ~/.config/fish/completions/lamina.fish");
  command->callback([&app, shell] {
    if (*shell == "fish") return print_fish(app);
    if (*shell == "zsh") fmt::print("autoload -U +X bashcompinit && bashcompinit\n");
    print_bash(app);
  });
}

}  // namespace cli
