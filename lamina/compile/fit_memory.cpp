#include "lamina/compile/fit_memory.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "lamina/compile/live_steps.h"

namespace lamina {
namespace {

constexpr int kMostRounds = 200;
constexpr int kPatience = 12;         // rounds without a lower peak
constexpr size_t kLongest = 512;      // steps that are repeated for one value
constexpr int64_t kSmall = 8;         // what takes this fraction is kept rather than computed
constexpr int64_t kLeastBytes = 256;  // not worth an instruction

size_t at(int64_t i) { return static_cast<size_t>(i); }

// What is given up between two accesses: one buffer, or several results of an op that computes them
// all at once, as a loop does, so that it is repeated for all of them.
struct Candidate {
  std::vector<int32_t> buffers;
  int64_t bytes = 0;
  int from = 0, to = 0;           // positions of the accesses of the first
  std::vector<int32_t> repeated;  // steps, inputs first
  std::vector<int32_t> needed;    // buffers that must live at `to`
  std::vector<int32_t> extended;  // .. and live longer for it
  double seconds = 0, score = 0;
};

class Round {
 public:
  Round(LiveSteps& live, int64_t limit)
      : live_(live), limit_(limit), known_(live.steps().size()), bytes_at_(live.bytes_at()) {
    count_over();
    insertions_.resize(live.order().size());
    users_.resize(live.buffers().size());
    made_by_.assign(live.buffers().size(), -1);
    for (int32_t step : live.order()) {
      if (!live.is_result(step)) continue;
      const int32_t whole = live.steps()[at(step)].inputs[0], buffer = live.steps()[at(step)].buffer;
      if (buffer < 0 || !live.is_made_whole(whole)) continue;
      made_by_[at(buffer)] = whole;
      results_[whole].push_back(buffer);
    }
    for (size_t p = 0; p < live.order().size(); ++p) {
      const int32_t step = live.order()[p];
      if (!live.runs(step)) continue;
      for (int32_t input : live.steps()[at(step)].inputs) {
        const int32_t buffer = live.steps()[at(input)].buffer;
        if (buffer >= 0) users_[at(buffer)].emplace_back(static_cast<int>(p), step);
      }
    }
  }

