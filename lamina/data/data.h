// All of data.
#pragma once

#include "lamina/data/array_dataset.h"
#include "lamina/data/data_loader.h"
#include "lamina/data/dataset.h"
#include "lamina/data/digits.h"
#include "lamina/data/export_digits.h"
#include "lamina/data/image_dataset.h"
#include "lamina/data/image_folder.h"
#include "lamina/data/image_records.h"
#include "lamina/data/readers.h"
#include "lamina/data/records.h"
#include "lamina/data/source.h"
#include "lamina/data/stream.h"
#include "lamina/data/transform.h"
#include "lamina/data/transforms.h"
