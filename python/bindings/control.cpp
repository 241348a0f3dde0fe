// Loops and conditions whose functions are recorded once. What they look like in Python stands in
// lamina/control.py.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "bindings.h"
#include "casters.h"
#include "foreign.h"
#include "lamina/nn/recurrent_lengths.h"
#include "lamina/transform/conditions.h"
#include "lamina/transform/scan.h"
#include "shared_callable.h"

namespace lamina::python {
namespace {

std::vector<Array> own(std::vector<Array> arrays) {
  for (Array& array : arrays) array = own_memory(std::move(array));
  return arrays;
}

// Called at once, with the GIL held.
ArraysTransform function_of(const nb::callable& function) {
  return [&function](const std::vector<Array>& arrays) {
    return nb::cast<std::vector<Array>>(function(arrays));
  };
}

}  // namespace

void bind_control(nb::module_& m) {
  m.def(
      "_scan",
      [](const nb::callable& function, std::vector<Array> init, std::vector<Array> sequences,
         bool reverse, std::optional<int64_t> length, std::optional<Array> lengths,
         std::string name, std::string where) {
        auto step = [&](const std::vector<Array>& carry, const std::vector<Array>& x) {
          nb::tuple result = nb::cast<nb::tuple>(function(carry, x));
          return ScanStep{nb::cast<std::vector<Array>>(result[0]),
                          nb::cast<std::vector<Array>>(result[1])};
        };
        ScanStep done = scan(step, own(std::move(init)), own(std::move(sequences)),
                             {reverse, length, lengths ? own_memory(std::move(*lengths)) : Array(),
                              std::move(name), std::move(where)});
        return nb::make_tuple(std::move(done.carry), std::move(done.outputs));
      },
      nb::arg("function"), nb::arg("init"), nb::arg("sequences"), nb::arg("reverse"),
      nb::arg("length").none(), nb::arg("lengths").none(), nb::arg("name"), nb::arg("where"));
  m.def("_cond", [](Array predicate, const nb::callable& yes, const nb::callable& no,
                    std::vector<Array> operands, std::string where) {
    return cond(own_memory(std::move(predicate)), function_of(yes), function_of(no),
                own(std::move(operands)), std::move(where));
  });
  m.def("_while_loop", [](const nb::callable& condition, const nb::callable& body,
                          std::vector<Array> init, int64_t max_steps, std::string where) {
    auto holds = [&](const std::vector<Array>& carry) { return nb::cast<Array>(condition(carry)); };
    return while_loop(holds, function_of(body), own(std::move(init)),
                      {max_steps, std::move(where)});
  });
  nb::class_<nn::SequenceLayout>(m, "_SequenceLayout")
      .def(nb::init<const Array&, int64_t, int64_t, bool>())
      .def_prop_ro("rows", &nn::SequenceLayout::rows)
      .def_prop_ro("batch", &nn::SequenceLayout::batch)
      .def("pack", &nn::SequenceLayout::pack)
      .def("unpack", &nn::SequenceLayout::unpack)
      .def("begins", &nn::SequenceLayout::begins)
      .def("spread", &nn::SequenceLayout::spread)
      .def("last", &nn::SequenceLayout::last);
}

}  // namespace lamina::python
