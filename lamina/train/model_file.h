// Model files (*.lamina): a network that runs without its source. One safetensors file holds the
// weights and, in its metadata, the recorded forward graph (ir/text.h), what the input looks like
// and the names of the classes.
//
//   save_model(model, {float32, {-1, 1, 8, 8}}, "digits.lamina", {.classes = {"0", "1", ..}});
//   SavedModel again = load_model("digits.lamina");
//   Array scores = again(images);
//
// Data only: loading executes nothing, checks every byte against a checksum, and every call of the
// graph against the shapes that stand there.
#pragma once

#include <string>
#include <vector>

#include "lamina/ir/graph.h"
#include "lamina/nn/module.h"

namespace lamina::train {

struct RecordedModel;

struct InputSpec {
  DType dtype = float32;
  Shape shape;  // -1 as the first size: any number of examples
};

struct SaveOptions {
  std::vector<std::string> classes = {};  // names of what the scores stand for
};

// Records the forward pass in evaluation mode and replaces the file as a whole. A module whose
// graph holds only for one batch size is saved for that of the input; -1 is tried with two sizes.
void save_model(nn::Module& module, const InputSpec& input, const std::string& path,
                SaveOptions options = {});

// A module made of a file. Its state has the names that the original's has; it can be trained
// further, in evaluation mode (dropout off, running statistics fixed), as it was recorded.
class SavedModel : public nn::Module {
 public:
  SavedModel(SavedModel&&) noexcept = default;
  SavedModel& operator=(SavedModel&&) noexcept = default;

  Array forward(Array x) override;
  std::unique_ptr<nn::Module> fresh() const override;
  std::string description() const override;

  const InputSpec& input() const { return input_; }
  const std::vector<std::string>& classes() const { return classes_; }
  const Graph& graph() const { return *graph_; }

 protected:
  explicit SavedModel(RecordedModel model);
  // What the graph's leaves stand for, by leaf_index; checks x.
  std::vector<Array> leaf_arrays(const Array& x) const;
  RecordedModel recorded() const;

 private:
  friend SavedModel module_of(RecordedModel model);
  SavedModel() = default;
  nn::Module& part(const std::string& path);
  void add_state(const std::string& name, const Array& value, bool trained);
  void connect();

  struct Leaf {
    enum class Kind : uint8_t { Number, Input, Constant, State } kind = Kind::Number;
    Array constant;
    Parameter state;
  };
  InputSpec input_;
  std::vector<std::string> classes_;
  std::shared_ptr<const Graph> graph_;
  std::vector<Leaf> leaves_;
  nn::StateDict constants_;
};

SavedModel load_model(const std::string& path);

// The weights of a model file for a module that has the same state; KeyError lists what does not
// fit.
void load_weights(nn::Module& module, const std::string& path);

}  // namespace lamina::train

namespace lamina {
using train::InputSpec;
using train::load_model;
using train::save_model;
using train::SavedModel;
}  // namespace lamina
