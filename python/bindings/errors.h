// Errors on their way to Python: a lamina::Error becomes the class of its name in lamina/errors.py.
#pragma once

#include <Python.h>

#include <exception>
#include <utility>

namespace lamina::python {

// Sets the Python error that belongs to the exception; to be called from a catch block or a
// translator.
void set_python_error(const std::exception_ptr& exception) noexcept;

// Runs the body of a type slot: C++ exceptions must not reach the interpreter.
template <class F>
auto guard(F&& body, decltype(body()) failure = {}) noexcept -> decltype(body()) {
  try {
    return std::forward<F>(body)();
  } catch (...) {
    set_python_error(std::current_exception());
    return failure;
  }
}

// Lets other Python threads run while a program does.
class ReleaseGil {
 public:
  ReleaseGil() : state_(PyEval_SaveThread()) {}
  ~ReleaseGil() { PyEval_RestoreThread(state_); }
  ReleaseGil(const ReleaseGil&) = delete;

 private:
  PyThreadState* state_;
};

}  // namespace lamina::python
