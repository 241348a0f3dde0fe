// Every mistake a user can make ends in one of these types. An error says where it happened, what came,
// what was expected and what to do:
//
//   throw ShapeError("matmul: expected 512 rows in argument b, got 256")
//       .detail("a", "float32 [64, 512]")
//       .detail("b", "float32 [256, 10]")
//       .help("transpose b, or check the layer before");
//
// prints
//
//   matmul: expected 512 rows in argument b, got 256
//     a          float32 [64, 512]
//     b          float32 [256, 10]
//     help       transpose b, or check the layer before
//
// Asserts (LAMINA_ASSERT) are for our own bugs only, and throw InternalError: nothing may end the process.
#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace lamina {

class Error : public std::exception {
 public:
  explicit Error(std::string message) : message_(std::move(message)) {}

  const char* what() const noexcept override;      // the whole text, built at the first call
  virtual const char* kind() const noexcept = 0;   // the type's name: "ShapeError"

  const std::string& message() const { return message_; }
  const std::string& where() const { return where_; }  // the module path, outermost first; may be empty
  const std::vector<std::pair<std::string, std::string>>& details() const { return details_; }

  // Adds the path of the module in which the error arose. The innermost module calls first and its
  // description wins; outer modules only make the path longer.
  void in_module(std::string_view name, std::string_view description);
  void add_detail(std::string label, std::string value);

 private:
  std::string message_, where_, where_description_;
  std::vector<std::pair<std::string, std::string>> details_;
  mutable std::string what_;
};

// What the error types share: detail() and help() keep the type, so that `throw` does not slice.
template <class Self>
class TypedError : public Error {
 public:
  using Error::Error;
  Self& detail(std::string label, std::string value) {
    add_detail(std::move(label), std::move(value));
    return static_cast<Self&>(*this);
  }
  Self& help(std::string advice) { return detail("help", std::move(advice)); }
};

#define LAMINA_ERROR_TYPE(Name)                                     \
  class Name : public TypedError<Name> {                            \
   public:                                                          \
    using TypedError<Name>::TypedError;                             \
    const char* kind() const noexcept override { return #Name; }    \
  };

LAMINA_ERROR_TYPE(ShapeError)     // sizes or ranks that do not fit together
LAMINA_ERROR_TYPE(DTypeError)     // an element type that the operation does not take
LAMINA_ERROR_TYPE(ValueError)     // an argument outside its range: an axis, a label, an option
LAMINA_ERROR_TYPE(OverflowError)  // a number that the element type cannot hold
LAMINA_ERROR_TYPE(IndexError)     // an index outside an axis or a list
LAMINA_ERROR_TYPE(KeyError)       // a name that does not exist: a parameter, an option, an op
LAMINA_ERROR_TYPE(FileError)      // a file that is missing, truncated, damaged or foreign
LAMINA_ERROR_TYPE(OutOfMemory)    // an allocation over the limit
LAMINA_ERROR_TYPE(StaleTape)      // backward through values whose tape has ended
LAMINA_ERROR_TYPE(GradientError)  // a gradient that does not exist or was cut
LAMINA_ERROR_TYPE(StateError)     // a call that must come after another one (fit before compile, ..)
LAMINA_ERROR_TYPE(InternalError)  // a bug of ours
#undef LAMINA_ERROR_TYPE

#define LAMINA_ASSERT(condition)                                                                  \
  do {                                                                                            \
    if (!(condition)) ::lamina::assertion_failed(#condition, __FILE__, __LINE__);                 \
  } while (false)
[[noreturn]] void assertion_failed(const char* condition, const char* file, int line);

}  // namespace lamina
