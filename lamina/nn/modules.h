// All layers.
#pragma once

#include "lamina/nn/activations.h"
#include "lamina/nn/batch_norm.h"
#include "lamina/nn/convolution.h"
#include "lamina/nn/dropout.h"
#include "lamina/nn/flatten.h"
#include "lamina/nn/layer_norm.h"
#include "lamina/nn/linear.h"
#include "lamina/nn/losses.h"
#include "lamina/nn/pooling.h"
#include "lamina/nn/sequential.h"
#include "lamina/nn/spatial.h"
