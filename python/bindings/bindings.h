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
void bind_resizing(nanobind::module_& m);
void bind_scatter(nanobind::module_& m);
void bind_contraction(nanobind::module_& m);
void bind_statistics(nanobind::module_& m);
void bind_special(nanobind::module_& m);
void bind_numerical(nanobind::module_& m);
void bind_assembling(nanobind::module_& m);
void bind_quantization(nanobind::module_& m);
void bind_model_quantization(nanobind::module_& m);
void bind_transforms(nanobind::module_& m);
void bind_spatial_layers(nanobind::module_& nn);
void bind_softmax(nanobind::module_& m);
void bind_activation_functions(nanobind::module_& m);
void bind_normalization(nanobind::module_& m);
void bind_embedding(nanobind::module_& m);
void bind_attention(nanobind::module_& m);
void bind_losses(nanobind::module_& nn);
void bind_keras_losses(nanobind::module_& losses);
void bind_loss_modules(nanobind::module_& nn);
void bind_random(nanobind::module_& m);
void bind_distributions(nanobind::module_& random);
void bind_dropout(nanobind::module_& m);
void bind_initialisers(nanobind::module_& init);
void bind_modules(nanobind::module_& nn);
void bind_layers(nanobind::module_& nn);
void bind_more_layers(nanobind::module_& nn);
void bind_recurrent_cells(nanobind::module_& nn);
void bind_recurrent_layers(nanobind::module_& nn);
void bind_optimizers(nanobind::module_& optim);
void bind_adaptive_optimizers(nanobind::module_& optim);
void bind_more_optimizers(nanobind::module_& optim);
void bind_loss_scaler(nanobind::module_& optim);
void bind_schedules(nanobind::module_& optim);
void bind_metrics(nanobind::module_& train);
void bind_callbacks(nanobind::module_& train);
void bind_loggers(nanobind::module_& train);
void bind_rate_callbacks(nanobind::module_& train);
void bind_watchers(nanobind::module_& train);
void bind_batches(nanobind::module_& train);
void bind_models(nanobind::module_& models);
void bind_data(nanobind::module_& data);
void bind_image_data(nanobind::module_& data);
void bind_file_data(nanobind::module_& data);
void bind_training(nanobind::module_& train);
void bind_autograd(nanobind::module_& m);
void bind_control(nanobind::module_& m);
void bind_execution(nanobind::module_& m);
void bind_array_methods(nanobind::module_& m);
void bind_dlpack(nanobind::module_& m);
void bind_recipes(nanobind::module_& nn);
void bind_argument_errors(nanobind::module_& m);  // last: of all that is bound

}  // namespace lamina::python