  // Gives up what pays most, until nothing is over the limit any more; false when nothing is left
  // to give up.
  bool run() {
    std::vector<Candidate> candidates;
    for (size_t b = 0; b < live_.buffers().size(); ++b) {
      Candidate c;
      if (find(static_cast<int32_t>(b), c)) candidates.push_back(std::move(c));
    }
    std::stable_sort(candidates.begin(), candidates.end(),
                     [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
    bool any = false;
    for (const Candidate& c : candidates) {
      if (over_between(c.from, c.to) == 0 || !still_stands(c)) continue;
      apply(c);
      any = true;
      if (over_.back() == 0) break;
    }
    if (any) live_.insert(insertions_);
    return any;
  }

 private:
  const LiveSteps::Buffer& buffer(int32_t b) const { return live_.buffers()[at(b)]; }

  void count_over() {
    over_.assign(bytes_at_.size() + 1, 0);
    for (size_t p = 0; p < bytes_at_.size(); ++p) over_[p + 1] = over_[p] + (bytes_at_[p] > limit_);
  }
  // Positions over the limit that lie between the two.
  int over_between(int from, int to) const {
    return to > from + 1 ? over_[at(to)] - over_[at(from) + 1] : 0;
  }

  bool find(int32_t b, Candidate& c) {
    const LiveSteps::Buffer& given = buffer(b);
    if (given.stays || given.bytes < kLeastBytes) return false;
    int most = 0;
    for (size_t k = 0; k + 1 < given.accesses.size(); ++k) {
      if (given.accesses[k] < given.last_write) continue;
      const int over = over_between(given.accesses[k], given.accesses[k + 1]);
      if (over > most) most = over, c.from = given.accesses[k], c.to = given.accesses[k + 1];
    }
    if (most == 0) return false;
    c.buffers = {b};
    if (made_by_[at(b)] >= 0) add_siblings(b, c);
    for (int32_t given_up : c.buffers) c.bytes += buffer(given_up).bytes;
    if (!collect(c)) return false;
    double gain = 0;
    for (int32_t given_up : c.buffers)
      gain += static_cast<double>(buffer(given_up).bytes) * over_between(before(given_up, c.to), c.to);
    for (int32_t e : c.extended)
      gain -= static_cast<double>(buffer(e).bytes) * over_between(buffer(e).last(), c.to + 1);
    c.score = gain / (c.seconds + 1e-6);
    return gain > 0;
  }

  // The other results of the op that are read again from `to` on.
  void add_siblings(int32_t b, Candidate& c) const {
    for (int32_t other : results_.at(made_by_[at(b)])) {
      const LiveSteps::Buffer& given = buffer(other);
      if (other == b || given.stays || given.last_write >= c.to || given.last() < c.to) continue;
      c.buffers.push_back(other);
    }
  }

  // The last access to the buffer in front of a position.
  int before(int32_t b, int position) const {
    const auto& accesses = buffer(b).accesses;
    return *(std::lower_bound(accesses.begin(), accesses.end(), position) - 1);
  }

  static bool gives_up(const Candidate& c, int32_t b) {
    return std::find(c.buffers.begin(), c.buffers.end(), b) != c.buffers.end();
  }

  // What must be repeated for those that read the buffer from `to` on.
  bool collect(Candidate& c) {
    std::unordered_set<int32_t> done;
    struct Frame {
      int32_t step;
      size_t next;
    };
    std::vector<Frame> stack;
    auto open = [&](int32_t step) {
      if (done.contains(step) || is_there(step, c)) return;
      done.insert(step);
      stack.push_back({step, 0});
    };
    auto add = [&](int32_t root) {
      open(root);
      while (!stack.empty()) {
        Frame& frame = stack.back();
        const auto& inputs = live_.steps()[at(frame.step)].inputs;
        if (frame.next < inputs.size()) {
          const int32_t next = inputs[frame.next++];
          if (at(next) >= known_) return false;  // of this round: the next one may see
          open(next);
          continue;
        }
        c.repeated.push_back(frame.step);
        c.seconds += live_.seconds(frame.step);
        stack.pop_back();
      }
      return c.repeated.size() <= kLongest;
    };
    for (int32_t b : c.buffers) {
      for (auto [position, user] : users_[at(b)]) {
        if (position < c.to) continue;
        for (int32_t input : live_.steps()[at(user)].inputs) {
          if (live_.steps()[at(input)].buffer == b && !add(input)) return false;
        }
      }
    }
    return true;
  }

  bool is_there(int32_t step, Candidate& c) {
    if (live_.is_leaf(step)) return true;
    const int32_t b = live_.steps()[at(step)].buffer;
    if (b < 0 || gives_up(c, b)) return false;
    const LiveSteps::Buffer& other = buffer(b);
    if (other.stays) return true;
    if (other.last() < c.to) {
      if (other.bytes * kSmall > c.bytes) return false;
      c.extended.push_back(b);
    }
    c.needed.push_back(b);
    return true;
  }

  // Whether nothing that this round has given up before stands in its way.
  bool still_stands(const Candidate& c) {
    for (int32_t b : c.buffers) {
      if (relied_on_.contains(b) || given_up_.contains(b)) return false;
    }
    for (int32_t b : c.needed) {
      if (given_up_.contains(b)) return false;
    }
    for (int32_t step : c.repeated) {
      for (int32_t input : live_.steps()[at(step)].inputs) {
        if (at(input) >= known_) return false;
      }
    }
    return true;
  }

  void apply(const Candidate& c) {
    std::unordered_map<int32_t, int32_t> copies, buffers;
    for (int32_t step : c.repeated) {
      SmallVector<int32_t, 4> inputs = live_.steps()[at(step)].inputs;
      for (int32_t& input : inputs) {
        if (auto copy = copies.find(input); copy != copies.end()) input = copy->second;
      }
      int32_t b = live_.steps()[at(step)].buffer;
      if (live_.is_view(step)) {
        b = live_.steps()[at(inputs[0])].buffer;
      } else if (b >= 0) {
        auto [known, is_new] = buffers.try_emplace(b, 0);
        if (is_new) known->second = live_.new_buffer(live_.buffers()[at(b)].bytes);
        b = known->second;
      }
      copies[step] = live_.repeat(step, std::move(inputs), b);
      insertions_[at(c.to)].push_back(copies[step]);
    }
    for (int32_t b : c.buffers) {
      for (auto [position, user] : users_[at(b)]) {
        if (position < c.to) continue;
        for (size_t k = 0; k < live_.steps()[at(user)].inputs.size(); ++k) {
          auto copy = copies.find(live_.steps()[at(user)].inputs[k]);
          if (copy == copies.end() || live_.steps()[at(copy->first)].buffer != b) continue;
          live_.replace_input(user, k, copy->second);
        }
      }
      given_up_.insert(b);
      for (int p = before(b, c.to) + 1; p < c.to; ++p) bytes_at_[at(p)] -= buffer(b).bytes;
    }
    relied_on_.insert(c.needed.begin(), c.needed.end());
    for (int32_t e : c.extended) {
      for (int p = buffer(e).last() + 1; p <= c.to; ++p) bytes_at_[at(p)] += buffer(e).bytes;
    }
    count_over();
  }

  LiveSteps& live_;
  const int64_t limit_;
  const size_t known_;  // steps; those after them are of this round
  std::vector<int64_t> bytes_at_;
  std::vector<int> over_;  // positions over the limit, up to each
  std::vector<std::vector<int32_t>> insertions_;
  std::vector<std::vector<std::pair<int, int32_t>>> users_;  // of each buffer: position, step
  std::vector<int32_t> made_by_;  // of each buffer: the op that computes it and others, or -1
  std::unordered_map<int32_t, std::vector<int32_t>> results_;  // .. and all of its buffers
  std::unordered_set<int32_t> given_up_, relied_on_;
};

}  // namespace

FittedGraph fit_memory(const Graph& graph, int64_t bytes) {
  LiveSteps live(graph), best(live);
  int without_gain = 0;
  for (int round = 0; round < kMostRounds && best.peak() > bytes; ++round) {
    if (!Round(live, bytes).run()) break;
    if (live.peak() < best.peak()) {
      best = live;
      without_gain = 0;
    } else if (++without_gain > kPatience) {
      break;
    }
  }
  FittedGraph fitted;
  fitted.peak = best.peak();
  fitted.graph = best.to_graph(fitted.again);
  for (int32_t step : best.order()) {
    if (best.steps()[at(step)].again) fitted.seconds += best.seconds(step);
  }
  return fitted;
}

}  // namespace lamina
