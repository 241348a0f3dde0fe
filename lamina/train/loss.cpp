#include "lamina/train/loss.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/losses.h"

namespace lamina::train {

Loss::Loss(const std::string& name) : function_(nn::loss_by_name(name)) {}

Array Loss::operator()(const Array& prediction, const Array& target) const {
  Array loss = function_(prediction, target);
  if (!loss || loss.size() != 1) {
    throw ShapeError(text("loss: expected one element, got ", describe(loss)))
        .help("take the mean over the batch");
  }
  return loss;
}

}  // namespace lamina::train
