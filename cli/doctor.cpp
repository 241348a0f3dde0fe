// lamina doctor: what a report of a problem should begin with.
#include <dlfcn.h>
#include <fmt/format.h>
#include <link.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "cli/command.h"
#include "lamina/base/cpu_count.h"
#include "lamina/base/error.h"
#include "lamina/base/parallel_for.h"
#include "lamina/base/processor.h"
#include "lamina/base/version.h"
#include "lamina/core/allocator.h"
#include "lamina/data/digits.h"
#include "lamina/op/op.h"

namespace cli {
namespace {

// Of the instruction sets that kernels are chosen by, those that are here.
std::string processor_features() {
  std::string found;
  for (const char* name : {"sse4_2", "avx", "avx2", "fma", "f16c", "avx512f", "avx512bw",
                           "avx512_vnni", "avx512_bf16", "amx_tile", "amx_bf16", "asimd", "sve"}) {
    if (lamina::processor_has(name)) found += fmt::format("{} ", name);
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

std::string first_line(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// Of processors and memory for this process's group: version 2 of cgroups first, then version 1.
std::string group_limits() {
  std::string group = "/";
  std::ifstream memberships("/proc/self/cgroup");
  for (std::string line; std::getline(memberships, line);) {
    if (line.starts_with("0::")) group = line.substr(3);
  }
  std::string out;
  for (const std::string& place : {"/sys/fs/cgroup" + group, std::string("/sys/fs/cgroup")}) {
    const std::string cpu = first_line(place + "/cpu.max"),
                      memory = first_line(place + "/memory.max");
    if (out.empty() && !cpu.empty() && !cpu.starts_with("max"))
      out += fmt::format("cpu.max {}  ", cpu);
    if (!memory.empty() && memory != "max") {
      return out + fmt::format("memory.max {:.1f} GiB", gigabytes(std::stod(memory)));
    }
  }
  const std::string old = first_line("/sys/fs/cgroup/memory/memory.limit_in_bytes");
  if (!old.empty() && std::stod(old) < 1e15)
    out += fmt::format("memory {:.1f} GiB", gigabytes(std::stod(old)));
  return out.empty() ? "none" : out;
}

// The shared libraries that were loaded and are not the system's own.
std::vector<std::string> libraries() {
  std::vector<std::string> names;
  dl_iterate_phdr(
      [](dl_phdr_info* info, size_t, void* out) {
        const std::string name = std::filesystem::path(info->dlpi_name).filename().string();
        for (const char* own :
             {"liblamina", "libgomp", "libomp", "libdnnl", "libmkl", "libopenblas"}) {
          if (name.starts_with(own)) static_cast<std::vector<std::string>*>(out)->push_back(name);
        }
        return 0;
      },
      &names);
  return names;
}

// What slows a training down or stops it; one sentence each.
std::vector<std::string> findings() {
  std::vector<std::string> found;
  const std::string features = " " + processor_features();
  if (features.find(" avx2 ") == std::string::npos &&
      features.find(" asimd ") == std::string::npos) {
    found.push_back(
        "this processor has neither AVX2 nor NEON: everything runs, several times slower");
  }
  if (onednn_version().starts_with("not"))
    found.push_back("oneDNN is missing: convolutions are slower without it");
  if (lamina::thread_count() < lamina::available_processors()) {
    found.push_back(
        fmt::format("{} of {} processors are used; LAMINA_THREADS or OMP_NUM_THREADS says so",
                    lamina::thread_count(), lamina::available_processors()));
  }
  const char* waiting = std::getenv("OMP_WAIT_POLICY");
  if (waiting && (*waiting == 'p' || *waiting == 'P')) {
    found.push_back(
        "OMP_WAIT_POLICY=passive makes each parallel loop tens of microseconds slower; unset it");
  }
  if (const std::string data = data_file(); !data.starts_with("/")) found.push_back(data);
  if (lamina::memory_statistics().limit < size_t{1} << 30) {
    found.push_back("less than 1 GiB for arrays: use small batches");
  }
  return found;
}

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
  fmt::print("processor   {}\n", lamina::processor_name());
  fmt::print("features    {}\n", processor_features());
  fmt::print("processors  {} usable\n", lamina::available_processors());
  fmt::print("threads     {}\n", lamina::thread_count());
  fmt::print("memory      {:.1f} GiB, at most {:.1f} GiB for arrays\n", gigabytes(memory),
             gigabytes(static_cast<double>(lamina::memory_statistics().limit)));
  fmt::print("limits      {}\n", group_limits());
  fmt::print("data        {}\n", data_file());
  const std::vector<std::string> loaded = libraries(), found = findings();
  fmt::print("libraries   {}\n", fmt::join(loaded, " "));
  if (found.empty()) fmt::print("verdict     all is well\n");
  for (const std::string& finding : found) fmt::print("verdict     {}\n", finding);
}

}  // namespace

void add_doctor(CLI::App& app) {
  auto* command = app.add_subcommand(
      "doctor", "Show versions, processor, threads, limits, libraries, and whether all is well");
  command->callback([] { run(); });
}

}  // namespace cli
