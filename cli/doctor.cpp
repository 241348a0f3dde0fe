// lamina doctor: what a report of a problem should begin with.
#include <dlfcn.h>
#include <fmt/format.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "cli/command.h"
#include "lamina/base/cpu_count.h"
#include "lamina/base/error.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/version.h"
#include "lamina/core/allocator.h"
#include "lamina/data/digits.h"
#include "lamina/op/op.h"

namespace cli {
namespace {

// The value after ':' of the first line that starts with `name`.
std::string processor_field(const std::string& name) {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    const size_t colon = line.find(':');
    if (line.starts_with(name) && colon != std::string::npos && colon + 2 <= line.size())
      return line.substr(colon + 2);
  }
  return "unknown";
}

// Of the instruction sets that kernels are chosen by, those that are here.
std::string processor_features() {
  std::string flags = " " + processor_field("flags") + " " + processor_field("Features") + " ",
              found;
  for (const char* name : {"sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw",
                           "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16", "asimd", "sve"}) {
    if (flags.find(fmt::format(" {} ", name)) != std::string::npos)
      found += fmt::format("{} ", name);
  }
  return found.empty() ? "none known" : found;
}

// oneDNN is asked through its own symbol: it may be absent, and no header of it is needed here.
std::string onednn_version() {
  struct Version {
    int major, minor, patch;
  };
  using Getter = const Version* (*)();
  const auto getter = reinterpret_cast<Getter>(dlsym(RTLD_DEFAULT, "dnnl_version"));
  if (!getter) return "not found: convolutions and products use own kernels";
  const Version* v = getter();
  return fmt::format("{}.{}.{}", v->major, v->minor, v->patch);
}

std::string data_file() {
  try {
    return lamina::data::shipped_file("digits.npy");
  } catch (const lamina::Error& error) {
    return error.message();
  }
}

double gigabytes(double bytes) { return bytes / (1 << 30); }

void run() {
  utsname system{};
  uname(&system);
  const double memory =
      static_cast<double>(sysconf(_SC_PHYS_PAGES)) * static_cast<double>(sysconf(_SC_PAGESIZE));
  fmt::print("lamina      {}\n", lamina::version());
  fmt::print("compiler    {}\n", __VERSION__);
  fmt::print("oneDNN      {}\n", onednn_version());
  fmt::print("operations  {}\n", lamina::op::all().size());
  fmt::print("system      {} {} {}\n", system.sysname, system.release, system.machine);
  fmt::print("processor   {}\n", processor_field("model name"));
  fmt::print("features    {}\n", processor_features());
  fmt::print("processors  {} usable\n", lamina::available_processors());
  fmt::print("threads     {}\n", lamina::thread_count());
  fmt::print("memory      {:.1f} GiB, at most {:.1f} GiB for arrays\n", gigabytes(memory),
             gigabytes(static_cast<double>(lamina::memory_statistics().limit)));
  fmt::print("data        {}\n", data_file());
}

}  // namespace

void add_doctor(CLI::App& app) {
  auto* command = app.add_subcommand("doctor", "Show versions, processor, threads and memory");
  command->callback([] { run(); });
}

}  // namespace cli
