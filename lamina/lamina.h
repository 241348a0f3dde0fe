// Lamina: a deep learning framework. This header is the index of the library; docs/tour.md is the way in.
#pragma once

#include "lamina/autograd/vjp.h"        // gradients, grad, value_and_grad, stop_gradient
#include "lamina/base/cache_use.h"      // cache_uses
#include "lamina/base/error.h"          // what is thrown
#include "lamina/base/interrupt.h"      // interrupt
#include "lamina/base/version.h"
#include "lamina/core/allocator.h"      // memory_statistics, set_memory_limit
#include "lamina/core/array.h"          // start here
#include "lamina/core/dtype.h"
#include "lamina/core/variable.h"
#include "lamina/data/data.h"           // datasets and loaders
#include "lamina/exec/cache.h"          // program_cache
#include "lamina/exec/compile_times.h"  // compile_times
#include "lamina/exec/evaluate.h"
#include "lamina/exec/explain.h"        // explain
#include "lamina/exec/profile.h"        // Profiler
#include "lamina/exec/settings.h"       // threads, memory budget, the same bits
#include "lamina/exec/tune.h"           // tune
#include "lamina/models/bert.h"
#include "lamina/models/densenet.h"
#include "lamina/models/mlp.h"
#include "lamina/models/resnet.h"
#include "lamina/nn/check_shapes.h"     // shapes of a model whose sizes are named
#include "lamina/nn/modules.h"          // layers and losses
#include "lamina/op/precision.h"        // Precision
#include "lamina/op/recording.h"        // NoGrad
#include "lamina/ops/ops.h"             // every function of arrays
#include "lamina/optim/optimizers.h"
#include "lamina/quantize/aware.h"      // quantization_aware
#include "lamina/quantize/options.h"
#include "lamina/quantize/quantize.h"   // models of 8-bit integers
#include "lamina/train/train.h"         // Trainer, callbacks, metrics, model files
#include "lamina/transform/checkpoint.h"
#include "lamina/transform/conditions.h"
#include "lamina/transform/custom_vjp.h"
#include "lamina/transform/scan.h"
#include "lamina/transform/vjp.h"       // vjp, jvp of functions
