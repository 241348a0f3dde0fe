// Learning rate schedules of lamina.optim.
#include "lamina/optim/schedules.h"

#include "bindings.h"
#include "lamina/base/error.h"
#include "optimizer_arguments.h"
#include "shared_callable.h"

namespace lamina::python {

using optim::LearningRate;

namespace {

template <class... Schedules>
std::optional<LearningRate> schedule_among(nb::handle lr) {
  std::optional<LearningRate> found;
  auto look = [&]<class S>(S*) {
    if (!found && nb::isinstance<S>(lr)) found = nb::cast<S>(lr);
  };
  (look(static_cast<Schedules*>(nullptr)), ...);
  return found;
}

}  // namespace

LearningRate to_rate(nb::handle lr) {
  if (nb::isinstance<nb::float_>(lr) || nb::isinstance<nb::int_>(lr)) return nb::cast<double>(lr);
  if (auto known =
          schedule_among<optim::CosineSchedule, optim::StepSchedule, optim::WarmupSchedule,
                         optim::MultiStepSchedule, optim::ExponentialSchedule,
                         optim::PolynomialSchedule, optim::CosineRestartsSchedule,
                         optim::OneCycleSchedule, optim::PiecewiseSchedule, optim::ChainedSchedule>(
              lr)) {
    return *known;
  }
  if (!PyCallable_Check(lr.ptr())) {
    throw DTypeError(text("lr: expected a number, a schedule or a function of the step, got ",
                          Py_TYPE(lr.ptr())->tp_name));
  }
  auto function = share_callable(lr);  // trainers ask without the GIL
  return [function](int64_t step) {
    nb::gil_scoped_acquire gil;
    return nb::cast<double>((*function)(step));
  };
}

namespace {

template <class Schedule>
nb::class_<Schedule> schedule(nb::module_& m, const char* name, const char* doc) {
  nb::class_<Schedule> type(m, name, nb::is_weak_referenceable(), doc);
  type.def(
      "__call__", [](const Schedule& self, int64_t step) { return self(step); }, nb::arg("step"));
  return type;
}

template <class Schedule>
void make(Schedule* self, Schedule schedule) {
  check(schedule);
  new (self) Schedule(std::move(schedule));
}

void bind_first(nb::module_& m) {
  schedule<optim::CosineSchedule>(
      m, "CosineSchedule",
      "Rises to lr over warmup steps, then falls to end along half a cosine until steps.\n"
      ">>> rate = lm.optim.CosineSchedule(0.1, steps=100)\n"
      ">>> rate(0), rate(50), rate(100)\n"
      "(0.1, 0.05, 0.0)")
      .def(
          "__init__",
          [](optim::CosineSchedule* self, double lr, int64_t steps, double end, int64_t warmup) {
            new (self) optim::CosineSchedule{lr, steps, end, warmup};
          },
          nb::arg("lr"), nb::arg("steps"), nb::arg("end") = 0.0, nb::arg("warmup") = 0);
  schedule<optim::StepSchedule>(m, "StepSchedule",
                                "Multiplied by factor every `every` steps, after a warm-up.\n"
                                ">>> rate = lm.optim.StepSchedule(0.5, every=10, factor=0.5)\n"
                                ">>> rate(0), rate(10), rate(20)\n"
                                "(0.5, 0.25, 0.125)")
      .def(
          "__init__",
          [](optim::StepSchedule* self, double lr, int64_t every, double factor, int64_t warmup) {
            new (self) optim::StepSchedule{lr, every, factor, warmup};
          },
          nb::arg("lr"), nb::arg("every"), nb::arg("factor") = 0.1, nb::arg("warmup") = 0);
  schedule<optim::WarmupSchedule>(m, "WarmupSchedule",
                                  "Rises to lr over warmup steps and stays there.\n"
                                  ">>> rate = lm.optim.WarmupSchedule(0.5, warmup=4)\n"
                                  ">>> rate(1), rate(10)\n"
                                  "(0.25, 0.5)")
      .def(
          "__init__",
          [](optim::WarmupSchedule* self, double lr, int64_t warmup) {
            new (self) optim::WarmupSchedule{lr, warmup};
          },
          nb::arg("lr"), nb::arg("warmup"));
}

void bind_more(nb::module_& m) {
  schedule<optim::MultiStepSchedule>(
      m, "MultiStepSchedule",
      "Multiplied by factor at each milestone, after a warm-up.\n"
      ">>> rate = lm.optim.MultiStepSchedule(0.5, milestones=[2, 4], factor=0.5)\n"
      ">>> rate(1), rate(2), rate(4)\n"
      "(0.5, 0.25, 0.125)")
      .def(
          "__init__",
          [](optim::MultiStepSchedule* self, double lr, std::vector<int64_t> milestones,
             double factor, int64_t warmup) {
            make(self, {lr, std::move(milestones), factor, warmup});
          },
          nb::arg("lr"), nb::arg("milestones"), nb::arg("factor") = 0.1, nb::arg("warmup") = 0);
  schedule<optim::ExponentialSchedule>(m, "ExponentialSchedule",
                                       "lr * factor^(step / every), after a warm-up.\n"
                                       ">>> rate = lm.optim.ExponentialSchedule(0.5, factor=0.5)\n"
                                       ">>> rate(0), rate(1), rate(2)\n"
                                       "(0.5, 0.25, 0.125)")
      .def(
          "__init__",
          [](optim::ExponentialSchedule* self, double lr, double factor, int64_t every,
             int64_t warmup) {
            make(self, {lr, factor, every, warmup});
          },
          nb::arg("lr"), nb::arg("factor") = 0.95, nb::arg("every") = 1, nb::arg("warmup") = 0);
  schedule<optim::PolynomialSchedule>(
      m, "PolynomialSchedule",
      "lr * (1 - step / steps)^power down to end, after a warm-up.\n"
      ">>> rate = lm.optim.PolynomialSchedule(0.5, steps=4)\n"
      ">>> rate(0), rate(2), rate(9)\n"
      "(0.5, 0.25, 0.0)")
      .def(
          "__init__",
          [](optim::PolynomialSchedule* self, double lr, int64_t steps, double power, double end,
             int64_t warmup) {
            make(self, {lr, steps, power, end, warmup});
          },
          nb::arg("lr"), nb::arg("steps"), nb::arg("power") = 1.0, nb::arg("end") = 0.0,
          nb::arg("warmup") = 0);
  schedule<optim::CosineRestartsSchedule>(
      m, "CosineRestartsSchedule",
      "Half a cosine from lr to end over period steps, again and again, each multiply times as "
      "long.\n"
      ">>> rate = lm.optim.CosineRestartsSchedule(0.5, period=10)\n"
      ">>> rate(0), rate(5), rate(10)\n"
      "(0.5, 0.25, 0.5)")
      .def(
          "__init__",
          [](optim::CosineRestartsSchedule* self, double lr, int64_t period, int64_t multiply,
             double end, int64_t warmup) {
            make(self, {lr, period, multiply, end, warmup});
          },
          nb::arg("lr"), nb::arg("period"), nb::arg("multiply") = 1, nb::arg("end") = 0.0,
          nb::arg("warmup") = 0);
  schedule<optim::OneCycleSchedule>(
      m, "OneCycleSchedule",
      "Up from lr / start_divisor to lr over the first `rise` of the steps, then down to lr / "
      "start_divisor / end_divisor, along half cosines.\n"
      ">>> rate = lm.optim.OneCycleSchedule(0.5, steps=10, rise=0.5)\n"
      ">>> rate(4), rate(10) < 1e-5\n"
      "(0.5, True)")
      .def(
          "__init__",
          [](optim::OneCycleSchedule* self, double lr, int64_t steps, double rise,
             double start_divisor, double end_divisor) {
            make(self, {lr, steps, rise, start_divisor, end_divisor});
          },
          nb::arg("lr"), nb::arg("steps"), nb::arg("rise") = 0.3, nb::arg("start_divisor") = 25.0,
          nb::arg("end_divisor") = 1e4);
  schedule<optim::PiecewiseSchedule>(
      m, "PiecewiseSchedule",
      "One rate between each two boundaries.\n"
      ">>> rate = lm.optim.PiecewiseSchedule([10, 20], [0.5, 0.25, 0.125])\n"
      ">>> rate(9), rate(10), rate(30)\n"
      "(0.5, 0.25, 0.125)")
      .def(
          "__init__",
          [](optim::PiecewiseSchedule* self, std::vector<int64_t> boundaries,
             std::vector<double> rates) {
            make(self, {std::move(boundaries), std::move(rates)});
          },
          nb::arg("boundaries"), nb::arg("rates"));
  schedule<optim::ChainedSchedule>(
      m, "ChainedSchedule",
      "One rate or schedule after the other; each counts its steps from its own beginning.\n"
      ">>> fall = lm.optim.PolynomialSchedule(0.5, steps=4)\n"
      ">>> rate = lm.optim.ChainedSchedule([0.125, fall], boundaries=[10])\n"
      ">>> rate(9), rate(10), rate(12)\n"
      "(0.125, 0.5, 0.25)")
      .def(
          "__init__",
          [](optim::ChainedSchedule* self, const nb::list& schedules,
             std::vector<int64_t> boundaries) {
            optim::ChainedSchedule chain{{}, std::move(boundaries)};
            for (nb::handle one : schedules) chain.schedules.push_back(to_rate(one));
            make(self, std::move(chain));
          },
          nb::arg("schedules"), nb::arg("boundaries"));
  nb::class_<optim::ReduceOnPlateau>(
      m, "ReduceOnPlateau",
      "Lowers an optimizer's rate when a value has stopped getting better.\n"
      ">>> optimizer = lm.optim.SGD([lm.nn.Parameter(lm.ones(1))], lr=0.5)\n"
      ">>> plateau = lm.optim.ReduceOnPlateau(optimizer, factor=0.5, patience=1)\n"
      ">>> [plateau.step(loss) for loss in (1.0, 1.0, 1.0)]\n"
      "[False, False, True]\n"
      ">>> optimizer.lr\n"
      "0.25")
      .def(
          "__init__",
          [](optim::ReduceOnPlateau* self, optim::Optimizer& optimizer, double factor,
             int64_t patience, double min_delta, int64_t cooldown, double min_lr, bool maximize) {
            new (self) optim::ReduceOnPlateau(
                optimizer, {factor, patience, min_delta, cooldown, min_lr, maximize});
          },
          nb::arg("optimizer"), nb::keep_alive<1, 2>(), nb::arg("factor") = 0.1,
          nb::arg("patience") = 10, nb::arg("min_delta") = 1e-4, nb::arg("cooldown") = 0,
          nb::arg("min_lr") = 0.0, nb::arg("maximize") = false)
      .def("step", &optim::ReduceOnPlateau::step, nb::arg("value"), "Whether the rate fell.");
}

}  // namespace

void bind_schedules(nb::module_& m) {
  bind_first(m);
  bind_more(m);
}

}  // namespace lamina::python
