// All of training.
#pragma once

#include "lamina/train/bleu.h"
#include "lamina/train/callback.h"
#include "lamina/train/classification_metrics.h"
#include "lamina/train/early_stopping.h"
#include "lamina/train/history.h"
#include "lamina/train/metric.h"
#include "lamina/train/model_checkpoint.h"
#include "lamina/train/model_file.h"  // save_model, load_model
#include "lamina/train/regression_metrics.h"
#include "lamina/train/trainer.h"  // fit, evaluate, predict
