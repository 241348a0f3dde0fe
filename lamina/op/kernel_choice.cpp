#include "lamina/op/kernel_choice.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <mutex>
#include <sstream>
#include <string_view>
#include <utility>

#include "lamina/base/environment.h"
#include "lamina/base/processor.h"
#include "lamina/base/text.h"
#include "lamina/io/atomic_write.h"
#include "lamina/op/epilogue.h"
#include "lamina/op/op.h"

namespace lamina::backend {
namespace {

constexpr size_t kMostChoices = 4096;
constexpr size_t kLongestLine = 4096;
thread_local WatchRequests* watching = nullptr;

std::string heading() { return text("lamina tuned 1, ", processor_name()); }

std::string operand_text(const Operand& operand) {
  std::string out = text(operand.dtype, operand.shape);
  if (operand.strides != row_major_strides(operand.shape))
    out += text(" strides ", IntList(operand.strides.begin(), operand.strides.end()));
  return operand.stable ? out + " stable" : out;
}

class Choices {
 public:
  static Choices& all() {
    static auto* choices = new Choices;
    return *choices;
  }

  std::string find(const KernelRequest& request) {
    const std::lock_guard lock(mutex_);
    read_once();
    if (by_key_.empty() || request.deterministic || request.loop) return "";
    const auto found = by_key_.find(choice_key(request));
    return found == by_key_.end() ? "" : found->second;
  }
  void set(const std::string& key, const std::string& kernel) {
    const std::lock_guard lock(mutex_);
    read_once();
    add(key, kernel);
  }
  void forget() {
    const std::lock_guard lock(mutex_);
    read_ = true;
    by_key_.clear();
  }
  size_t count() {
    const std::lock_guard lock(mutex_);
    read_once();
    return by_key_.size();
  }
  std::string to_string() {
    const std::lock_guard lock(mutex_);
    std::string out = heading() + "\n";
    for (const auto& [key, kernel] : by_key_) out += text(kernel, "\t", key, "\n");
    return out;
  }

 private:
  void add(std::string_view key, std::string_view kernel) {
    if (key.empty() || kernel.empty() || key.size() + kernel.size() + 2 > kLongestLine) return;
    if (by_key_.size() >= kMostChoices && !by_key_.contains(key)) by_key_.erase(by_key_.begin());
    by_key_.insert_or_assign(std::string(key), std::string(kernel));
  }
  void read_once() {
    if (std::exchange(read_, true)) return;
    if (const std::string path = kernel_choice_path(); !path.empty()) read(path);
  }
  void read(const std::string& path) {
    std::ifstream file(path);
    if (!file) return;
    std::string buffer(kLongestLine, '\0');
    const auto next = [&]() -> std::string_view {  // too long a line ends the reading
      file.getline(buffer.data(), static_cast<std::streamsize>(buffer.size()));
      return file ? std::string_view(buffer.data()) : std::string_view();
    };
    if (next() != heading()) return;
    for (size_t k = 0; k < kMostChoices && file; ++k) {
      const std::string_view line = next();
      const size_t tab = line.find('\t');
      if (tab != std::string_view::npos) add(line.substr(tab + 1), line.substr(0, tab));
    }
  }

  std::mutex mutex_;
  bool read_ = false;
  std::map<std::string, std::string, std::less<>> by_key_;
};

}  // namespace

std::string choice_key(const KernelRequest& request) {
  if (request.loop || !request.op) return "";
  std::string out = text(request.op->name, "(", attributes_text(request.attributes_owner.get()), ")");
  for (const Operand& input : request.inputs) out += text(" ", operand_text(input));
  out += " ->";
  for (const Operand& output : request.outputs) out += text(" ", operand_text(output));
  if (request.epilogue) {
    for (const EpilogueStep& step : request.epilogue->steps)
      out += text(", ", step.op->name, "(", attributes_text(step.attributes.get()), ")");
  }
  return out + text(", ", request.threads, request.threads == 1 ? " thread" : " threads");
}

std::string chosen_kernel(const KernelRequest& request) { return Choices::all().find(request); }
void choose_kernel(const std::string& key, const std::string& kernel) {
  Choices::all().set(key, kernel);
}
size_t kernel_choice_count() { return Choices::all().count(); }
void forget_kernel_choices() { Choices::all().forget(); }

std::string kernel_choice_path() {
  const std::string named = environment::string("LAMINA_TUNED");
  if (!named.empty()) return named == "0" ? "" : named;
  const auto folder_in = [](const char* variable) {
    const char* value = std::getenv(variable);
    return value && *value ? std::string(value) : std::string();
  };
  std::string cache = folder_in("XDG_CACHE_HOME");
  if (cache.empty() && !folder_in("HOME").empty()) cache = folder_in("HOME") + "/.cache";
  return cache.empty() ? "" : cache + "/lamina/tuned.txt";
}

void save_kernel_choices() {
  const std::string path = kernel_choice_path();
  if (path.empty()) return;
  std::error_code ignored;  // what is wrong with the folder, writing says
  std::filesystem::create_directories(std::filesystem::path(path).parent_path(), ignored);
  io::atomic_write(path, std::string_view(Choices::all().to_string()));
}


WatchRequests::WatchRequests(std::function<void(const KernelRequest&)> watcher)
    : watcher_(std::move(watcher)), before_(std::exchange(watching, this)) {}
WatchRequests::~WatchRequests() { watching = before_; }
void WatchRequests::notify(const KernelRequest& request) {
  if (watching) watching->watcher_(request);
}

}  // namespace lamina::backend
