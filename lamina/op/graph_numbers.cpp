#include "lamina/op/graph_numbers.h"

#include <bit>
#include <unordered_map>
#include <utility>

#include "lamina/base/error.h"
#include "lamina/op/cluster.h"
#include "lamina/op/epilogue.h"
#include "lamina/op/subgraph.h"

namespace lamina {
namespace {

// Goes over a graph of its own, and hands out each number by reference.
class Traversal : public FieldVisitor, public SubgraphVisitor {
 public:
  virtual void fixed(uint64_t word) = 0;
  virtual void integer(int64_t& value) = 0;
  virtual void real(double& value) = 0;
  virtual void shape_begins(const GraphValue&) {}

  void graph(Graph& g) {
    fixed(g.values.size());
    for (GraphValue& v : g.values) value(v);
    for (int32_t output : g.outputs) fixed(static_cast<uint64_t>(output));
  }

  void operator()(const char*, int64_t& field) override { integer(field); }
  void operator()(const char*, bool& field) override { fixed(field); }
  void operator()(const char*, DType& field) override { fixed(static_cast<uint64_t>(field)); }
  void operator()(const char*, IntList& field) override {
    fixed(field.size());
    for (int64_t& i : field) integer(i);
  }
  void subgraph(const char*, SubgraphRef& body) override {
    fixed(body != nullptr);
    if (!body) return;
    const int before = std::exchange(depth_, depth_ + 1);
    Graph inside = copy_graph(body->graph());
    std::vector<Spec> inputs = body->inputs();
    for (Spec& s : inputs) spec(s);
    graph(inside);
    body = std::make_shared<const Subgraph>(std::move(inside), std::move(inputs));
    depth_ = before;
  }

 protected:
  int depth_ = 0;  // of subgraphs

 private:
  void shape(Shape& s) {
    fixed(s.size());
    for (int64_t& size : s) integer(size);
  }
  void spec(Spec& s) {
    fixed(static_cast<uint64_t>(s.dtype));
    shape(s.shape);
  }
  template <class Axes>
  void axes(const Axes& list) {
    fixed(list.size());
    for (auto axis : list) fixed(static_cast<uint64_t>(axis));
  }

  void value(GraphValue& v) {
    fixed(reinterpret_cast<uintptr_t>(v.op));
    fixed(static_cast<uint64_t>(v.output) << 8 | static_cast<uint64_t>(v.leaf) << 4 |
          static_cast<uint64_t>(v.is_constant) << 2 | static_cast<uint64_t>(v.dies) << 1 |
          static_cast<uint64_t>(v.is_variable));
    fixed(static_cast<uint64_t>(v.leaf_index));
    axes(v.inputs);
    if (depth_ == 0) shape_begins(v);
    if (v.cluster) once(v.cluster, [&](Cluster& c) { cluster(c); });
    spec(v.spec);
    fixed(v.strides != nullptr);
    if (v.strides) {
      for (int64_t& stride : *v.strides) integer(stride);
    }
    if (v.leaf == LeafKind::Number) number(v);
    fixed(v.attributes != nullptr);
    if (v.attributes) attributes(v.attributes);
    fixed(v.epilogue != nullptr);
    if (v.epilogue) once(v.epilogue, [&](Epilogue& e) { epilogue(e); });
  }

  // What a decomposition brought in may have been made of sizes; what was recorded is in the key or
  // comes with each run.
  void number(GraphValue& v) {
    if (v.leaf_index >= 0) return fixed(static_cast<uint64_t>(v.number.integer));
    if (is_floating(v.spec.dtype)) return real(v.number.real);
    integer(v.number.integer);
  }

  void cluster(Cluster& c) {
    shape(c.domain);
    fixed(c.program.code.size());
    for (ScalarInstruction& i : c.program.code) {
      fixed(static_cast<uint64_t>(i.op) << 56 | static_cast<uint64_t>(i.type) << 48 |
            static_cast<uint64_t>(i.a) << 32 | static_cast<uint64_t>(i.b) << 16 | i.c);
      if (i.op != ScalarOp::Constant) continue;
      if (i.type == ScalarType::F32 || i.type == ScalarType::F64) {
        real(i.constant);
      } else {
        integer(i.integer);
      }
    }
    for (const AxisMap& map : c.input_axes) axes(map);
    fixed(c.outputs.size());
    for (Cluster::Output& output : c.outputs) {
      fixed(static_cast<uint64_t>(output.value) << 16 |
            static_cast<uint64_t>(output.is_reduction) << 8 | static_cast<uint64_t>(output.monoid));
      spec(output.spec);
      axes(output.axes);
    }
    axes(c.reduced);
  }

