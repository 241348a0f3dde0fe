// A function passed down the stack: two words, no allocation, no ownership. The callee may call it
// only until it returns; to keep a function, keep a std::function.
//
//   void for_each(int n, FunctionRef<void(int)> body);
//   for_each(10, [&](int i) { sum += i; });
#pragma once

#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

namespace lamina {

template <class Signature>
class FunctionRef;

template <class Result, class... Arguments>
class FunctionRef<Result(Arguments...)> {
 public:
  template <class F>
    requires(!std::is_same_v<std::remove_cvref_t<F>, FunctionRef> &&
             !std::is_function_v<std::remove_reference_t<F>> &&
             std::is_invocable_r_v<Result, F&, Arguments...>)
  FunctionRef(F&& function)
      : object_(const_cast<void*>(static_cast<const void*>(std::addressof(function)))),
        call_([](void* object, Arguments... arguments) -> Result {
          auto& f = *static_cast<std::remove_reference_t<F>*>(object);
          return static_cast<Result>(std::invoke(f, std::forward<Arguments>(arguments)...));
        }) {}

  // A plain function has no object; its address takes the object's place.
  FunctionRef(Result (*function)(Arguments...))
      : object_(reinterpret_cast<void*>(function)),
        call_([](void* object, Arguments... arguments) -> Result {
          auto f = reinterpret_cast<Result (*)(Arguments...)>(object);
          return f(std::forward<Arguments>(arguments)...);
        }) {}

  Result operator()(Arguments... arguments) const {
    return call_(object_, std::forward<Arguments>(arguments)...);
  }

 private:
  void* object_;
  Result (*call_)(void*, Arguments...);
};

}  // namespace lamina
