// All of data.
#pragma once

#include "lamina/data/array_dataset.h"
#include "lamina/data/data_loader.h"
#include "lamina/data/dataset.h"
#include "lamina/data/digits.h"
