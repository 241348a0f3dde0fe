// DLPack 1.x as it lies in memory (https://dmlc.github.io/dlpack): the tensor that libraries hand
// to each other.
#pragma once

#include <cstdint>

namespace lamina::python::dlpack {

constexpr uint32_t kMajor = 1, kMinor = 0;
constexpr int32_t kCpu = 1;
constexpr uint64_t kReadOnly = 1, kIsCopied = 2;

enum TypeCode : uint8_t { kInteger = 0, kUnsigned = 1, kFloat = 2, kBFloat = 4, kBool = 6 };

struct Device {
  int32_t type;
  int32_t number;
};

struct DataType {
  uint8_t code;
  uint8_t bits;
  uint16_t lanes;
};

struct Tensor {
  void* data;
  Device device;
  int32_t rank;
  DataType type;
  int64_t* shape;
  int64_t* strides;  // in elements; null: row-major
  uint64_t byte_offset;
};

struct ManagedTensor {  // "dltensor": before version 1
  Tensor tensor;
  void* context;
  void (*deleter)(ManagedTensor* self);
};

struct ManagedTensorVersioned {  // "dltensor_versioned"
  struct {
    uint32_t major, minor;
  } version;
  void* context;
  void (*deleter)(ManagedTensorVersioned* self);
  uint64_t flags;
  Tensor tensor;
};

}  // namespace lamina::python::dlpack
