// All of training.
#pragma once

#include "lamina/train/batch_mix.h"
#include "lamina/train/bleu.h"
#include "lamina/train/callback.h"
#include "lamina/train/classification_metrics.h"
#include "lamina/train/early_stopping.h"
#include "lamina/train/event_writer.h"
#include "lamina/train/history.h"
#include "lamina/train/loggers.h"
#include "lamina/train/metric.h"
#include "lamina/train/model_checkpoint.h"
#include "lamina/train/model_file.h"  // save_model, load_model
#include "lamina/train/progress.h"
#include "lamina/train/rate_callbacks.h"
#include "lamina/train/regression_metrics.h"
#include "lamina/train/report.h"
#include "lamina/train/stop_on_nan.h"
#include "lamina/train/subset.h"
#include "lamina/train/trainer.h"  // fit, evaluate, predict
#include "lamina/train/weight_callbacks.h"
