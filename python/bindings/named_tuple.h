// Results with several parts: tuples whose parts have names, as the array API standard asks.
#pragma once

#include <initializer_list>
#include <string>

#include "casters.h"

namespace lamina::python {

// A collections.namedtuple type, made at its first use: importing the package stays cheap.
class NamedTuple {
 public:
  NamedTuple(const char* name, std::initializer_list<const char*> fields)
      : name_(name), fields_(fields) {}

  template <class... Parts>
  nb::object operator()(Parts&&... parts) {
    if (!type_.is_valid()) make();
    return nb::borrow(type_)(nb::cast(std::forward<Parts>(parts))...);
  }

 private:
  void make() {
    nb::list fields;
    for (const char* field : fields_) fields.append(field);
    nb::object type = nb::module_::import_("collections").attr("namedtuple")(name_, fields);
    type.attr("__module__") = "lamina";
    type_ = type.release();
  }
  const char* name_;
  std::vector<const char*> fields_;
  nb::handle type_;
};

}  // namespace lamina::python
