// Trainer::fingerprint: three checksums by which two trainings are compared.
#include <cstdio>

#include "lamina/base/processor.h"
#include "lamina/base/version.h"
#include "lamina/exec/deterministic.h"
#include "lamina/exec/evaluate.h"
#include "lamina/io/crc32c.h"
#include "lamina/train/trainer.h"
#include "lamina/train/trainer_parts.h"

namespace lamina::train {
namespace {

uint32_t of_text(std::string_view text, uint32_t before = 0) {
  return io::crc32c(std::as_bytes(std::span(text)), before);
}

uint32_t of_weights(const nn::Module& module) {
  uint32_t sum = 0;
  for (const auto& [name, value] : module.state_dict()) {
    sum = of_text(text(name, " ", describe(value)), sum);
    const HostValue host = host_value(value);
    const size_t bytes = static_cast<size_t>(value.size()) * size_of(value.dtype());
    sum = io::crc32c({reinterpret_cast<const std::byte*>(host.data()), bytes}, sum);
  }
  return sum;
}

}  // namespace

void Trainer::note_order() {
  const std::vector<int64_t> numbers = feed_->samples();
  const auto count = static_cast<int64_t>(numbers.size());
  order_ = io::crc32c(std::as_bytes(std::span(&count, 1)), order_);
  order_ = io::crc32c(std::as_bytes(std::span(numbers)), order_);
}

std::string Trainer::fingerprint() const {
  require_compiled("fingerprint");
  const bool fixed = options_.deterministic || is_deterministic();
  const uint32_t settings = of_text(
      text("lamina ", version(), ", ", options_.optimizer->kind(), ", precision ",
           options_.precision, ", accumulate ", options_.accumulate, ", clip ", options_.clip_norm,
           " ", options_.clip_value, fixed ? ", deterministic" : "", ", ", processor_vectors()));
  char line[32];
  std::snprintf(line, sizeof line, "%08x-%08x-%08x", of_weights(*module_), order_, settings);
  return line;
}

}  // namespace lamina::train
