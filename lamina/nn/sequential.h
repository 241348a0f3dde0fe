#pragma once

#include <initializer_list>

#include "lamina/nn/module.h"

namespace lamina::nn {

// Modules one after the other; their names are "0", "1", ..
//
//   nn::Sequential model{nn::Linear(64, 128), nn::ReLU(), nn::Linear(128, 10)};
//
// Modules are moved in. In braces a Sequential is an element like any other: Sequential{Sequential{..}} has one
// child. To move a whole one, write Sequential b(std::move(a)).
class Sequential : public Module {
 public:
  // An element of the list: any module, on its way in.
  class Element {
   public:
    template <std::derived_from<Module> M>
    Element(M&& module) : module_(std::make_shared<M>(std::move(module))) {}
    Element(std::shared_ptr<Module> module) : module_(std::move(module)) {}
    std::shared_ptr<Module> take() const { return std::move(module_); }

   private:
    mutable std::shared_ptr<Module> module_;  // lists are const, but each element is taken once
  };

  Sequential() = default;
  Sequential(Sequential&&) noexcept = default;
  Sequential& operator=(Sequential&&) noexcept = default;
  Sequential(std::initializer_list<Element> modules);
  template <class... M>
    requires(sizeof...(M) > 1 && (std::derived_from<M, Module> && ...))
  explicit Sequential(M&&... modules) : Sequential({Element(std::move(modules))...}) {}

  void append(Element module);
  size_t size() const { return children().size(); }
  Module& operator[](int64_t index) const;  // negative counts from the end

  Array forward(Array x) override;
  std::unique_ptr<Module> fresh() const override;
};

}  // namespace lamina::nn
