#include "lamina/nn/recurrent_lengths.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <queue>
#include <span>
#include <utility>

#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
#include "lamina/ops/indexing.h"
#include "lamina/ops/movement.h"
#include "lamina/transform/scan_lengths.h"

namespace lamina::nn {
namespace {

Array integers(const std::vector<int64_t>& values) {
  return array(std::span<const int64_t>(values), Shape{static_cast<int64_t>(values.size())});
}

Array flags(const std::vector<int64_t>& values) { return integers(values) > int64_t{0}; }

// x with its first axes (`count` of them) replaced by `sizes`.
Array with_first_axes(Array x, int count, IntList sizes) {
  for (int axis = count; axis < x.ndim(); ++axis) sizes.push_back(x.shape(axis));
  return reshape(std::move(x), std::move(sizes));
}

// Rows of x by number; zeros where the flag does not hold.
Array rows_of(Array x, const Array& numbers, const Array& held) {
  IntList shape(static_cast<size_t>(x.ndim()), 1);
  shape[0] = held.shape(0);
  Array taken = take(std::move(x), numbers);
  return where(reshape(held, std::move(shape)), taken, zeros_like(taken));
}

struct Places {
  int64_t steps = 0;
  std::vector<int64_t> row, start;
};

// The longest sequence first, each into the row that is shortest so far (Graham 1969).
Places distribute(const std::vector<int64_t>& lengths, const std::vector<size_t>& longest_first,
                  int64_t rows) {
  using Row = std::pair<int64_t, int64_t>;  // steps so far, number
  std::priority_queue<Row, std::vector<Row>, std::greater<>> shortest;
  for (int64_t row = 0; row < rows; ++row) shortest.emplace(0, row);
  Places places{0, std::vector<int64_t>(lengths.size()), std::vector<int64_t>(lengths.size())};
  for (size_t i : longest_first) {
    auto [steps, row] = shortest.top();
    shortest.pop();
    places.row[i] = row, places.start[i] = steps;
    shortest.emplace(steps + lengths[i], row);
    places.steps = std::max(places.steps, steps + lengths[i]);
  }
  return places;
}

// The longest sequence first, each into the row that it fills best (Johnson 1973); false where one finds
// no row with `steps` to hold it.
bool fill(const std::vector<int64_t>& lengths, const std::vector<size_t>& longest_first,
          int64_t rows, int64_t steps, Places& places) {
  std::multimap<int64_t, int64_t> rest;  // steps that are left, row
  for (int64_t row = 0; row < rows; ++row) rest.emplace(steps, row);
  places = {steps, std::vector<int64_t>(lengths.size()), std::vector<int64_t>(lengths.size())};
  for (size_t i : longest_first) {
    auto best = rest.lower_bound(lengths[i]);
    if (best == rest.end()) return false;
    const auto [left, row] = *best;
    places.row[i] = row, places.start[i] = steps - left;
    rest.erase(best);
    rest.emplace(left - lengths[i], row);
  }
  return true;
}

// In as few steps as either way finds, in whole units.
Places pack_rows(const std::vector<int64_t>& lengths, const std::vector<size_t>& longest_first,
                 int64_t rows, int64_t unit) {
  const auto whole = [&](int64_t steps) { return (steps + unit - 1) / unit * unit; };
  Places places = distribute(lengths, longest_first, rows), filled;
  places.steps = whole(places.steps);
  const int64_t total = std::accumulate(lengths.begin(), lengths.end(), int64_t{0});
  int64_t least = (total + rows - 1) / rows;
  if (!lengths.empty()) least = std::max(least, lengths[longest_first[0]]);
  for (int64_t steps = whole(least); steps < places.steps; steps += unit) {
    if (fill(lengths, longest_first, rows, steps, filled)) return filled;
  }
  return places;
}

}  // namespace

SequenceLayout::SequenceLayout(const Array& lengths, int64_t time, int64_t batch, bool batch_first)
    : time_(time),
      batch_(batch),
      batch_first_(batch_first),
      lengths_(checked_lengths("", lengths, time, batch)) {
  std::vector<size_t> order(lengths_.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return lengths_[a] > lengths_[b]; });
  // A step costs about as much as four rows more. Rows are halves and three quarters of halves of
  // the batch, steps sixteenths of the time: few sizes, so few programs.
  constexpr int64_t kCostOfStep = 4;
  const int64_t unit = std::max<int64_t>(1, (time + 15) / 16);
  int64_t least = -1;
  auto consider = [&](int64_t rows) {
    Places places = pack_rows(lengths_, order, rows, unit);
    const int64_t cost = places.steps * (rows + kCostOfStep);
    if (least >= 0 && cost >= least) return;
    least = cost, steps_ = places.steps, rows_ = rows;
    row_ = std::move(places.row), start_ = std::move(places.start);
  };
  if (batch > 0) consider(batch);
  for (int64_t rows = batch; rows > 1; rows = (rows + 1) / 2) {
    consider((3 * rows + 3) / 4);
    consider((rows + 1) / 2);
  }
  std::vector<int64_t> source(static_cast<size_t>(steps_ * rows_), 0), inside = source;
  std::vector<int64_t> place(static_cast<size_t>(time * batch), 0), valid = place;
  for (size_t i = 0; i < lengths_.size(); ++i) {
    const auto number = static_cast<int64_t>(i);
    for (int64_t t = 0; t < lengths_[i]; ++t) {
      const int64_t there = (start_[i] + t) * rows_ + row_[i];
      const int64_t here = batch_first ? number * time + t : t * batch + number;
      source[static_cast<size_t>(there)] = here, inside[static_cast<size_t>(there)] = 1;
      place[static_cast<size_t>(here)] = there, valid[static_cast<size_t>(here)] = 1;
    }
  }
  source_ = integers(source), inside_ = flags(inside);
  place_ = integers(place), valid_ = flags(valid);
}

