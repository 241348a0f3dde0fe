#include "lamina/nn/module.h"

#include <cxxabi.h>

#include <algorithm>
#include <cstdlib>
#include <ostream>
#include <typeinfo>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/ir/node.h"
#include "lamina/op/op.h"
#include "lamina/op/recording.h"

namespace lamina::nn {
namespace {

thread_local constinit CallObserver* observer = nullptr;
thread_local constinit const Module* outermost = nullptr;  // of the modules that are running

// While a module runs, what is recorded says so.
class Running {
 public:
  Running(const Module& module, const char* origin)
      : origin_before_(std::exchange(recording().origin, origin)), outermost_before_(outermost) {
    if (!outermost) outermost = &module;
  }
  ~Running() {
    recording().origin = origin_before_;
    outermost = outermost_before_;
  }
  Running(const Running&) = delete;

 private:
  const char* origin_before_;
  const Module* outermost_before_;
};

std::string joined(std::string_view path, std::string_view name) {
  return path.empty() ? std::string(name) : text(path, ".", name);
}

// The innermost module that an error passes names itself; a root has no path, so it gives what it is.
void locate(Error& error, const Module& module) {
  if (!error.where().empty()) return;
  if (module.path().empty()) {
    error.in_module(module.description(), "");
  } else {
    error.in_module(module.path(), module.description());
  }
}

}  // namespace

CallObserver::CallObserver() : before_(std::exchange(observer, this)) {}
CallObserver::~CallObserver() { observer = before_; }

template <class F>
auto Module::run(F&& f) {
  if (!origin_) {
    OriginScope intern(path_);
    origin_ = recording().origin;
  }
  Running running(*this, origin_);
  try {
    return f();
  } catch (Error& error) {
    locate(error, *this);
    throw;
  }
}

Array Module::operator()(Array x) {
  Array y = run([&] {
    if (!x) throw StateError("the input is an empty Array");
    return forward(std::move(x));
  });
  if (observer) observer->called(*this, y);
  return y;
}

std::vector<Array> Module::call(std::vector<Array> inputs) {
  std::vector<Array> outputs = run([&] { return forward_all(std::move(inputs)); });
  if (observer && !outputs.empty()) observer->called(*this, outputs[0]);
  return outputs;
}

Array Module::forward(Array) {
  throw StateError(text(kind(), " has no forward for one input"))
      .help("override forward(Array), or call it with the inputs that forward_all takes");
}

std::vector<Array> Module::forward_all(std::vector<Array> inputs) {
  if (inputs.size() != 1) {
    throw ValueError(text(kind(), " takes one input, got ", inputs.size()))
        .help("override forward_all(std::vector<Array>) for several");
  }
  std::vector<Array> outputs;
  outputs.push_back(forward(std::move(inputs[0])));
  return outputs;
}

void Module::check_name(std::string_view name) const {
  auto taken = [&](const auto& list) {
    return std::any_of(list.begin(), list.end(), [&](const auto& item) { return item.first == name; });
  };
  if (name.empty() || name.find('.') != std::string_view::npos) {
    throw ValueError(text(kind(), ": '", name, "' cannot be a name: it is empty or has a dot"));
  }
  if (taken(children_) || taken(parameters_) || taken(buffers_)) {
    throw ValueError(text(kind(), ": there is a '", name, "' already")).help("give it another name");
  }
}

void Module::add_shared(std::string_view name, std::shared_ptr<Module> child) {
  check_name(name);
  if (!child) throw StateError(text(kind(), ": the module '", name, "' is null"));
  child->set_path(joined(path_, name));
  children_.emplace_back(name, std::move(child));
}

Parameter Module::parameter(std::string_view name, Array value) {
  Parameter parameter(detached(value));
  share_parameter(name, parameter);
  return parameter;
}

Buffer Module::buffer(std::string_view name, Array value) {
  Buffer buffer(detached(value), false);
  share_buffer(name, buffer);
  return buffer;
}

void Module::share_parameter(std::string_view name, Parameter parameter) {
  check_name(name);
  if (!parameter) throw StateError(text(kind(), ": the parameter '", name, "' is empty"));
  parameter->name = joined(path_, name);
  parameters_.emplace_back(name, std::move(parameter));
}

void Module::share_buffer(std::string_view name, Buffer buffer) {
  check_name(name);
  if (!buffer) throw StateError(text(kind(), ": the buffer '", name, "' is empty"));
  buffer->name = joined(path_, name);
  buffers_.emplace_back(name, std::move(buffer));
}

void Module::set_path(std::string path) {
  path_ = std::move(path);
  origin_ = nullptr;
  for (auto& [name, parameter] : parameters_) parameter->name = joined(path_, name);
  for (auto& [name, buffer] : buffers_) buffer->name = joined(path_, name);
  for (auto& [name, child] : children_) child->set_path(joined(path_, name));
}

Module& Module::train(bool on) {
  return apply([on](Module& module) { module.training_ = on; });
}

Module& Module::apply(const std::function<void(Module&)>& f) {
  for (auto& [name, child] : children_) child->apply(f);
  f(*this);
  return *this;
}

Module& Module::requires_grad(bool on) {
  for (const Parameter& parameter : parameters()) parameter->set_trainable(on);
  return *this;
}

void Module::zero_grad() {
  for (const Parameter& parameter : parameters()) parameter->set_grad({});
}

std::string Module::kind() const {
  int status = 0;
  char* demangled = abi::__cxa_demangle(typeid(*this).name(), nullptr, nullptr, &status);
  std::string name = status == 0 ? demangled : typeid(*this).name();
  std::free(demangled);
  size_t scope = name.rfind("::", name.find('<'));
  return scope == std::string::npos ? name : name.substr(scope + 2);
}

std::string Module::description() const { return kind(); }
std::string Module::arguments() const { return ""; }

std::string to_string(const Module& module) {
  std::string out = text(module.kind(), "(", module.arguments());
  if (module.children().empty()) return out + ")";
  for (const auto& [name, child] : module.children()) {
    out += text("\n  (", name, "): ");
    for (char c : to_string(*child)) out += c == '\n' ? std::string("\n  ") : std::string(1, c);
  }
  return out + "\n)";
}

std::ostream& operator<<(std::ostream& out, const Module& module) { return out << to_string(module); }

std::string describe_input(const Array& x) {
  std::string out = describe(x);
  const char* origin = x ? x.node()->origin : nullptr;
  if (!origin || !*origin || !outermost) return out;
  out += text("  from ", origin);
  for (const auto& [name, module] : outermost->named_modules()) {
    if (module->path() == origin) out += text(" (", module->kind(), ")");
  }
  return out;
}

}  // namespace lamina::nn
