// Attributes: the integers, flags, axes and element types that belong to a node's structure. (Floating-point
// numbers are inputs, never attributes: they change from run to run and must not change the program.)
//
// An op declares them once, as a plain struct with a visitor:
//
//   struct Attributes {
//     IntList axes;
//     bool keepdims = false;
//     template <class V> void fields(V&& v) { v("axes", axes), v("keepdims", keepdims); }
//   };
//
// from which come comparing, the program key, printing, parsing and keyword arguments.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lamina/base/ref.h"
#include "lamina/core/dtype.h"
#include "lamina/core/shape.h"

namespace lamina {

// What a field can be. A visitor is called with the field's name and a pointer to it.
class FieldVisitor {
 public:
  virtual ~FieldVisitor() = default;
  virtual void operator()(const char* name, int64_t& value) = 0;
  virtual void operator()(const char* name, bool& value) = 0;
  virtual void operator()(const char* name, IntList& value) = 0;
  virtual void operator()(const char* name, DType& value) = 0;
};

class AttributesBase : public RefCounted {
 public:
  virtual ~AttributesBase() = default;
  virtual void visit(FieldVisitor& visitor) = 0;  // may change the fields: only before the node is recorded
  virtual void write_key(std::vector<uint32_t>& key) const = 0;
  virtual const void* data() const = 0;
  virtual AttributesBase* clone() const = 0;

  template <class A>
  const A& as() const {
    return *static_cast<const A*>(data());
  }
};
using AttributesRef = Ref<AttributesBase>;

namespace detail {
struct KeyVisitor {
  std::vector<uint32_t>& key;
  void add(int64_t value) const {
    key.push_back(static_cast<uint32_t>(value));
    key.push_back(static_cast<uint32_t>(static_cast<uint64_t>(value) >> 32));
  }
  void operator()(const char*, int64_t value) const { add(value); }
  void operator()(const char*, bool value) const { key.push_back(value); }
  void operator()(const char*, DType value) const { key.push_back(static_cast<uint32_t>(value)); }
  void operator()(const char*, const IntList& values) const {
    key.push_back(static_cast<uint32_t>(values.size()));
    for (int64_t value : values) add(value);
  }
};
}  // namespace detail

template <class A>
class AttributesOf final : public AttributesBase {
 public:
  explicit AttributesOf(A value) : value_(std::move(value)) {}
  void visit(FieldVisitor& visitor) override { value_.fields(visitor); }
  void write_key(std::vector<uint32_t>& key) const override {
    const_cast<A&>(value_).fields(detail::KeyVisitor{key});
  }
  const void* data() const override { return &value_; }
  AttributesBase* clone() const override { return new AttributesOf(value_); }

 private:
  A value_;
};

template <class A>
AttributesRef make_attributes(A value) {
  return AttributesRef(new AttributesOf<A>(std::move(value)));
}

// "axes=[0, 1], keepdims=true"; empty for none.
std::string attributes_text(const AttributesBase* attributes);

// Sets one field from its printed form; KeyError when there is no such field, ValueError when the text does
// not fit its type.
void set_field(AttributesBase& attributes, std::string_view name, std::string_view value);

}  // namespace lamina
