// The entries of this folder that tests and benchmarks ask for by name. The library itself finds
// all of them through the generated table.
#pragma once

#include "lamina/op/backend.h"

namespace lamina::backend {

extern const KernelEntry kernel_matmul_onednn;
extern const KernelEntry kernel_matmul_packed;
extern const KernelEntry kernel_matmul_row;
extern const KernelEntry kernel_matmul_blocked;
extern const KernelEntry kernel_matmul_by_float32;
extern const KernelEntry kernel_matmul_few_rows;
extern const KernelEntry kernel_convolution_onednn;
extern const KernelEntry kernel_convolution_input_gradient_onednn;
extern const KernelEntry kernel_convolution_weight_gradient_onednn;
extern const KernelEntry kernel_convolution_winograd;
extern const KernelEntry kernel_convolution_input_gradient_winograd;
extern const KernelEntry kernel_convolution_weight_gradient_winograd;
extern const KernelEntry kernel_max_pool;
extern const KernelEntry kernel_max_pool_gradient;
extern const KernelEntry kernel_average_pool;
extern const KernelEntry kernel_average_pool_gradient;
extern const KernelEntry kernel_copy_strided;
extern const KernelEntry kernel_cpu_loop;
extern const KernelEntry kernel_softmax_rows;
extern const KernelEntry kernel_log_softmax_rows;
extern const KernelEntry kernel_cross_entropy_rows;
extern const KernelEntry kernel_cross_entropy_gradient_rows;

}  // namespace lamina::backend
