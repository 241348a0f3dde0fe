// einsum: operands are brought to one label per axis (diagonals for repeated ones), labels that
// only one of them has are summed at once, and pairs are contracted by matmul until one operand is left.
// The pair that comes next is the one whose product is smallest against what it replaces (the
// greedy order of opt_einsum, Smith and Gray 2018).
#include <algorithm>
#include <map>

#include "lamina/base/error.h"
#include "lamina/ops/compose/einsum_parse.h"
#include "lamina/ops/contraction.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"
#include "lamina/ops/movement.h"
#include "lamina/ops/reduction.h"

namespace lamina {

namespace {

using einsum_detail::Labels;

struct Term {
  Array array;
  Labels labels;
};

bool has(const Labels& labels, int label) {
  return std::find(labels.begin(), labels.end(), label) != labels.end();
}

class Einsum {
 public:
  Einsum(const std::string& equation, std::vector<Array> operands) : equation_(equation) {
    einsum_detail::Equation parsed = einsum_detail::parse(equation, operands);
    result_ = std::move(parsed.result);
    dtype_ = operands[0].dtype();
    for (const Array& a : operands) dtype_ = promote(dtype_, a.dtype());
    if (dtype_ == bool_) {
      throw DTypeError(text("einsum: expected numbers, got ", describe(operands[0])));
    }
    for (size_t i = 0; i < operands.size(); ++i) {
      Term term{astype(std::move(operands[i]), dtype_), std::move(parsed.operands[i])};
      take_diagonals(term);
      terms_.push_back(std::move(term));
    }
    find_sizes();
    for (Term& term : terms_) drop_repeated_axes(term);
  }

  Array run() {
    for (size_t i = 0; i < terms_.size(); ++i) sum_private(i);
    while (terms_.size() > 1) {
      auto [a, b] = next_pair();
      auto needed = [this, a = a, b = b](int label) { return needed_beside(a, b, label); };
      Term product = contract(std::move(terms_[a]), std::move(terms_[b]), needed);
      terms_.erase(terms_.begin() + static_cast<std::ptrdiff_t>(b));
      terms_[a] = std::move(product);
    }
    return in_order(std::move(terms_[0]));
  }

 private:
  void take_diagonals(Term& term) {
    for (size_t i = 0; i < term.labels.size(); ++i) {
      for (size_t j = i + 1; j < term.labels.size(); ++j) {
        if (term.labels[i] != term.labels[j]) continue;
        const int label = term.labels[i];
        const auto first = static_cast<int64_t>(i), second = static_cast<int64_t>(j);
        if (term.array.shape(static_cast<int>(i)) != term.array.shape(static_cast<int>(j))) {
          throw ShapeError(text("einsum: \"", equation_, "\": ", einsum_detail::label_text(label),
                                " stands for axes of different sizes in ", describe(term.array)));
        }
        term.array = record_diagonal(std::move(term.array), {0, first, second});
        term.labels.erase(term.labels.begin() + second);
        term.labels.erase(term.labels.begin() + first);
        term.labels.push_back(label);
        return take_diagonals(term);
      }
    }
  }

  void find_sizes() {
    for (const Term& term : terms_) {
      for (size_t i = 0; i < term.labels.size(); ++i) {
        const int64_t size = term.array.shape(static_cast<int>(i));
        auto [found, added] = sizes_.emplace(term.labels[i], size);
        if (added || found->second == size || size == 1) continue;
        if (found->second != 1) {
          throw ShapeError(text("einsum: \"", equation_,
                                "\": ", einsum_detail::label_text(term.labels[i]), " has size ",
                                found->second, " and ", size));
        }
        found->second = size;
      }
    }
  }

  // An axis of size 1 that is longer elsewhere broadcasts: it need not be there at all.
  void drop_repeated_axes(Term& term) {
    IntList dropped;
    Labels kept;
    for (size_t i = 0; i < term.labels.size(); ++i) {
      const bool repeated =
          term.array.shape(static_cast<int>(i)) == 1 && sizes_[term.labels[i]] != 1;
      if (repeated) {
        dropped.push_back(static_cast<int64_t>(i));
      } else {
        kept.push_back(term.labels[i]);
      }
    }
    if (dropped.empty()) return;
    term.array = squeeze(std::move(term.array), dropped);
    term.labels = std::move(kept);
  }

