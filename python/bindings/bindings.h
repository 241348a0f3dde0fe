// The parts of the module lamina._lamina, one function and one file each.
#pragma once

#include <nanobind/nanobind.h>

namespace lamina::python {

void bind_dtypes(nanobind::module_& m);
void bind_conversion(nanobind::module_& m);
void bind_elementwise(nanobind::module_& m);
void bind_arithmetic(nanobind::module_& m);
void bind_reductions(nanobind::module_& m);
void bind_creation(nanobind::module_& m);
void bind_movement(nanobind::module_& m);
void bind_rearrange(nanobind::module_& m);
void bind_sorting(nanobind::module_& m);
void bind_cumulative(nanobind::module_& m);
void bind_data_types(nanobind::module_& m);
void bind_windows(nanobind::module_& m);
void bind_losses(nanobind::module_& m);
void bind_random(nanobind::module_& m);
void bind_modules(nanobind::module_& nn);
void bind_layers(nanobind::module_& nn);
void bind_optimizers(nanobind::module_& optim);
void bind_data(nanobind::module_& data);
void bind_training(nanobind::module_& train);
void bind_autograd(nanobind::module_& m);
void bind_execution(nanobind::module_& m);
void bind_array_methods(nanobind::module_& m);
void bind_dlpack(nanobind::module_& m);

}  // namespace lamina::python
