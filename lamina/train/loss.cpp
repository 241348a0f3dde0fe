#include "lamina/train/loss.h"

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/nn/losses.h"

namespace lamina::train {
namespace {

struct Known {
  const char* name;
  Array (*call)(const Array& prediction, const Array& target);
};

constexpr Known kKnown[] = {
    {"cross_entropy", [](const Array& p, const Array& t) { return nn::cross_entropy(p, t); }},
    {"mse", [](const Array& p, const Array& t) { return nn::mse_loss(p, t); }},
    {"mean_squared_error", [](const Array& p, const Array& t) { return nn::mse_loss(p, t); }},
};

}  // namespace

Loss::Loss(const std::string& name) {
  std::vector<std::string> names;
  for (const Known& known : kKnown) {
    if (name == known.name) function_ = known.call;
    names.emplace_back(known.name);
  }
  if (!function_) {
    throw KeyError(text("there is no loss '", name, "'"))
        .help(text("one of ", list_text(names), ", or a function of (prediction, target)"));
  }
}

Array Loss::operator()(const Array& prediction, const Array& target) const {
  Array loss = function_(prediction, target);
  if (!loss || loss.size() != 1) {
    throw ShapeError(text("loss: expected one element, got ", describe(loss)))
        .help("take the mean over the batch");
  }
  return loss;
}

}  // namespace lamina::train
