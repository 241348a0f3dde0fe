// One structure of recorded graphs, for all its sizes. What the passes make of it is learnt from the
// first few sizes; from then on their work is not done again: the numbers of the compiled graph follow
// those of the recorded one.
//
// Nothing is taken on trust: formulas found from some sizes are used when a further size, compiled in
// full, has come out as they say. Sizes of 0 and 1 are left to the passes: rules of broadcasting make
// them special.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lamina/compile/size_formula.h"
#include "lamina/op/graph_numbers.h"

namespace lamina {

class SizedStructure {
 public:
  // What the passes have made of the structure at these sizes.
  void learn(const GraphNumbers& recorded, const Graph& compiled);

  // What they would make of it, where that is known.
  std::optional<Graph> instance(const GraphNumbers& recorded) const;

  // Whether further sizes can still teach something.
  bool learns() const { return failures_ < kMostFailures; }
  size_t bytes() const;

 private:
  static constexpr int kMostFailures = 4;
  using Numbers = std::vector<int64_t>;
  struct Example {
    Numbers recorded, compiled;
  };
  bool name_sizes(const GraphNumbers& recorded);
  void find_formulas(const GraphNumbers& recorded);
  bool fit();
  bool is_special(const Numbers& recorded) const;
  void describe();
  std::optional<Numbers> sizes_of(const Numbers& recorded) const;
  std::optional<Numbers> predict(const Numbers& recorded) const;
  Examples examples_of(size_t place) const;  // among the recorded numbers

  std::vector<Example> examples_;
  Graph compiled_;  // at the sizes of one of them
  GraphNumbers compiled_numbers_;
  // For each recorded number, which size it is, or -1 where it is the same in all examples; for each
  // size, the first place where it stands. The first named_ ones are sizes of given arrays.
  std::vector<int32_t> size_at_;
  std::vector<size_t> place_of_;
  size_t named_ = 0;
  std::vector<std::pair<size_t, SizeFormula>>
      formulas_;                                         // of compiled numbers; others are constant
  std::shared_ptr<const std::vector<std::string>> shapes_;
  bool has_formulas_ = false, checked_ = false;
  int failures_ = 0;
};

}  // namespace lamina
