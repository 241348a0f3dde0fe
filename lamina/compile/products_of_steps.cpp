#include "lamina/compile/products_of_steps.h"

#include <algorithm>
#include <map>

#include "lamina/compile/append_call.h"
#include "lamina/op/concatenation.h"
#include "lamina/op/op.h"
#include "lamina/op/reduction.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/slice_range.h"

namespace lamina {

LAMINA_USE_OP(Add)
LAMINA_USE_OP(Concatenate)
LAMINA_USE_OP(Matmul)
LAMINA_USE_OP(Slice)
LAMINA_USE_OP(Sum)
LAMINA_USE_OP(Transpose)

namespace {

size_t at(int32_t i) { return static_cast<size_t>(i); }

// Products of more rows are as fast by themselves.
constexpr int64_t kMostRows = 128;
// Sets of weights are bits of a number; nets that are written out have few.
constexpr size_t kMostWeights = 64;

bool is_product(const GraphValue& v) {
  return v.op == &ops::op_Matmul() && v.spec.shape.rank() == 2 && !v.epilogue;
}

bool swaps_two(const GraphValue& v) {
  return v.op == &ops::op_Transpose() && v.spec.shape.rank() == 2 &&
         v.attributes->as<TransposeAttributes>().axes[0] == 1;
}

class Steps {
 public:
  explicit Steps(Graph& graph) : graph_(graph), instead_(graph.values.size()) {
    for (size_t i = 0; i < instead_.size(); ++i) instead_[i] = static_cast<int32_t>(i);
  }

  bool join() {
    const size_t before = graph_.values.size();
    join_products();
    join_sums();
    return graph_.values.size() > before;
  }

  // Inputs before users again, in the old order where that allows it.
  void sort() {
    for (GraphValue& v : graph_.values) {
      for (int32_t& input : v.inputs) input = instead_[at(input)];
    }
    Graph result;
    result.leaf_count = graph_.leaf_count;
    result.leaf_names = std::move(graph_.leaf_names);
    std::vector<int32_t> renumbered(graph_.values.size(), -1);
    std::vector<int32_t> open;
    auto emit = [&](int32_t root) {
      open.push_back(root);
      while (!open.empty()) {
        const int32_t current = open.back();
        GraphValue& v = graph_.values[at(current)];
        const size_t waiting = open.size();
        if (renumbered[at(current)] < 0) {
          for (auto it = v.inputs.end(); it != v.inputs.begin();) {
            if (renumbered[at(*--it)] < 0) open.push_back(*it);
          }
          if (open.size() > waiting) continue;
          for (int32_t& input : v.inputs) input = renumbered[at(input)];
          renumbered[at(current)] = static_cast<int32_t>(result.values.size());
          result.values.push_back(std::move(v));
        }
        open.pop_back();
      }
    };
    for (size_t i = 0; i < instead_.size(); ++i) emit(instead_[i]);
    for (int32_t output : graph_.outputs)
      result.outputs.push_back(renumbered[at(instead_[at(output)])]);
    graph_ = std::move(result);
    remove_dead_values(graph_);
  }

 private:
  using Products = std::vector<int32_t>;

  // Products of few rows, by the weight.
  std::vector<Products> products_by_weight() const {
    std::map<int32_t, Products> found;
    for (size_t i = 0; i < instead_.size(); ++i) {
      const GraphValue& v = graph_.values[i];
      if (is_product(v) && v.spec.shape[0] <= kMostRows)
        found[v.inputs[1]].push_back(static_cast<int32_t>(i));
    }
    std::vector<Products> all;
    for (auto& [weight, products] : found) {
      if (products.size() > 1) all.push_back(std::move(products));
    }
    auto more = [](const Products& a, const Products& b) { return a.size() > b.size(); };
    std::stable_sort(all.begin(), all.end(), more);
    if (all.size() > kMostWeights) all.resize(kMostWeights);
    return all;
  }

