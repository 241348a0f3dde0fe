// The instruction sets that kernels are compiled for, chosen at run time: a portable one, AVX2 and
// AVX-512 (on ARM what Highway finds). Between them the gain is too small for the build time.
// Stands before <hwy/highway.h> in every file with vector code.
#pragma once

#define HWY_DISABLED_TARGETS (HWY_SSSE3 | HWY_AVX3_DL)
