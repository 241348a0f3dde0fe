// The handwritten digits that are shipped with the library: 1,797 images of 8 x 8 pixels
// (share/digits.README.md).
#pragma once

#include <string>

#include "lamina/data/array_dataset.h"

namespace lamina::data {

// x float32 [1797, 1, 8, 8], 0 (paper) to 1 (ink); y int64 [1797], the digit.
ArrayDataset digits();

// Where a file that belongs to the library lies: in the folder $LAMINA_DATA if that is set, else in
// share/lamina beside the folder of liblamina. FileError names the places.
std::string shipped_file(const std::string& name);

}  // namespace lamina::data
