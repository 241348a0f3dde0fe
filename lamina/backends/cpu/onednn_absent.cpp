// What onednn.h promises in a build without oneDNN: every request is refused, and the kernels of
// our own or the ops' references run.
#ifndef LAMINA_ONEDNN

#include "lamina/backends/cpu/onednn.h"

namespace lamina::onednn {

namespace {
std::unique_ptr<Kernel> absent(std::string& refusal) {
  refusal = "built without oneDNN";
  return nullptr;
}
}  // namespace

std::unique_ptr<Kernel> make_matmul(const Operand&, const Operand&, const Operand&,
                                    std::span<const backend::PostOp>, Execution,
                                    std::string& refusal) {
  return absent(refusal);
}
std::unique_ptr<Kernel> make_convolution(const ConvolutionProblem&, Execution,
                                         std::string& refusal) {
  return absent(refusal);
}
bool multiplies_8_bits() { return false; }
std::unique_ptr<Kernel> make_quantized_product(const QuantizedProductProblem&, Execution,
                                               std::string& refusal) {
  return absent(refusal);
}
std::unique_ptr<Kernel> make_average_pooling(const PoolingProblem&, Execution,
                                             std::string& refusal) {
  return absent(refusal);
}
std::unique_ptr<Kernel> make_reorder(const Operand&, const Operand&, Execution,
                                     std::string& refusal) {
  return absent(refusal);
}

}  // namespace lamina::onednn

#endif