  void epilogue(Epilogue& e) {
    fixed(static_cast<uint64_t>(e.own_inputs));
    fixed(e.steps.size());
    for (EpilogueStep& step : e.steps) {
      fixed(reinterpret_cast<uintptr_t>(step.op));
      fixed(static_cast<uint64_t>(step.extra) << 1 | static_cast<uint64_t>(step.extra_first));
      spec(step.spec);
      fixed(step.attributes != nullptr);
      if (step.attributes) attributes(step.attributes);
    }
  }

  // What several values share they share afterwards too.
  template <class T, class Visit>
  void once(std::shared_ptr<const T>& shared, const Visit& visit) {
    const auto [known, is_new] = known_.try_emplace(shared.get(), Known{known_.size(), {}});
    fixed(known->second.number);
    if (!is_new) {
      shared = std::static_pointer_cast<const T>(known->second.copy);
      return;
    }
    keeps_.push_back(shared);  // its address is not given to another one
    auto copy = std::make_shared<T>(*shared);
    visit(*copy);
    shared = copy;
    known_[keeps_.back().get()].copy = shared;
  }
  void attributes(AttributesRef& shared) {
    const auto [known, is_new] = known_attributes_.try_emplace(shared.get(), AttributesRef{});
    if (!is_new) {
      fixed(1);
      shared = known->second;
      return;
    }
    fixed(0);
    keeps_attributes_.push_back(shared);
    AttributesRef copy(shared->clone());
    const AttributesBase* before = shared.get();
    copy->visit(*this);  // may meet others
    shared = known_attributes_[before] = std::move(copy);
  }

  struct Known {
    size_t number;
    std::shared_ptr<const void> copy;
  };
  std::unordered_map<const void*, Known> known_;
  std::vector<std::shared_ptr<const void>> keeps_;
  std::unordered_map<const AttributesBase*, AttributesRef> known_attributes_;
  std::vector<AttributesRef> keeps_attributes_;
};

class TakeApart final : public Traversal {
 public:
  GraphNumbers result;

 private:
  void fixed(uint64_t word) override { result.structure.push_back(word); }
  void integer(int64_t& value) override { add(value, false); }
  void real(double& value) override { add(std::bit_cast<int64_t>(value), true); }
  void shape_begins(const GraphValue& v) override {
    const size_t first = result.numbers.size();
    result.shape_of.push_back(first);
    if (v.leaf != LeafKind::Data || v.is_variable) return;
    for (size_t axis = 0; axis < v.spec.shape.size(); ++axis)
      result.leaf_sizes.push_back(first + axis);
  }
  void add(int64_t bits, bool is_real) {
    result.numbers.push_back(bits);
    result.is_real.push_back(is_real);
  }
};

class PutTogether final : public Traversal {
 public:
  explicit PutTogether(const std::vector<int64_t>& numbers) : numbers_(numbers) {}
  size_t used() const { return next_; }

 private:
  void fixed(uint64_t) override {}
  void integer(int64_t& value) override { value = numbers_.at(next_++); }
  void real(double& value) override { value = std::bit_cast<double>(numbers_.at(next_++)); }

  const std::vector<int64_t>& numbers_;
  size_t next_ = 0;
};

}  // namespace

GraphNumbers take_apart(const Graph& graph) {
  Graph copy = copy_graph(graph);
  TakeApart traversal;
  traversal.graph(copy);
  return std::move(traversal.result);
}

Graph with_numbers(const Graph& graph, const std::vector<int64_t>& numbers) {
  Graph copy = copy_graph(graph);
  PutTogether traversal(numbers);
  traversal.graph(copy);
  LAMINA_ASSERT(traversal.used() == numbers.size());
  return copy;
}

}  // namespace lamina
