#include "lamina/train/loss.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/losses.h"
#include "lamina/nn/row_losses.h"

namespace lamina::train {

Loss::Loss(const std::string& name)
    : function_(nn::loss_by_name(name)), row_function_(nn::row_losses_by_name(name)) {}

Array Loss::operator()(const Array& prediction, const Array& target) const {
  Array loss = function_(prediction, target);
  if (!loss || loss.size() != 1) {
    throw ShapeError(text("loss: expected one element, got ", describe(loss)))
        .help("take the mean over the batch");
  }
  return loss;
}

Array Loss::rows(const Array& prediction, const Array& target) const {
  const int64_t count = prediction.ndim() == 0 ? 1 : prediction.shape(0);
  Array losses = (row_function_ ? row_function_ : function_)(prediction, target);
  if (!losses || losses.shape() != Shape{count}) {
    throw ShapeError(
        text("loss: expected the losses of ", count, " examples, got ", describe(losses)))
        .help("with weights of classes or examples, a loss of your own gives one for each example");
  }
  return losses;
}

}  // namespace lamina::train
