// All layers.
#pragma once

#include "lamina/nn/activations.h"
#include "lamina/nn/batch_norm.h"
#include "lamina/nn/bilinear.h"
#include "lamina/nn/convolution.h"
#include "lamina/nn/dropout.h"
#include "lamina/nn/embedding.h"
#include "lamina/nn/flatten.h"
#include "lamina/nn/group_norm.h"
#include "lamina/nn/keras_losses.h"
#include "lamina/nn/layer_norm.h"
#include "lamina/nn/linear.h"
#include "lamina/nn/losses.h"
#include "lamina/nn/more_activations.h"
#include "lamina/nn/pooling.h"
#include "lamina/nn/rms_norm.h"
#include "lamina/nn/sequential.h"