  void join_products() {
    std::vector<Products> by_weight = products_by_weight();
    if (by_weight.empty()) return;
    // For every value, on products with which weights it depends.
    std::vector<uint64_t> depends(instead_.size(), 0), own(instead_.size(), 0);
    for (size_t w = 0; w < by_weight.size(); ++w) {
      for (int32_t product : by_weight[w]) own[at(product)] = uint64_t{1} << w;
    }
    for (size_t i = 0; i < instead_.size(); ++i) {
      for (int32_t input : graph_.values[i].inputs)
        depends[i] |= depends[at(input)] | own[at(input)];
    }
    std::vector<uint64_t> before(by_weight.size(), 0);  // what must be computed before all of them
    for (size_t w = 0; w < by_weight.size(); ++w) {
      auto waits = [&](int32_t product) { return (depends[at(product)] >> w & 1) != 0; };
      Products& products = by_weight[w];
      products.erase(std::remove_if(products.begin(), products.end(), waits), products.end());
      for (int32_t product : products) before[w] |= depends[at(product)];
    }
    // Each set on its own can be joined; of sets that wait for each other none is.
    for (size_t k = 0; k < before.size(); ++k) {
      for (uint64_t& b : before) {
        if (b >> k & 1) b |= before[k];
      }
    }
    for (size_t w = 0; w < by_weight.size(); ++w) {
      if (by_weight[w].size() > 1 && (before[w] >> w & 1) == 0) join_rows(by_weight[w]);
    }
  }

  // [a; b; ..] @ w, whose parts stand for a @ w, b @ w, ..
  void join_rows(const Products& products) {
    const GraphValue& one = graph_.values[at(products[0])];
    const int32_t weight = one.inputs[1];
    const int64_t columns = one.spec.shape[1];
    const DType dtype = one.spec.dtype;
    const char* origin = one.origin;
    Products parts;
    for (int32_t product : products) parts.push_back(graph_.values[at(product)].inputs[0]);
    const int32_t rows = concatenated(parts);
    const int64_t count = graph_.values[at(rows)].spec.shape[0];
    const int32_t joined =
        append(ops::op_Matmul(), {}, {rows, weight}, {dtype, {count, columns}}, origin);
    int64_t next = 0;
    for (int32_t product : products) {
      const Spec part = graph_.values[at(product)].spec;
      SliceAttributes range{{next, 0}, {part.shape[0], columns}, {1, 1}};
      next += part.shape[0];
      instead_[at(product)] =
          append(ops::op_Slice(), make_attributes(std::move(range)), {joined}, part, origin);
    }
  }

  // What a chain of additions adds up, found at its last one.
  void join_sums() {
    const std::vector<int32_t> uses = graph_.use_counts();
    std::vector<bool> inside(instead_.size(), false);
    auto adds = [&](int32_t i) {
      const GraphValue& v = graph_.values[at(i)];
      return v.op == &ops::op_Add() && graph_.values[at(v.inputs[0])].spec == v.spec &&
             graph_.values[at(v.inputs[1])].spec == v.spec;
    };
    std::vector<std::pair<int32_t, Products>> sums;
    for (auto i = static_cast<int32_t>(instead_.size()) - 1; i >= 0; --i) {
      if (inside[at(i)] || !adds(i)) continue;
      Products open{i}, terms;
      while (!open.empty()) {
        const int32_t current = open.back();
        open.pop_back();
        if (current == i || (uses[at(current)] == 1 && adds(current))) {
          inside[at(current)] = true;
          for (int32_t input : graph_.values[at(current)].inputs) open.push_back(input);
        } else {
          terms.push_back(current);
        }
      }
      if (terms.size() > 1) sums.emplace_back(i, std::move(terms));
    }
    // Products first: sums of the same rows then find them side by side.
    for (const bool products : {true, false}) {
      for (auto& [sum, terms] : sums) {
        auto joins = [&](int32_t term) {
          return uses[at(term)] == 1 && (products ? is_gradient(term) : sums_rows(term));
        };
        auto rest = std::stable_partition(terms.begin(), terms.end(),
                                          [&](int32_t term) { return !joins(term); });
        Products joined(rest, terms.end());
        if (joined.size() < 2) continue;
        std::sort(joined.begin(), joined.end(), [&](int32_t a, int32_t b) {
          return rows_of(a) < rows_of(b);
        });
        const int32_t total = products ? total_product(joined) : total_sum(joined);
        if (total < 0) continue;
        terms.erase(rest, terms.end());
        terms.push_back(total);
        finish(sum, terms);
      }
    }
  }

