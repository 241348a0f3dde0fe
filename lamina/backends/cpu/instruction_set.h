// Which vector instructions the kernels use.
#pragma once

namespace lamina::backend {

// False with LAMINA_INSTRUCTIONS=avx2, which leaves out AVX-512 everywhere: in compiled loops, in
// machine code and in oneDNN (base/processor.h).
bool takes_avx512();

}  // namespace lamina::backend
