// All optimizers.
#pragma once

#include "lamina/optim/adam.h"
#include "lamina/optim/clip.h"
#include "lamina/optim/learning_rate.h"
#include "lamina/optim/optimizer.h"
#include "lamina/optim/rmsprop.h"
#include "lamina/optim/sgd.h"