  // x' @ d, of few rows.
  bool is_gradient(int32_t term) const {
    const GraphValue& v = graph_.values[at(term)];
    return is_product(v) && instead_[at(term)] == term &&
           swaps_two(graph_.values[at(v.inputs[0])]) &&
           graph_.values[at(v.inputs[1])].spec.shape[0] <= kMostRows;
  }
  bool sums_rows(int32_t term) const {
    const GraphValue& v = graph_.values[at(term)];
    if (v.op != &ops::op_Sum()) return false;
    if (graph_.values[at(v.inputs[0])].spec.shape.rank() != 2) return false;
    const auto& axes = v.attributes->as<ReductionAttributes>().axis;
    return axes.size() == 1 && axes[0] == 0;
  }
  // The value whose rows are the term's steps.
  int32_t rows_of(int32_t term) const {
    const GraphValue& v = graph_.values[at(term)];
    if (!is_product(v)) return v.inputs[0];
    return graph_.values[at(v.inputs[0])].inputs[0];
  }

  int32_t total_product(const Products& terms) {
    Products lefts, rights;
    for (int32_t term : terms) {
      lefts.push_back(rows_of(term));
      rights.push_back(graph_.values[at(term)].inputs[1]);
    }
    const Spec spec = graph_.values[at(terms[0])].spec;
    const char* origin = graph_.values[at(terms[0])].origin;
    const int32_t left = transposed(concatenated(lefts));
    return append(ops::op_Matmul(), {}, {left, concatenated(rights)}, spec, origin);
  }

  // -1 where the rows do not stand side by side already.
  int32_t total_sum(const Products& terms) {
    Products rows;
    for (int32_t term : terms) rows.push_back(graph_.values[at(term)].inputs[0]);
    const auto found = side_by_side_.find(rows);
    if (found == side_by_side_.end()) return -1;
    const GraphValue& one = graph_.values[at(terms[0])];
    return append(ops::op_Sum(), one.attributes, {found->second}, one.spec, one.origin);
  }

  void finish(int32_t sum, const Products& terms) {
    int32_t total = terms.back();
    for (size_t i = 0; i + 1 < terms.size(); ++i) {
      const GraphValue& v = graph_.values[at(sum)];
      total = append(ops::op_Add(), {}, {total, terms[i]}, v.spec, v.origin);
    }
    instead_[at(sum)] = total;
  }

  // Matrices one below the other.
  int32_t concatenated(const Products& parts) {
    const auto found = side_by_side_.find(parts);
    if (found != side_by_side_.end()) return found->second;
    const GraphValue& one = graph_.values[at(parts[0])];
    Spec spec = one.spec;
    spec.shape[0] = 0;
    SmallVector<int32_t, 4> inputs;
    for (int32_t part : parts) {
      spec.shape[0] += graph_.values[at(part)].spec.shape[0];
      inputs.push_back(part);
    }
    const int32_t made = append(ops::op_Concatenate(), make_attributes(ConcatenateAttributes{0}),
                                std::move(inputs), spec, one.origin);
    side_by_side_[parts] = made;
    return made;
  }

  int32_t transposed(int32_t matrix) {
    const GraphValue& v = graph_.values[at(matrix)];
    Spec spec = v.spec;
    std::swap(spec.shape[0], spec.shape[1]);
    return append(ops::op_Transpose(), make_attributes(TransposeAttributes{{1, 0}}), {matrix}, spec,
                  v.origin);
  }

  int32_t append(const Op& op, AttributesRef attributes, SmallVector<int32_t, 4> inputs, Spec spec,
                 const char* origin) {
    instead_.push_back(append_call(graph_, op, std::move(attributes), std::move(inputs),
                                   std::move(spec), origin));
    return instead_.back();
  }

  Graph& graph_;
  std::vector<int32_t> instead_;  // what stands for each value
  std::map<Products, int32_t> side_by_side_;
};

}  // namespace

void products_of_steps(Graph& graph) {
  Steps steps(graph);
  if (steps.join()) steps.sort();
}

}  // namespace lamina
