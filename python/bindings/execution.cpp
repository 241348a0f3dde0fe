// Running recorded work, and what there is to know about it.
#include "lamina/exec/deterministic.h"
#include "lamina/exec/evaluate.h"
#include "lamina/exec/explain.h"
#include "lamina/exec/memory_budget.h"
#include "lamina/op/precision.h"

#include <nanobind/stl/map.h>

#include "bindings.h"
#include "casters.h"
#include "lamina/base/error.h"
#include "lamina/base/interrupt.h"
#include "lamina/base/parallel_for.h"
#include "lamina/core/allocator.h"
#include "lamina/exec/cache.h"
#include "lamina/exec/compile_times.h"
#include "lamina/exec/profile.h"
#include "lamina/exec/tune.h"

namespace lamina::python {
namespace {

nb::dict counters_dict(const ExecutionCounters& counters) {
  nb::dict out;
  out["evaluations"] = counters.evaluations;
  out["new_programs"] = counters.new_programs;
  out["compiled"] = counters.compiled;
  out["compiled_nodes"] = counters.compiled_nodes;
  out["fallbacks"] = counters.fallbacks;
  out["early_reads"] = counters.early_reads;
  out["cached_programs"] = counters.cached_programs;
  out["cached_bytes"] = counters.cached_bytes;
  out["compile_seconds"] = counters.compile_seconds;
  return out;
}

// Ctrl-C while a loop runs or a batch is waited for.
void check_signals() {
  nb::gil_scoped_acquire gil;
  if (PyErr_CheckSignals() != 0) throw nb::python_error();
}

}  // namespace

void bind_execution(nb::module_& m) {
  set_interrupt_check(&check_signals);
  m.def("interrupt", &interrupt,
        "Ends the loops (scan, while_loop) that run now in any thread: they raise Interrupted, and "
        "every value is as before. Ctrl-C does it too, as a KeyboardInterrupt.\n"
        ">>> lm.interrupt()  # nothing runs: nothing happens");
  m.def("_set_memory_budget", &set_memory_budget);
  m.def("_precision_named", [](const std::string& name, bool emulate) {
    return static_cast<int>(precision_named(name, {.emulate = emulate}));
  });
  m.def("_set_precision", [](int products) {
    return static_cast<int>(std::exchange(recording().products, static_cast<DType>(products)));
  });
  m.def("_eval", [](const std::vector<Array>& arrays) {
    ReleaseGil released;
    eval(arrays);
  });
  m.def("_explain", [](const std::vector<Array>& arrays) { return explain(arrays); });
  m.def("_explain_runs", [](const nb::callable& function) {
    return explain([&] { function(); });
  });

  nb::class_<TunedCall>(m, "TunedCall",
                        "What `lm.tune` measured of one call: the kernel that comes first in rank and the "
                        "one that was chosen, with seconds of a run.\n"
                        ">>> lm.tune(lm.relu, lm.ones(3)).calls  # one kernel: nothing to choose\n"
                        "[]")
      .def_ro("call", &TunedCall::call)
      .def_ro("first", &TunedCall::first)
      .def_ro("chosen", &TunedCall::chosen)
      .def_ro("first_seconds", &TunedCall::first_seconds)
      .def_ro("chosen_seconds", &TunedCall::chosen_seconds);
  nb::class_<TuningReport>(m, "TuningReport",
                           "What `lm.tune` measured: calls, and the path of the file that keeps them.\n"
                           ">>> print(lm.tune(lm.relu, lm.ones(3)))\n"
                           "0 calls that several kernels can run, 0 changed")
      .def_ro("calls", &TuningReport::calls)
      .def_ro("path", &TuningReport::path)
      .def("__str__", [](const TuningReport& r) {
        std::string out = r.to_string();
        if (out.ends_with('\n')) out.pop_back();
        return out;
      });
  m.def("_tune", [](const nb::callable& function) { return tune([&] { function(); }); });

  nb::class_<ProfileRow>(
      m, "ProfileRow",
      "What one kernel did for one layer: layer, kernel, what, tier, why, runs, seconds, "
      "flops, bytes.\n"
      ">>> with lm.profile() as p:\n"
      "...     lm.eval(lm.ones(3) + lm.ones(3))\n"
      ">>> p.rows[0].runs\n"
      "1")
      .def_ro("layer", &ProfileRow::layer)
      .def_ro("kernel", &ProfileRow::kernel)
      .def_ro("what", &ProfileRow::what)
      .def_ro("tier", &ProfileRow::tier)
      .def_ro("why", &ProfileRow::why)
      .def_ro("runs", &ProfileRow::runs)
      .def_ro("seconds", &ProfileRow::seconds)
      .def_ro("flops", &ProfileRow::flops)
      .def_ro("bytes", &ProfileRow::bytes);
  nb::class_<Profiler>(m, "Profiler",
                       "Measures what runs from its creation on; `print` shows the longest first.\n"
                       ">>> profiler = lm.Profiler()\n"
                       ">>> values = lm.exp(lm.ones(3)).tolist()\n"
                       ">>> profiler.seconds > 0\n"
                       "True")
      .def(nb::init<>())
      .def("stop", &Profiler::stop)
      .def("save", &Profiler::save, nb::arg("path"))
      .def_prop_ro("rows", &Profiler::rows)
      .def_prop_ro("seconds", &Profiler::seconds)
      .def_prop_ro("counters", [](const Profiler& p) { return counters_dict(p.counters()); })
      .def("__str__", &Profiler::to_string);
  m.def(
      "execution_counters", [] { return counters_dict(execution_counters()); },
      "How many programs have run, were made, were compiled; and what the cache holds.\n"
      ">>> sorted(lm.execution_counters())[:1]\n"
      "['cached_bytes']");
  m.def("compile_times", &compile_times,
        "Seconds that making programs has taken since the start, by stage: passes over the graph, "
        "choice of places, kernels by name.\n"
        ">>> lm.eval(lm.ones(3) + lm.ones(3))\n"
        ">>> lm.compile_times()[\"lower\"] > 0\n"
        "True");
  m.def("last_miss", &last_miss,
        "Which part of the newest program's key differed from the nearest cached one.\n"
        ">>> isinstance(lm.last_miss(), str)\n"
        "True");

  nb::class_<ProgramSummary>(
      m, "ProgramSummary",
      "One program of the cache: what it mostly does, tier, runs, instructions, bytes "
      "in the cache, planned_bytes of a run. It may have kernels for several sizes; for `passes` of "
      "them the compiler's passes have run, the others follow from those.\n"
      ">>> lm.program_cache().clear()\n"
      ">>> lm.eval(lm.ones(3) + lm.ones(3))\n"
      ">>> lm.program_cache().programs[0].runs\n"
      "1")
      .def_ro("what", &ProgramSummary::what)
      .def_ro("tier", &ProgramSummary::tier)
      .def_ro("runs", &ProgramSummary::runs)
      .def_ro("instructions", &ProgramSummary::instructions)
      .def_ro("bytes", &ProgramSummary::bytes)
      .def_ro("planned_bytes", &ProgramSummary::planned_bytes)
      .def_ro("sizes", &ProgramSummary::sizes)
      .def_ro("passes", &ProgramSummary::passes);
  nb::class_<CacheUse>(m, "CacheUse",
                       "What a cache holds: name, entries, bytes, limit.\n"
                       ">>> all(use.bytes <= use.limit for use in lm.program_cache().caches)\n"
                       "True")
      .def_ro("name", &CacheUse::name)
      .def_ro("entries", &CacheUse::entries)
      .def_ro("bytes", &CacheUse::bytes)
      .def_ro("limit", &CacheUse::limit);
  nb::class_<ProgramCache>(
      m, "ProgramCache",
      "Programs by structure: programs, bytes, hits, limit, clear(); caches, which go with "
      "them; print shows them "
      "all.\n"
      ">>> lm.program_cache().bytes <= lm.program_cache().limit\n"
      "True")
      .def_prop_ro("programs", &ProgramCache::programs)
      .def_prop_ro("bytes", &ProgramCache::bytes)
      .def_prop_ro("caches", &ProgramCache::caches)
      .def_prop_ro("hits", &ProgramCache::hits)
      .def_prop_rw("limit", &ProgramCache::limit,
                   [](ProgramCache& cache, int64_t bytes) {
                     if (bytes < 0)
                       throw ValueError(text("limit: expected 0 or more, got ", bytes));
                     cache.set_limit(static_cast<size_t>(bytes));
                   })
      .def("clear", &ProgramCache::clear)
      .def("__len__", &ProgramCache::size)
      .def("__str__", &ProgramCache::to_string);
  m.def("program_cache", &program_cache, nb::rv_policy::reference,
        "The programs that are kept, last used first; bounded by `limit` bytes, `clear()` empties "
        "it.\n"
        ">>> lm.program_cache().clear()\n"
        ">>> len(lm.program_cache())\n"
        "0");

  m.def(
      "memory_statistics",
      [] {
        MemoryStatistics statistics = memory_statistics();
        nb::dict out;
        out["in_use"] = statistics.in_use;
        out["peak"] = statistics.peak;
        out["cached"] = statistics.cached;
        out["limit"] = statistics.limit;
        return out;
      },
      "Bytes in use, their peak, bytes kept for the next request, and the limit.\n"
      ">>> lm.memory_statistics()[\"in_use\"] >= 0\n"
      "True");
  m.def(
      "set_memory_limit",
      [](int64_t bytes) {
        if (bytes < 0)
          throw ValueError(text("set_memory_limit: expected bytes of 0 or more, got ", bytes));
        set_memory_limit(static_cast<size_t>(bytes));
      },
      nb::arg("bytes"),
      "Allocations that would take more than so many bytes in all raise OutOfMemory.\n"
      ">>> lm.set_memory_limit(lm.memory_statistics()[\"limit\"])");
  m.def("reset_peak_memory", &reset_peak_memory,
        "Makes the peak of memory_statistics() what is in use now.\n"
        ">>> lm.reset_peak_memory()");
  m.def("set_num_threads", &set_thread_count, nb::arg("count"),
        "How many threads compute: 1 to 1,024.\n"
        ">>> lm.set_num_threads(lm.num_threads())");
  m.def(
      "set_deterministic", &set_deterministic, nb::arg("on") = true,
      "Whether programs made from now on give the same bits with any number of threads, in either "
      "tier, and for a row whatever batch it is in. It costs speed. LAMINA_DETERMINISTIC=1 in the "
      "environment turns it on from the start.\n"
      ">>> lm.set_deterministic(False)");
  m.def("is_deterministic", &is_deterministic,
        "What set_deterministic was last told.\n"
        ">>> lm.is_deterministic()\n"
        "False");
  m.def("num_threads", &thread_count,
        "How many threads compute.\n"
        ">>> lm.num_threads() >= 1\n"
        "True");
}

}  // namespace lamina::python