  bool needed_beside(size_t a, size_t b, int label) const {
    if (has(result_, label)) return true;
    for (size_t i = 0; i < terms_.size(); ++i) {
      if (i != a && i != b && has(terms_[i].labels, label)) return true;
    }
    return false;
  }
  void sum_private(size_t i) {
    Term& term = terms_[i];
    IntList summed;
    Labels kept;
    for (size_t k = 0; k < term.labels.size(); ++k) {
      if (needed_beside(i, i, term.labels[k])) {
        kept.push_back(term.labels[k]);
      } else {
        summed.push_back(static_cast<int64_t>(k));
      }
    }
    if (summed.empty()) return;
    term.array = astype(sum(std::move(term.array), {.axis = summed}), dtype_);
    term.labels = std::move(kept);
  }

  double elements(const Labels& labels) const {
    double n = 1;
    for (int label : labels) n *= static_cast<double>(sizes_.at(label));
    return n;
  }

  std::pair<size_t, size_t> next_pair() const {
    std::pair<size_t, size_t> best{0, 1};
    double least = 0;
    bool first = true;
    for (size_t a = 0; a < terms_.size(); ++a) {
      for (size_t b = a + 1; b < terms_.size(); ++b) {
        Labels product;
        for (const Labels* labels : {&terms_[a].labels, &terms_[b].labels}) {
          for (int label : *labels) {
            if (!has(product, label) && needed_beside(a, b, label)) product.push_back(label);
          }
        }
        const double cost =
            elements(product) - elements(terms_[a].labels) - elements(terms_[b].labels);
        if (first || cost < least) best = {a, b}, least = cost;
        first = false;
      }
    }
    return best;
  }

  int64_t size_of_group(const Labels& labels) const {
    int64_t n = 1;
    for (int label : labels) n *= sizes_.at(label);
    return n;
  }

  // The term with its axes in this order, as one axis per group.
  Array grouped(Term term, const std::vector<const Labels*>& groups) const {
    IntList axes, shape;
    for (const Labels* group : groups) {
      for (int label : *group) {
        axes.push_back(std::find(term.labels.begin(), term.labels.end(), label) -
                       term.labels.begin());
      }
      shape.push_back(size_of_group(*group));
    }
    Array array = axes.empty() ? std::move(term.array) : transpose(std::move(term.array), axes);
    return reshape(std::move(array), shape);
  }

  template <class Needed>
  Term contract(Term a, Term b, Needed&& needed) const {
    Labels batch, left, right, summed;
    for (int label : a.labels) {
      const bool both = has(b.labels, label);
      (!both ? left : needed(label) ? batch : summed).push_back(label);
    }
    for (int label : b.labels) {
      if (!has(a.labels, label)) right.push_back(label);
    }
    Labels labels = batch;
    labels.insert(labels.end(), left.begin(), left.end());
    labels.insert(labels.end(), right.begin(), right.end());
    const bool plain = summed.empty();
    Array x = grouped(std::move(a), {&batch, &left, &summed});
    Array y = grouped(std::move(b), {&batch, &summed, &right});
    Array product = plain ? std::move(x) * std::move(y) : matmul(std::move(x), std::move(y));
    IntList shape;
    for (int label : labels) shape.push_back(sizes_.at(label));
    return {reshape(std::move(product), shape), std::move(labels)};
  }

  Array in_order(Term term) const {
    IntList axes;
    for (int label : result_) {
      axes.push_back(std::find(term.labels.begin(), term.labels.end(), label) -
                     term.labels.begin());
    }
    return axes.empty() ? std::move(term.array) : transpose(std::move(term.array), axes);
  }

  std::string equation_;
  Labels result_;
  DType dtype_ = float32;
  std::vector<Term> terms_;
  std::map<int, int64_t> sizes_;
};

}  // namespace

Array einsum(const std::string& equation, std::vector<Array> operands) {
  if (operands.empty()) throw ValueError("einsum: expected one operand or more");
  for (const Array& a : operands) {
    if (!a) throw StateError("einsum: an operand is an empty Array");
  }
  return Einsum(equation, std::move(operands)).run();
}

}  // namespace lamina
