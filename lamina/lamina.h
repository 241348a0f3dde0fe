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
#include "lamina/exec/deterministic.h"  // set_deterministic
#include "lamina/exec/evaluate.h"       // explain
#include "lamina/models/densenet.h"
#include "lamina/models/resnet.h"
#include "lamina/nn/modules.h"          // layers and losses
#include "lamina/op/recording.h"        // NoGrad
#include "lamina/ops/ops.h"             // every function of arrays
#include "lamina/optim/optimizers.h"
#include "lamina/train/early_stopping.h"
#include "lamina/train/model_checkpoint.h"
#include "lamina/transform/checkpoint.h"
#include "lamina/transform/custom_vjp.h"
#include "lamina/train/trainer.h"       // fit, evaluate, predict; save_model, load_model
