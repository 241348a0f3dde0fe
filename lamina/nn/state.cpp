// A module's state: its names, saving it, loading it, copying it.
#include <algorithm>
#include <unordered_set>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ir/node.h"
#include "lamina/nn/init.h"
#include "lamina/nn/module.h"
#include "lamina/op/graph_scope.h"
#include "lamina/op/recording.h"
#include "lamina/ops/elementwise.h"

namespace lamina::nn {
namespace {

std::string prefixed(const std::string& prefix, const std::string& name) {
  return prefix.empty() || name.empty() ? prefix + name : text(prefix, ".", name);
}

// Calls f(name, module) for a module and all below it, parents first; names are relative to the
// first.
template <class M, class F>
void each_module(M& module, const std::string& name, const F& f) {
  f(name, module);
  for (auto& [child_name, child] : module.children()) {
    each_module<M>(*child, prefixed(name, child_name), f);
  }
}

// What load_state_dict has to say, all at once.
struct Mismatches {
  std::vector<std::string> missing, unexpected, different;
  bool any() const { return !missing.empty() || !unexpected.empty() || !different.empty(); }
};

std::string shortened(const std::vector<std::string>& names) {
  constexpr size_t kShown = 12;
  std::vector<std::string> shown(names.begin(), names.begin() + std::min(names.size(), kShown));
  if (names.size() > kShown) shown.push_back(text("and ", names.size() - kShown, " more"));
  return list_text(shown, "", "");
}

}  // namespace

const Array* find(const StateDict& state, std::string_view name) {
  for (const auto& [key, value] : state) {
    if (key == name) return &value;
  }
  return nullptr;
}

Array detached(const Array& value) {
  value.eval();
  const Node* node = value.node();
  NodeValue own;
  if (node->value.strides && is_dense(node->spec.shape, *node->value.strides)) {
    own.storage = node->value.storage;
    own.offset = node->value.offset;
    own.strides = std::make_unique<Strides>(*node->value.strides);
  } else {
    HostValue row_major = host_value(value);
    own.storage = std::move(row_major.storage);
    own.offset = row_major.offset;
  }
  return make_leaf(node->spec, std::move(own));
}

std::vector<std::pair<std::string, Module*>> Module::named_modules() {
  std::vector<std::pair<std::string, Module*>> list;
  each_module<Module>(*this, "",
                      [&](const std::string& name, Module& m) { list.emplace_back(name, &m); });
  return list;
}

std::vector<std::pair<std::string, const Module*>> Module::named_modules() const {
  std::vector<std::pair<std::string, const Module*>> list;
  each_module<const Module>(
      *this, "", [&](const std::string& name, const Module& m) { list.emplace_back(name, &m); });
  return list;
}

std::vector<std::pair<std::string, Parameter>> Module::named_parameters() const {
  std::vector<std::pair<std::string, Parameter>> list;
  for (const auto& [path, module] : named_modules()) {
    for (const auto& [name, parameter] : module->parameters_)
      list.emplace_back(prefixed(path, name), parameter);
  }
  return list;
}

std::vector<std::pair<std::string, Buffer>> Module::named_buffers() const {
  std::vector<std::pair<std::string, Buffer>> list;
  for (const auto& [path, module] : named_modules()) {
    for (const auto& [name, buffer] : module->buffers_)
      list.emplace_back(prefixed(path, name), buffer);
  }
  return list;
}

std::vector<Parameter> Module::parameters() const {
  std::vector<Parameter> list;
  std::unordered_set<const Variable*> seen;
  for (const auto& [name, parameter] : named_parameters()) {
    if (seen.insert(parameter.variable().get()).second) list.push_back(parameter);
  }
  return list;
}

int64_t Module::parameter_count() const {
  int64_t count = 0;
  for (const Parameter& parameter : parameters()) count += parameter.value().size();
  return count;
}

StateDict Module::state_dict() const {
  StateDict state;
  for (const auto& [path, module] : named_modules()) {
    for (const auto& [name, p] : module->parameters_)
      state.emplace_back(prefixed(path, name), p.value());
    for (const auto& [name, b] : module->buffers_)
      state.emplace_back(prefixed(path, name), b.value());
  }
  return state;
}

void Module::load_state_dict(const StateDict& state, LoadOptions options) {
  std::vector<std::pair<Parameter, const Array*>> assignments;
  std::unordered_set<std::string> known;
  Mismatches wrong;
  auto look_up = [&](const std::string& name, const Parameter& variable) {
    known.insert(name);
    const Array* value = find(state, name);
    if (!value) {
      wrong.missing.push_back(name);
    } else if (!(value->shape() == variable.shape())) {
      wrong.different.push_back(text(name, " ", value->shape(), " for ", variable.shape()));
    } else {
      assignments.emplace_back(variable, value);
    }
  };
  for (const auto& [path, module] : named_modules()) {
    for (const auto& [name, parameter] : module->parameters_)
      look_up(prefixed(path, name), parameter);
    for (const auto& [name, buffer] : module->buffers_) look_up(prefixed(path, name), buffer);
  }
  for (const auto& [name, value] : state) {
    if (!known.count(name)) wrong.unexpected.push_back(name);
  }
  if (!options.strict) wrong.missing.clear(), wrong.unexpected.clear();
  if (wrong.any()) {
    KeyError error(text("load_state_dict: the state does not fit this ", kind()));
    if (!wrong.missing.empty()) error.detail("missing", shortened(wrong.missing));
    if (!wrong.unexpected.empty()) error.detail("unexpected", shortened(wrong.unexpected));
    if (!wrong.different.empty()) error.detail("shapes", shortened(wrong.different));
    throw error.help("nothing was loaded; strict=false ignores missing and unexpected names");
  }
  std::vector<Array> values;
  for (const auto& [variable, value] : assignments) {
    values.push_back(detached(astype(*value, variable.dtype())));
  }
  for (size_t i = 0; i < values.size(); ++i) assignments[i].first->set_value(std::move(values[i]));
}

std::unique_ptr<Module> Module::fresh() const {
  throw StateError(text("clone: a ", kind(), " does not say how to make another one"))
      .help(text("override fresh() in ", kind(), ": return std::make_unique<", kind(),
                 ">(..) with the arguments of this one"));
}

std::unique_ptr<Module> Module::clone() const {
  std::unique_ptr<Module> copy;
  {
    init::Skip values_come_from_here;
    copy = fresh();
  }
  copy->load_state_dict(state_dict());
  auto mine = named_modules();
  auto theirs = copy->named_modules();
  LAMINA_ASSERT(mine.size() == theirs.size());
  for (size_t i = 0; i < mine.size(); ++i) {
    theirs[i].second->training_ = mine[i].second->training_;
    theirs[i].second->recipe_ = mine[i].second->recipe_;
  }
  auto parameters = named_parameters(), copies = copy->named_parameters();
  for (size_t i = 0; i < parameters.size(); ++i) {
    copies[i].second->set_trainable(parameters[i].second->trainable());
  }
  return copy;
}

namespace {

// A function that is recorded once may run any number of times, or not at all.
void check_state_may_change(const Module& module) {
  if (const GraphScope* scope = GraphScope::innermost()) {
    throw StateError(text(module.kind(), " changes its state inside the function of ", scope->what()))
        .help("put it into evaluation mode, or carry the state through the loop");
  }
}

}  // namespace

// A recomputation repeats what has been recorded, and its updates with it: they are left out.
void Module::update(std::initializer_list<std::pair<const Buffer&, Array>> next) {
  if (recording().replay) return;
  check_state_may_change(*this);
  std::vector<BufferUpdate> updates;
  for (const auto& [buffer, value] : next) updates.push_back({buffer.variable(), value});
  update_variables(std::move(updates));
}

void Module::update(const Buffer& buffer, Array value) {
  if (recording().replay) return;
  check_state_may_change(*this);
  update_variables({{buffer.variable(), std::move(value)}});
}

}  // namespace lamina::nn
