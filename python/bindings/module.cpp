// The module lamina._lamina: what the thin Python package is made of.
#include <nanobind/nanobind.h>

#include "array_object.h"
#include "bindings.h"
#include "errors.h"
#include "lamina/base/error.h"

namespace lamina::python {

NB_MODULE(_lamina, m) {
  nanobind::set_leak_warnings(
      false);  // the dtypes and the type's methods live as long as the process
  nanobind::register_exception_translator(
      [](const std::exception_ptr& exception, void*) {
        try {
          std::rethrow_exception(exception);
        } catch (const Error&) {
          set_python_error(exception);
        }
      },
      nullptr);
  make_array_type(m.ptr());
  bind_dtypes(m);
  bind_conversion(m);
  bind_elementwise(m);
  bind_arithmetic(m);
  bind_reductions(m);
  bind_sorting(m);
  bind_cumulative(m);
  bind_data_types(m);
  bind_creation(m);
  bind_movement(m);
  bind_rearrange(m);
  bind_windows(m);
  bind_resizing(m);
  bind_scatter(m);
  bind_contraction(m);
  bind_statistics(m);
  bind_random(m);
  bind_dropout(m);
  bind_softmax(m);
  bind_activation_functions(m);
  bind_special(m);
  bind_numerical(m);
  bind_assembling(m);
  bind_normalization(m);
  bind_embedding(m);
  bind_attention(m);
  bind_autograd(m);
  bind_control(m);
  bind_transforms(m);
  bind_execution(m);
  nanobind::module_ nn = m.def_submodule("_nn");
  make_parameter_type(nn.ptr());
  bind_modules(nn);
  bind_layers(nn);
  nanobind::module_ init = nn.def_submodule("init");
  bind_initialisers(init);
  bind_spatial_layers(nn);
  bind_more_layers(nn);
  bind_recurrent_cells(nn);
  bind_recurrent_layers(nn);
  nn.attr("cross_entropy") = m.attr("cross_entropy");
  bind_losses(nn);
  bind_loss_modules(nn);
  nanobind::module_ losses = nn.def_submodule("losses");
  bind_keras_losses(losses);
  nanobind::module_ optim = m.def_submodule("_optim");
  bind_optimizers(optim);
  bind_adaptive_optimizers(optim);
  bind_more_optimizers(optim);
  bind_loss_scaler(optim);
  bind_schedules(optim);
  nanobind::module_ data = m.def_submodule("_data");
  bind_data(data);
  nanobind::module_ train = m.def_submodule("_train");
  bind_metrics(train);
  bind_callbacks(train);
  bind_loggers(train);
  bind_watchers(train);
  bind_batches(train);
  bind_training(train);
  bind_rate_callbacks(train);
  bind_model_quantization(m);  // before the functions of arrays: quantize takes a model or an array
  bind_quantization(m);
  nanobind::module_ models = m.def_submodule("_models");
  bind_models(models);
  bind_array_methods(m);
  bind_dlpack(m);
  bind_recipes(nn);
  bind_argument_errors(m);
}

}  // namespace lamina::python
