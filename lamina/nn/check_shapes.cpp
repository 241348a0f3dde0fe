#include "lamina/nn/check_shapes.h"

#include <algorithm>
#include <optional>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/compile/size_formula.h"
#include "lamina/nn/evaluation_mode.h"
#include "lamina/nn/rehearsal.h"
#include "lamina/op/graph_scope.h"

namespace lamina::nn {
namespace {

using Shapes = std::vector<Shape>;

// Values for the names: multiples of what models divide sizes by, and larger or smaller ones for
// those that take only some.
constexpr int64_t kUnits[] = {32, 224, 8, 2};
constexpr size_t kProbes = 3;

class Probing {
 public:
  Probing(const ArraysFunction& function, const std::string& what,
          const std::vector<SizedInput>& inputs)
      : function_(function), what_(what), inputs_(inputs) {
    for (const SizedInput& input : inputs) {
      for (const Size& size : input.shape) {
        if (size.name.empty() && size.value < 0) {
          throw ValueError(text(what, ": size ", size.value, " is negative"))
              .help("name a size that varies: \"n\"");
        }
        if (!size.name.empty() && std::ranges::find(names_, size.name) == names_.end())
          names_.push_back(size.name);
      }
    }
  }

  std::vector<SizedShape> run() {
    std::optional<std::vector<Shapes>> probes;
    std::exception_ptr first;
    for (int64_t unit : kUnits) {
      try {
        probes = probe(unit);
        break;
      } catch (const std::exception&) {  // of a forward in Python, its own
        if (!first) first = std::current_exception();
      }
      if (names_.empty()) break;
    }
    if (!probes) std::rethrow_exception(first);
    return described(*probes);
  }

 private:
  std::vector<Shapes> probe(int64_t unit) {
    examples_.assign(names_.size(), {});
    std::vector<Shapes> results;
    const size_t count = names_.empty() ? 1 : kProbes;
    for (size_t t = 0; t < count; ++t) {
      std::vector<int64_t> sizes;
      for (size_t k = 0; k < names_.size(); ++k) {
        sizes.push_back(unit * static_cast<int64_t>((k + t) % kProbes + 1 + k / kProbes * kProbes));
        examples_[k].push_back(sizes.back());
      }
      results.push_back(recorded(sizes));
      if (results.back().size() != results[0].size())
        throw ShapeError(text(what_, ": the number of outputs depends on the sizes"));
      for (size_t k = 0; k < results[0].size(); ++k) {
        if (results.back()[k].size() != results[0][k].size())
          throw ShapeError(text(what_, ": the number of axes depends on the sizes"));
      }
    }
    // Sizes that are no multiples, if the model takes such: are quotients rounded?
    odd_sizes_.clear();
    for (const Examples& e : examples_) odd_sizes_.push_back(e[0] + unit / 2 - 1);
    try {
      odd_ = unit > 2 && !names_.empty() ? std::optional(recorded(odd_sizes_)) : std::nullopt;
    } catch (const std::exception&) {
      odd_.reset();
    }
    return results;
  }

  Shapes recorded(const std::vector<int64_t>& sizes) {
    GraphScope scope("check", "");
    std::vector<Array> arrays;
    std::string at;
    for (size_t k = 0; k < names_.size(); ++k)
      at += text(at.empty() ? "" : ", ", names_[k], " = ", sizes[k]);
    try {
      const Rehearsal rehearsal;
      for (const SizedInput& input : inputs_) {
        Shape shape;
        for (const Size& size : input.shape) {
          const auto k = static_cast<size_t>(std::ranges::find(names_, size.name) - names_.begin());
          shape.push_back(size.name.empty() ? size.value : sizes[k]);
        }
        check_shape(shape, size_of(input.dtype), text(what_, ": input"));
        arrays.push_back(scope.placeholder({input.dtype, shape}));
      }
      Shapes shapes;
      for (const Array& y : function_(std::move(arrays))) {
        if (!y) throw StateError(text(what_, ": an output is an empty Array"));
        shapes.push_back(y.shape());
      }
      return shapes;
    } catch (Error& error) {
      if (!at.empty()) {
        error.add_detail("sizes tried", at);
        error.add_detail("help",
                         "where a size must have one value, give the number");
      }
      throw;
    }
  }

  std::vector<SizedShape> described(const std::vector<Shapes>& probes) const {
    std::vector<SizedShape> result;
    for (size_t output = 0; output < probes[0].size(); ++output) {
      SizedShape shape;
      for (size_t axis = 0; axis < probes[0][output].size(); ++axis) {
        Examples values;
        for (const Shapes& probe : probes) values.push_back(probe[output][axis]);
        const auto odd = odd_ ? std::optional((*odd_)[output][axis]) : std::nullopt;
        shape.push_back(size(values, odd));
      }
      result.push_back(std::move(shape));
    }
    return result;
  }

  Size size(const Examples& values, std::optional<int64_t> odd) const {
    const bool constant = std::all_of(values.begin(), values.end(),
                                      [&](int64_t value) { return value == values[0]; });
    if (constant && odd.value_or(values[0]) == values[0]) return values[0];
    const std::optional<SizeFormula> formula = find_formula(examples_, values, false);
    if (!formula) return "?";
    const std::string exact = formula->to_text(names_);
    if (!odd || formula->value(odd_sizes_) == odd) return exact;
    // Exact division fails there: rounded down, or up?
    SizeFormula whole = *formula;
    whole.divisor = 1, whole.offset = 0;
    const int64_t times = whole.value(odd_sizes_).value_or(0), by = formula->divisor;
    if (times / by + formula->offset == *odd) return text("floor(", exact, ")");
    if ((times + by - 1) / by + formula->offset == *odd) return text("ceil(", exact, ")");
    return "?";
  }

  const ArraysFunction& function_;
  const std::string& what_;
  const std::vector<SizedInput>& inputs_;
  std::vector<std::string> names_;
  std::vector<Examples> examples_;  // of each name
  std::vector<int64_t> odd_sizes_;
  std::optional<Shapes> odd_;
};

}  // namespace

std::vector<SizedShape> check_shapes(const ArraysFunction& function, const std::string& what,
                                     const std::vector<SizedInput>& inputs) {
  return Probing(function, what, inputs).run();
}

std::vector<SizedShape> check_shapes(Module& model, const std::vector<SizedInput>& inputs) {
  const EvaluationMode mode(model);
  const auto call = [&](std::vector<Array> arrays) {
    return arrays.size() == 1 ? std::vector{model(std::move(arrays[0]))}
                              : model.call(std::move(arrays));
  };
  return check_shapes(call, model.kind(), inputs);
}

std::vector<SizedShape> check_shapes(Module& model, const std::vector<SizedShape>& inputs) {
  std::vector<SizedInput> typed;
  for (const SizedShape& shape : inputs) typed.push_back({shape});
  return check_shapes(model, typed);
}

}  // namespace lamina::nn
