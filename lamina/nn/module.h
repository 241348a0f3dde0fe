// Module: a function with state, made of smaller ones. It owns parameters (trained), buffers (state
// that is not trained, such as running means) and child modules:
//
//   struct Block : nn::Module {
//     explicit Block(int channels) : channels(channels) {}
//     int channels;
//     nn::Conv2d& conv1 = add("conv1", nn::Conv2d(channels, channels, 3, {.padding = 1}));
//     nn::BatchNorm2d& bn1 = add("bn1", nn::BatchNorm2d(channels));
//     Array forward(Array x) override { return relu(x + bn1(conv1(x))); }
//     std::unique_ptr<Module> fresh() const override { return std::make_unique<Block>(channels); }
//   };
//
// `add` moves the child onto the heap, so the reference it returns stays good when the parent
// moves. Modules move, they do not copy; clone() copies deeply. `fresh` is needed for clone() only.
//
// Every module knows its path from the root ("features.0.conv1"): it is the prefix of its names in
// state_dict(), and stands in errors and profiles.
#pragma once

#include <concepts>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lamina/core/array.h"
#include "lamina/core/variable.h"
#include "lamina/nn/state_dict.h"

namespace lamina::nn {

// A variable that is not trained.
using Buffer = Parameter;

struct LoadOptions {
  bool strict = true;  // every name must be there, and no other
};

class Module {
 public:
  Module() = default;
  Module(Module&&) noexcept = default;
  Module& operator=(Module&&) noexcept = default;
  virtual ~Module() = default;

  // Runs forward; errors that arise in it say where. The argument is handed on, never kept.
  Array operator()(Array x);
  std::vector<Array> call(std::vector<Array> inputs);

  // What a module computes: one of the two. `forward_all` is for several inputs or outputs.
  virtual Array forward(Array x);
  virtual std::vector<Array> forward_all(std::vector<Array> inputs);

  // Children and state: for constructors. Names must be new and without dots.
  template <std::derived_from<Module> M>
  M& add(std::string_view name, M&& child) {
    auto owned = std::make_shared<M>(std::move(child));
    M& reference = *owned;
    add_shared(name, std::move(owned));
    return reference;
  }
  void add_shared(std::string_view name, std::shared_ptr<Module> child);
  Parameter parameter(std::string_view name, Array value);
  Buffer buffer(std::string_view name, Array value);
  // A parameter or buffer that exists already, perhaps in another module as well.
  void share_parameter(std::string_view name, Parameter parameter);
  void share_buffer(std::string_view name, Buffer buffer);

  // Gives a buffer its next value, which is computed together with whatever computes what it
  // depends on, or not at all. The only way in which forward may change state. Buffers of one call
  // change together.
  void update(const Buffer& buffer, Array value);
  void update(std::initializer_list<std::pair<const Buffer&, Array>> next);

  // Training mode, of this module and all below it: dropout and batch norm differ.
  Module& train(bool on = true);
  Module& eval() { return train(false); }
  bool training() const { return training_; }
  void set_training(bool on) { training_ = on; }  // of this module alone

  // The same state under the names that PyTorch gives: "features.conv1.weight". A variable that has
  // two places stands in `parameters` once.
  std::vector<Parameter> parameters() const;
  std::vector<std::pair<std::string, Parameter>> named_parameters() const;
  std::vector<std::pair<std::string, Buffer>> named_buffers() const;
  std::vector<std::pair<std::string, Module*>> named_modules();  // this one first, named ""
  std::vector<std::pair<std::string, const Module*>> named_modules() const;
  const std::vector<std::pair<std::string, std::shared_ptr<Module>>>& children() const {
    return children_;
  }

  // Of this module alone, by their names in it.
  const std::vector<std::pair<std::string, Parameter>>& own_parameters() const {
    return parameters_;
  }
  const std::vector<std::pair<std::string, Buffer>>& own_buffers() const { return buffers_; }

  StateDict state_dict() const;
  // Takes the values, cast to the types that are here. All or nothing: a KeyError lists what is
  // missing, unexpected or of another shape.
  void load_state_dict(const StateDict& state, LoadOptions options = {});

  Module& apply(const std::function<void(Module&)>& f);  // children first
  Module& requires_grad(bool on = true);                 // false freezes
  void zero_grad();
  int64_t parameter_count() const;

  std::unique_ptr<Module> clone() const;
  // A module made with the same arguments; its values do not matter.
  virtual std::unique_ptr<Module> fresh() const;

  const std::string& path() const { return path_; }
  virtual std::string kind() const;         // the type's name: "Linear"
  virtual std::string description() const;  // for messages: "Linear 512 -> 10"
  virtual std::string arguments() const;    // for printing: "512, 10, bias=false"

  // What another language keeps beside a module: how it was made there. Copies have it too.
  const std::shared_ptr<const void>& recipe() const { return recipe_; }
  void set_recipe(std::shared_ptr<const void> recipe) { recipe_ = std::move(recipe); }

 private:
  void set_path(std::string path);
  void check_name(std::string_view name) const;
  template <class F>
  auto run(F&& f);

  std::string path_;
  const char* origin_ = nullptr;  // the path as recorded values hold it
  bool training_ = true;
  std::shared_ptr<const void> recipe_;
  std::vector<std::pair<std::string, std::shared_ptr<Module>>> children_;
  std::vector<std::pair<std::string, Parameter>> parameters_;
  std::vector<std::pair<std::string, Buffer>> buffers_;
};

// A copy with values of its own, of the same type.
template <std::derived_from<Module> M>
M clone(const M& module) {
  return M(std::move(static_cast<M&>(*module.Module::clone())));
}

// Nested, one line a module, as PyTorch prints it.
std::string to_string(const Module& module);
std::ostream& operator<<(std::ostream& out, const Module& module);

// Where a value came from, for messages: "float32 [64, 256]  from classifier.1 (ReLU)".
std::string describe_input(const Array& x);

// Told of every module that has run, in this thread: how summary() learns shapes.
class CallObserver {
 public:
  CallObserver();
  virtual ~CallObserver();
  CallObserver(const CallObserver&) = delete;
  virtual void called(const Module& module, const Array& output) = 0;

 private:
  CallObserver* before_;
};

}  // namespace lamina::nn
