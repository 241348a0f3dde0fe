// Optimizers by name, as they are without options.
#include "lamina/base/error.h"
#include "lamina/base/nearest.h"
#include "lamina/base/text.h"
#include "lamina/optim/optimizers.h"

namespace lamina::optim {
namespace {

struct Known {
  const char* name;
  std::shared_ptr<Optimizer> (*make)();
};

template <class O>
std::shared_ptr<Optimizer> make() {
  return std::make_shared<O>();
}

// Keras' names. LBFGS and Lookahead need more than a name.
constexpr Known kKnown[] = {
    {"sgd", make<SGD>},         {"adam", make<Adam>},         {"adamw", make<AdamW>},
    {"nadam", make<NAdam>},     {"radam", make<RAdam>},       {"adamax", make<Adamax>},
    {"adagrad", make<Adagrad>}, {"adadelta", make<Adadelta>}, {"adafactor", make<Adafactor>},
    {"rmsprop", make<RMSprop>}, {"rprop", make<Rprop>},       {"ftrl", make<Ftrl>},
    {"lamb", make<LAMB>},       {"lars", make<LARS>},         {"lion", make<Lion>},
};

}  // namespace

AnyOptimizer::AnyOptimizer(const std::string& name) {
  std::vector<std::string> names;
  for (const Known& known : kKnown) {
    if (name == known.name) optimizer_ = known.make();
    names.emplace_back(known.name);
  }
  if (optimizer_) return;
  throw KeyError(text("there is no optimizer '", name, "'", did_you_mean(name, names)))
      .help(text("one of ", list_text(names), ", or an object: Adam({.lr = 1e-3})"));
}

}  // namespace lamina::optim
