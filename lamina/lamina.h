// Lamina: a deep learning framework. This header is the index of the library; docs/tour.md is the way in.
#pragma once

#include "lamina/autograd/vjp.h"        // gradients, grad, value_and_grad, stop_gradient
#include "lamina/base/error.h"          // what is thrown
#include "lamina/base/parallel_for.h"   // set_thread_count
#include "lamina/base/version.h"
#include "lamina/core/array.h"          // start here
#include "lamina/core/variable.h"
#include "lamina/data/data_loader.h"
#include "lamina/data/digits.h"
#include "lamina/exec/evaluate.h"       // explain
#include "lamina/nn/modules.h"          // layers and losses
#include "lamina/op/recording.h"        // NoGrad
#include "lamina/ops/bitwise.h"
#include "lamina/ops/convolution.h"
#include "lamina/ops/creation.h"        // array, zeros, arange
#include "lamina/ops/cumulative.h"       // cumulative_sum, diff
#include "lamina/ops/data_types.h"       // can_cast, finfo
#include "lamina/ops/elementwise.h"
#include "lamina/ops/linear.h"          // matmul
#include "lamina/ops/movement.h"        // reshape, transpose, concatenate
#include "lamina/ops/pooling.h"
#include "lamina/ops/random.h"          // seed, random_normal
#include "lamina/ops/reduction.h"
#include "lamina/ops/searching.h"        // nonzero
#include "lamina/ops/sets.h"             // unique_values
#include "lamina/ops/softmax.h"
#include "lamina/ops/sorting.h"
#include "lamina/optim/optimizers.h"
#include "lamina/train/early_stopping.h"
#include "lamina/train/model_checkpoint.h"
#include "lamina/train/trainer.h"       // fit, evaluate, predict; save_model, load_model
