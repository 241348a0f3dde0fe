// A program while it is being made: instructions on buffers that have no addresses yet.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "lamina/exec/memory_plan.h"
#include "lamina/exec/program.h"

namespace lamina {

// Where a value lies, as long as buffers are only numbered.
struct Location {
  int32_t buffer = -1;
  int64_t offset = 0;  // bytes
  Strides strides;
};

inline double bytes_of(const Spec& s) {
  return static_cast<double>(s.shape.elements()) * static_cast<double>(size_of(s.dtype));
}

class ProgramBuilder {
 public:
  // `describes`: whether it is made to be finished in parts.
  ProgramBuilder(int leaf_count, int tier, bool describes = false);

  int32_t new_buffer(int64_t bytes);
  int32_t new_buffer(const Spec& s) { return new_buffer(static_cast<int64_t>(bytes_of(s))); }
  PlannedBuffer& buffer(int32_t number) { return plan_.buffers[number]; }
  bool is_leaf(int32_t buffer) const { return buffer < program_->leaf_count; }

  // The first kernel that takes the request; null only if it has an epilogue. Keeps the refusals.
  std::shared_ptr<const Kernel> prepare(KernelRequest& request);

  // Whether the next instructions compute what earlier ones have.
  void computes_again(bool again) { again_ = again; }
  bool computes_again() const { return again_; }

  // What an instruction is called, besides what it works on.
  struct Label {
    const char* op = "";
    std::string what;
    const char* origin = nullptr;
    double flops = 0, bytes = 0;
    bool checks_values = false;
  };
  void add(std::shared_ptr<const Kernel> kernel, Label label, const std::vector<Location>& from,
           const std::vector<Location>& to);

  // The value in memory with just these strides: where it is, or a copy.
  Location with_strides(const Location& from, const Spec& s, const Strides& strides);
  Location row_major(const Location& from, const Spec& s) {
    return with_strides(from, s, row_major_strides(s.shape));
  }
  void copy(const Location& from, const Location& to, const Spec& s);
  Location copy_of(const Location& from, const Spec& s);

  // Makes the buffer an output that nobody sees but another program; returns its number.
  int32_t keep(int32_t buffer);
  // The value as an output of the program: in a buffer of its own.
  void output(Location where, const Spec& s);

  Program& program() { return *program_; }
  std::shared_ptr<Program> finish();
  // A program for each group of instructions that share values, so that another program finds made
  // what it has in common with this one. All outputs are kept ones. (derivation_parts.cpp)
  std::vector<Derivation> finish_parts();

 private:
  // What the kernel computes, as text; empty where it does not say.
  const std::string& made_by(const std::shared_ptr<const Kernel>& kernel) const;

  struct Copied {
    Location from, to;
    Shape shape;  // broadcasts of one value differ in it alone
    size_t made;  // after how many instructions
  };
  std::shared_ptr<Program> program_;
  MemoryPlan plan_;
  std::deque<Copied> recent_copies_;
  bool again_ = false;
  const bool describes_;
  std::unordered_map<std::shared_ptr<const Kernel>, std::string> made_for_;  // the request as text
};

// A request for the op as things stand: threads, determinism.
KernelRequest new_request(const Op* op, const AttributesRef& attributes);

}  // namespace lamina