Array SequenceLayout::pack(Array x) const {
  Array flat = with_first_axes(std::move(x), 2, {time_ * batch_});
  return with_first_axes(rows_of(std::move(flat), source_, inside_), 1, {steps_, rows_});
}

Array SequenceLayout::unpack(Array y) const {
  Array flat = with_first_axes(std::move(y), 2, {steps_ * rows_});
  const IntList sizes = batch_first_ ? IntList{batch_, time_} : IntList{time_, batch_};
  return with_first_axes(rows_of(std::move(flat), place_, valid_), 1, sizes);
}

Array SequenceLayout::begins(bool reverse) const {
  std::vector<int64_t> values(static_cast<size_t>(steps_ * rows_), 0);
  for (size_t i = 0; i < lengths_.size(); ++i) {
    const int64_t step = start_[i] + (reverse ? lengths_[i] - 1 : 0);
    values[static_cast<size_t>(step * rows_ + row_[i])] = 1;
  }
  return reshape(flags(values), {steps_, rows_});
}

Array SequenceLayout::spread(const Array& state) const {
  std::vector<int64_t> owner(static_cast<size_t>(steps_ * rows_), 0);
  for (size_t i = 0; i < lengths_.size(); ++i) {
    for (int64_t t = start_[i]; t < start_[i] + lengths_[i]; ++t) {
      owner[static_cast<size_t>(t * rows_ + row_[i])] = static_cast<int64_t>(i);
    }
  }
  return with_first_axes(take(state, integers(owner)), 1, {steps_, rows_});
}

Array SequenceLayout::last(Array states, bool reverse) const {
  std::vector<int64_t> places(lengths_.size());
  for (size_t i = 0; i < lengths_.size(); ++i) {
    const int64_t step = start_[i] + (reverse ? 0 : lengths_[i] - 1);
    places[i] = step * rows_ + row_[i];
  }
  return take(with_first_axes(std::move(states), 2, {steps_ * rows_}), integers(places));
}

}  // namespace lamina::nn
