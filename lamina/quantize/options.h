#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace lamina {

struct ModelQuantizationOptions {
  // What of the values that the data give is represented: "min-max" all; "percentile" that share,
  // the rest is cut; "entropy" what loses the least information (Migacz 2017).
  std::string method = "min-max";
  std::vector<std::string> keep =
      {};                 // layers, or modules with all their layers, that stay as they are
  double tolerance = 15;  // decibels; a layer whose output has less stays as it is
  double percentile = 99.99;
  int64_t examples = 1024;  // of the data that are looked at; 0: all
  int64_t batch_size = 32;  // of a dataset; a loader and a stream have their own
};

// ValueError names what is out of range.
void check(const char* function, const ModelQuantizationOptions& options);

}  // namespace lamina
