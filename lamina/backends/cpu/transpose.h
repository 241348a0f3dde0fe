// to[row][column] = from[column][row]: rows of `to` and rows of `from` are contiguous.
#pragma once

#include <cstdint>

namespace lamina::backend {

// from holds `columns` lines of `rows` elements, from_step apart; to holds `rows` lines of
// `columns` elements, to_step apart.
void transpose(const uint8_t* from, int64_t from_step, uint8_t* to, int64_t to_step, int64_t rows,
               int64_t columns);
void transpose(const uint16_t* from, int64_t from_step, uint16_t* to, int64_t to_step, int64_t rows,
               int64_t columns);
void transpose(const uint32_t* from, int64_t from_step, uint32_t* to, int64_t to_step, int64_t rows,
               int64_t columns);
void transpose(const uint64_t* from, int64_t from_step, uint64_t* to, int64_t to_step, int64_t rows,
               int64_t columns);

}  // namespace lamina::backend
