// The family of draws with parameters: inputs are seed, counter, and parameters of one shape and
// type, element by element. Parameters that the distribution does not have give NaN where the
// result is floating, and are reported where it is a count.
#pragma once

#include <initializer_list>
#include <vector>

#include "lamina/op/op.h"
#include "lamina/op/reference.h"
#include "lamina/op/samples.h"
#include "lamina/ops/random_stream.h"

namespace lamina {

struct RandomParameterAttributes {
  DType dtype = DType::Float32;  // of the result
  template <class V>
  void fields(V&& v) {
    v("dtype", dtype);
  }
};

void infer_random_parameters(Inference& c);

// The draw's seed and counter, as a reference reads them.
Generator::State draw_of(const Reference& r);

// Promotes and broadcasts the parameters to `shape`, and records the draw.
Array record_random_parameters(const Op& op, IntList shape, std::vector<Array> parameters,
                               AttributesRef attributes, Generator& generator);

// Throws where a parameter is a number of the caller's that is below `low`, or NaN. Arrays are not
// looked at here: their wrong elements give NaN, or are reported.
void check_parameter(const char* function, const char* name, const Array& value, double low);

// The logarithm of the standard gamma distribution; NaN for wrong concentrations.
Array random_log_gamma(IntList shape, Array concentration, DType dtype, Generator& generator);

SampleInput random_number_sample();  // of seed and counter

}  // namespace lamina
