// From a recorded graph to a compiled program: the passes, then lowering, and both again where the
// program has to fit into a memory budget.
#include <algorithm>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/compile/cut_loops.h"
#include "lamina/compile/fit_memory.h"
#include "lamina/compile/loops_in_segments.h"
#include "lamina/compile/merge_loops.h"
#include "lamina/exec/compile_times.h"
#include "lamina/exec/estimate.h"
#include "lamina/exec/memory_budget.h"
#include "lamina/exec/program.h"
#include "lamina/op/subgraph.h"

namespace lamina {
namespace {

using ProgramRef = std::shared_ptr<const Program>;

constexpr int kMostTrials = 12;
constexpr double kCloseEnough = 0.97;  // of the budget: not worth another trial

class Fitting {
 public:
  Fitting(const Graph& graph, const Program& unbounded, const char* why, int64_t budget)
      : graph_(graph), why_(why), budget_(budget), least_(unbounded.planned_peak()) {
    fixed_ = unbounded.planned_peak() - unbounded.arena_bytes;  // outputs, and what is kept
    low_ = 0;
    high_ = unbounded.arena_bytes;
  }

  // The model knows neither what kernels take for themselves nor what lies unused between values:
  // so the limit that it is given is searched for.
  ProgramRef run() {
    int64_t limit = std::max<int64_t>(budget_ - fixed_, 0);
    ProgramRef best;
    for (int trial = 0; trial < kMostTrials && limit >= low_ && limit < high_; ++trial) {
      ProgramRef program = lowered(limit);
      const int64_t peak = program->planned_peak();
      least_ = std::min(least_, peak);
      if (peak <= budget_) {
        best = std::move(program);
        if (static_cast<double>(peak) > kCloseEnough * static_cast<double>(budget_)) break;
        low_ = limit;
        if (high_ - low_ < budget_ / 64) break;
        limit = low_ + (high_ - low_) / 2;
      } else {
        if (!reached_ && !best) {
          // Lower limits give up more, and where that does not help either nothing does.
          if (limit == 0) break;
          high_ = limit;
          limit = limit / 2 < budget_ / 64 ? 0 : limit / 2;
          continue;
        }
        high_ = limit;
        // A little less often gives up the same values.
        const int64_t less = limit - std::max(peak - budget_, budget_ / 64);
        limit = best ? low_ + (high_ - low_) / 2 : std::max<int64_t>(less, 0);
      }
    }
    return best;
  }

  int64_t least() const { return least_; }

 private:
  ProgramRef lowered(int64_t limit) {
    FittedGraph fitted = [&] {
      CompileStage stage("fit_memory");
      return fit_memory(graph_, limit);
    }();
    reached_ = fitted.peak <= limit;
    LowerOptions options;
    options.again = std::move(fitted.again);
    return lower(std::move(fitted.graph), 1, why_, std::move(options));
  }

  const Graph& graph_;
  const char* why_;
  const int64_t budget_;
  int64_t fixed_, low_, high_, least_;
  bool reached_ = false;
};

// Into which loops are cut: the fewest that hold the budget are taken.
constexpr int64_t kSegments[] = {4, 8, 16, 32};

double seconds_of(const Program& program) {
  return seconds_of(Cost{program.flops(), program.bytes()});
}

}  // namespace

ProgramRef compile(Graph graph, const char* why) {
  const int64_t budget = memory_budget();
  if (budget == 0) {
    optimize(graph);
    return lower(std::move(graph), 1, why);
  }
  const Graph recorded = copy_graph(graph);
  int64_t least = 0, usual = 0;
  bool fits = false;  // as it is
  // The program of a graph that holds the budget, or null.
  auto fitted = [&](Graph some) {
    optimize(some);
    ProgramRef program = lower(copy_graph(some), 1, why);
    if (usual == 0) usual = least = program->planned_peak();
    fits = program->planned_peak() <= budget;
    if (fits) return program;
    Fitting fitting(some, *program, why, budget);
    program = fitting.run();
    least = std::min(least, fitting.least());
    return program;
  };
  ProgramRef best = fitted(std::move(graph));
  if (best && fits) return best;
  // What repeats whole loops may cost more than loops whose steps run once more.
  for (int64_t segments : kSegments) {
    Graph cut = copy_graph(recorded);
    merge_loops(cut);
    cut_loops(cut, segments);
    if (!loops_in_segments(cut, segments)) break;
    ProgramRef program = fitted(std::move(cut));
    if (!program) continue;
    if (!best || seconds_of(*program) < seconds_of(*best)) best = std::move(program);
    break;
  }
  if (best) return best;
  throw OutOfMemory(text("memory_budget: the program needs at least ", least, " bytes"))
      .detail("budget", text(budget, " bytes"))
      .detail("without a budget", text(usual, " bytes"))
      .help("nothing was changed; use a smaller batch or a larger budget");
}

}  // namespace lamina
