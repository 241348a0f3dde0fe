#include "lamina/compile/sized_structure.h"

#include <algorithm>
#include <map>

#include "lamina/base/text.h"
#include "lamina/op/cluster.h"
#include "lamina/op/subgraph.h"

namespace lamina {
namespace {

constexpr size_t kMostExamples = 8;

bool varies(const Examples& e) {
  return std::any_of(e.begin(), e.end(), [&](int64_t value) { return value != e[0]; });
}

// a, b, .. z, a1, b1, ..
std::string size_name(size_t k) {
  const std::string letter(1, static_cast<char>('a' + k % 26));
  return k < 26 ? letter : text(letter, k / 26);
}

}  // namespace

Examples SizedStructure::examples_of(size_t place) const {
  Examples values;
  for (const Example& e : examples_) values.push_back(e.recorded[place]);
  return values;
}

// Numbers that are equal in all examples are one size. False where one follows no size of the given
// arrays: it is a choice, such as a mode, and another choice is another structure.
bool SizedStructure::name_sizes(const GraphNumbers& recorded) {
  size_at_.assign(recorded.numbers.size(), -1);
  place_of_.clear();
  std::map<Examples, int32_t> known;
  std::vector<Examples> named;
  const auto add = [&](size_t place, bool is_given) {
    const Examples values = examples_of(place);
    if (!varies(values)) return true;
    const auto [found, is_new] = known.emplace(values, static_cast<int32_t>(place_of_.size()));
    size_at_[place] = found->second;
    if (!is_new) return true;
    place_of_.push_back(place);
    if (is_given) named.push_back(values);
    return is_given || find_formula(named, values, false).has_value();
  };
  for (size_t place : recorded.leaf_sizes) add(place, true);
  named_ = place_of_.size();
  for (size_t place = 0; place < recorded.numbers.size(); ++place) {
    if (!add(place, false)) return false;
  }
  return true;
}

bool SizedStructure::fit() {
  formulas_.clear();
  std::vector<Examples> sizes;
  std::map<Examples, int32_t> known;
  for (size_t place : place_of_) {
    known.emplace(examples_of(place), static_cast<int32_t>(sizes.size()));
    sizes.push_back(examples_of(place));
  }
  const std::vector<Examples> named(sizes.begin(),
                                    sizes.begin() + static_cast<std::ptrdiff_t>(named_));
  std::map<std::pair<Examples, bool>, SizeFormula> found;  // the same numbers stand in many places
  for (size_t place = 0; place < compiled_numbers_.numbers.size(); ++place) {
    Examples wanted;
    for (const Example& e : examples_) wanted.push_back(e.compiled[place]);
    if (!varies(wanted)) continue;
    const bool is_real = compiled_numbers_.is_real[place];
    if (const auto same = known.find(wanted); same != known.end() && !is_real) {
      formulas_.emplace_back(place, SizeFormula{.a = same->second});
      continue;
    }
    auto before = found.find({wanted, is_real});
    if (before == found.end()) {
      std::optional<SizeFormula> formula = find_formula(named, wanted, is_real);
      if (!formula) return false;
      before = found.emplace(std::pair(wanted, is_real), *formula).first;
    }
    formulas_.emplace_back(place, before->second);
  }
  return true;
}

std::optional<SizedStructure::Numbers> SizedStructure::sizes_of(const Numbers& recorded) const {
  if (is_special(recorded)) return {};
  Numbers sizes;
  for (size_t place : place_of_) sizes.push_back(recorded[place]);
  const Numbers& constant = examples_[0].recorded;
  for (size_t place = 0; place < recorded.size(); ++place) {
    const int32_t size = size_at_[place];
    if (recorded[place] != (size < 0 ? constant[place] : sizes[static_cast<size_t>(size)]))
      return {};
  }
  return sizes;
}

std::optional<SizedStructure::Numbers> SizedStructure::predict(const Numbers& recorded) const {
  const std::optional<Numbers> sizes = sizes_of(recorded);
  if (!sizes) return {};
  Numbers numbers = examples_[0].compiled;
  for (const auto& [place, formula] : formulas_) {
    const std::optional<int64_t> value = formula.value(*sizes);
    if (!value) return {};
    numbers[place] = *value;
  }
  return numbers;
}

bool SizedStructure::is_special(const Numbers& recorded) const {
  for (size_t k = 0; k < named_; ++k) {
    if (recorded[place_of_[k]] <= 1) return true;
  }
  return false;
}

void SizedStructure::learn(const GraphNumbers& recorded, const Graph& compiled) {
  if (!learns() || is_special(recorded.numbers)) return;
  for (const Example& e : examples_) {
    if (e.recorded == recorded.numbers) return;
  }
  GraphNumbers numbers = take_apart(compiled);
  const bool same = numbers.structure == compiled_numbers_.structure;
  if (has_formulas_ && same && predict(recorded.numbers) == numbers.numbers) {
    if (!checked_) describe();
    checked_ = true;
    return;
  }
  if (!same) {
    // The passes have decided otherwise at the sizes before; perhaps those were special ones.
    failures_ += examples_.empty() ? 0 : 1;
    examples_.clear();
    compiled_ = copy_graph(compiled);
  }
  compiled_numbers_ = std::move(numbers);
  examples_.push_back({recorded.numbers, compiled_numbers_.numbers});
  find_formulas(recorded);
}

// Also after a check: a size that was the same until now may vary as well.
void SizedStructure::find_formulas(const GraphNumbers& recorded) {
  has_formulas_ = checked_ = false;
  bool follow = name_sizes(recorded);
  if (std::erase_if(examples_, [&](const Example& e) { return is_special(e.recorded); }) > 0)
    follow = name_sizes(recorded);
  if (examples_.size() < 2) return;
  has_formulas_ = follow && fit();
  if (!has_formulas_) ++failures_;
  if (!follow) {
    examples_.erase(examples_.begin(), examples_.end() - 1);
    name_sizes(recorded);
  }
  if (examples_.size() >= kMostExamples) failures_ = kMostFailures;
}

std::optional<Graph> SizedStructure::instance(const GraphNumbers& recorded) const {
  if (!checked_) return {};
  const std::optional<Numbers> numbers = predict(recorded.numbers);
  if (!numbers) return {};
  Graph graph = with_numbers(compiled_, *numbers);
  auto sizes = std::make_shared<GraphSizes>();
  sizes->is_instance = true;
  for (size_t k = 0; k < named_; ++k)
    sizes->symbols.emplace_back(size_name(k), recorded.numbers[place_of_[k]]);
  sizes->shapes = shapes_;
  graph.sizes = std::move(sizes);
  return graph;
}

void SizedStructure::describe() {
  std::vector<std::string> names;
  std::vector<Examples> named;
  for (size_t k = 0; k < place_of_.size(); ++k) {
    if (k < named_) {
      names.push_back(size_name(k));
      named.push_back(examples_of(place_of_[k]));
    } else {
      names.push_back(find_formula(named, examples_of(place_of_[k]), false)->to_text(names));
    }
  }
  std::map<size_t, std::string> by_place;
  for (const auto& [place, formula] : formulas_) by_place.emplace(place, formula.to_text(names));
  auto shapes = std::make_shared<std::vector<std::string>>();
  for (size_t i = 0; i < compiled_.values.size(); ++i) {
    const GraphValue& v = compiled_.values[i];
    const Shape& shape = v.cluster ? v.cluster->domain : v.spec.shape;
    std::vector<std::string> sizes;
    for (size_t axis = 0; axis < shape.size(); ++axis) {
      const auto found = by_place.find(compiled_numbers_.shape_of[i] + axis);
      sizes.push_back(found == by_place.end() ? text(shape[axis]) : found->second);
    }
    shapes->push_back(list_text(sizes));
  }
  shapes_ = std::move(shapes);
}

size_t SizedStructure::bytes() const {
  size_t sum = sizeof *this + compiled_.values.size() * (sizeof(GraphValue) + 64) +
               compiled_numbers_.structure.size() * 8 + formulas_.size() * sizeof formulas_[0];
  for (const Example& e : examples_) sum += (e.recorded.size() + e.compiled.size()) * 8;
  return sum;
}

}  // namespace lamina
