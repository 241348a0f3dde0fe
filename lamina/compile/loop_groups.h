// Which values of a graph one loop computes: chains of element-wise ops with the reductions at their ends,
// and what goes on with the results of a row.
#pragma once

#include <optional>
#include <vector>

#include "lamina/ir/graph.h"

namespace lamina {

// Results of 16-bit floats are rounded where that is asked for: by a cast, or because each op must give
// what it gives alone. Elsewhere a loop goes on with float32.
bool asks_for_rounding(const GraphValue& v);

// A number that is part of the program: it stands in the loops that use it, not in memory. One that
// its type would round or wrap stays in memory, where that happens.
bool is_constant_number(const GraphValue& v);

// Groups are numbered; a value belongs to at most one. Every group, and every value outside of them,
// has a level, and reads lower levels only: so no two groups can wait for each other.
class LoopGroups {
 public:
  explicit LoopGroups(const Graph& graph);

  struct Group {
    std::vector<int32_t> members;  // ascending
    Shape domain;
    bool reduces = false;
    SmallVector<uint8_t, 8> reduced;  // flags per axis, of its reductions
    std::optional<Shape> rows;        // of their results, if the loop may go on with these
    bool reads_rows = false;          // .. and does
    size_t inputs = 0;
    int level = 0;
    std::vector<int32_t> outside;  // what it reads, where that is counted once
  };
  const std::vector<Group>& groups() const { return groups_; }
  int group(int32_t value) const { return group_[value]; }
  const std::vector<int32_t>& users(int32_t value) const { return users_[value]; }
  bool is_output(int32_t value) const { return is_output_[value]; }

 private:
  int level_of(int32_t value) const;

  // Puts a value into the newest group of one of its producers that takes it, or into a new one.
  void place(int32_t i);

  // A group of the same level in a small body, which cannot wait for the value nor it for the group.
  int beside(const GraphValue& v, const Shape& domain, int level) const;

  // What a value adds to the inputs of a group.
  size_t outside_inputs(const GraphValue& v, int g) const;

  // A loop over rows wants each row's points together. Where they are those of an image, which lie with
  // the channels last, and all that goes on are the rows' results, these are a loop of their own.
  void part(int g);

  // A loop over rows takes all that reads its rows. What another loop alone needs of that, as a
  // backward pass does of the forward one, moves there where this makes fewer values to keep.
  void shed(int g);

  // How many more values of whole rows must be kept if these members of a group leave it.
  int kept_by_moving(int g, const std::vector<int32_t>& some) const;

  // Where the other group takes them.
  void move(int from, int to, std::vector<int32_t> some);

  // What was computed early for one later group only moves into that group, so that it is not read
  // again from memory: the group reads higher levels than its producer could have.
  void sink(int g);

  // Whether a reduction gives what its loop can go on with: in the type in which it adds up.
  static bool gives_row(const GraphValue& v, const Group& group);
  static bool is_row(const GraphValue& v, const Group& group);
  bool reads_rows(const GraphValue& v, int g) const;
  // Whether a value may be computed in a loop that runs through rows in phases.
  bool fits_rows(const GraphValue& v, const Group& group) const;
  bool all_fit_rows(const std::vector<int32_t>& members, const Group& group) const;
  // Whether an operand of this shape has all points of a row, or one.
  static bool spans_rows(const Shape& operand, const Group& group);

  static SmallVector<uint8_t, 8> reduced_flags(const GraphValue& v, const Shape& domain);

  bool joins(int32_t i, int g, const Shape& domain);

  const Graph& graph_;
  std::vector<std::vector<int32_t>> users_;
  std::vector<bool> is_output_;
  std::vector<int> group_, level_;
  std::vector<Group> groups_;
  bool is_small_body_ = false;  // of a loop, whose values stay in a cache
};

}  // namespace lamina
