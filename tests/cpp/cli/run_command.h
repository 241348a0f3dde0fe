// Runs the command that was built beside this test.
#pragma once

#include <sys/wait.h>

#include <cstdio>
#include <filesystem>
#include <stdexcept>
#include <string>

struct CommandResult {
  int exit_code = -1;
  std::string output;  // both streams
};

inline CommandResult run_lamina(const std::string& arguments) {
  const auto here = std::filesystem::read_symlink("/proc/self/exe").parent_path();
  const std::string line = (here / "lamina").string() + " " + arguments + " 2>&1 < /dev/null";
  FILE* pipe = popen(line.c_str(), "r");
  if (!pipe) throw std::runtime_error("popen failed");
  CommandResult result;
  char buffer[4096];
  for (size_t n; (n = std::fread(buffer, 1, sizeof buffer, pipe)) > 0;)
    result.output.append(buffer, n);
  const int status = pclose(pipe);
  result.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  return result;
}
