// Reading a model file.
#include "lamina/base/error.h"
#include "lamina/exec/capture.h"
#include "lamina/io/errors.h"
#include "lamina/nn/init.h"
#include "lamina/op/graph_text.h"
#include "lamina/train/array_file.h"
#include "lamina/train/model_file.h"
#include "lamina/train/recorded_model.h"

namespace lamina::train {
namespace {

struct Part : nn::Module {
  std::string kind() const override { return "Part"; }
};

bool is_constant(const std::string& name) { return name.starts_with('@'); }

InputSpec input_from_json(const io::Json& json) {
  InputSpec input;
  input.dtype = dtype_from_name(json.at("dtype").as_string());
  for (const io::Json& size : json.at("shape").as_array()) {
    input.shape.push_back(size.is_null() ? -1 : size.as_integer());
  }
  return input;
}

}  // namespace

// The module that a path of names leads to, made as far as it is missing: "features.0".
nn::Module& SavedModel::part(const std::string& path) {
  nn::Module* module = this;
  for (size_t begin = 0; begin < path.size();) {
    const size_t end = std::min(path.find('.', begin), path.size());
    const std::string name = path.substr(begin, end - begin);
    nn::Module* next = nullptr;
    for (const auto& [child_name, child] : module->children()) {
      if (child_name == name) next = child.get();
    }
    module = next ? next : &module->add(name, Part());
    begin = end + 1;
  }
  return *module;
}

void SavedModel::add_state(const std::string& name, const Array& value, bool trained) {
  const size_t dot = name.rfind('.');
  nn::Module& owner = dot == std::string::npos ? *this : part(name.substr(0, dot));
  const std::string own = dot == std::string::npos ? name : name.substr(dot + 1);
  trained ? owner.parameter(own, value) : owner.buffer(own, value);
}

// Finds for each leaf of the graph what it stands for, and checks that it fits.
void SavedModel::connect() {
  auto state = named_parameters();
  for (auto& buffer : named_buffers()) state.push_back(std::move(buffer));
  leaves_.assign(static_cast<size_t>(graph_->leaf_count), {});
  auto check = [](const std::string& name, const Spec& expected, const Array& value) {
    if (value.dtype() == expected.dtype && value.shape() == expected.shape) return;
    throw ShapeError(
        text("the graph expects ", name, " to be ", expected, ", got ", describe(value)));
  };
  for (const GraphValue& v : graph_->values) {
    if (v.op || v.leaf == LeafKind::Number) continue;
    Leaf& leaf = leaves_[static_cast<size_t>(v.leaf_index)];
    const std::string& name = graph_->leaf_names[static_cast<size_t>(v.leaf_index)];
    if (name == "@input") {
      leaf.kind = Leaf::Kind::Input;
      if (v.spec.dtype != input_.dtype || v.spec.shape.rank() != input_.shape.rank()) {
        throw ShapeError(text("the graph's input is ", v.spec, ", the stated one ", input_.dtype,
                              " ", input_.shape));
      }
    } else if (const Array* constant = nn::find(constants_, name)) {
      leaf.kind = Leaf::Kind::Constant;
      leaf.constant = *constant;
      check(name, v.spec, *constant);
    } else {
      leaf.kind = Leaf::Kind::State;
      for (const auto& [key, variable] : state) {
        if (key == name) leaf.state = variable;
      }
      if (!leaf.state)
        throw KeyError(text("the graph uses '", name, "', which the file does not hold"));
      check(name, v.spec, leaf.state.value());
    }
  }
}

SavedModel::SavedModel(RecordedModel model)
    : input_(std::move(model.input)),
      classes_(std::move(model.classes)),
      graph_(std::make_shared<const Graph>(std::move(model.graph))),
      constants_(std::move(model.constants)) {
  for (const auto& [name, value] : model.trained) add_state(name, value, true);
  for (const auto& [name, value] : model.buffers) add_state(name, value, false);
  connect();
  eval();
}

SavedModel module_of(RecordedModel model) { return SavedModel(std::move(model)); }

SavedModel load_model(const std::string& path) {
  const ArrayFile file = read_array_file(path, "lamina-model");
  return reading(path, [&] {
    RecordedModel model;
    model.graph = parse_graph(file.text("graph", path), path);
    if (model.graph.outputs.size() != 1) throw ValueError("expected a graph with one output");
    model.input = input_from_json(read_json(file, "input", path));
    const io::Json classes = read_json(file, "classes", path);
    for (const io::Json& name : classes.as_array()) {
      model.classes.push_back(name.as_string());
    }
    const io::Json buffers = read_json(file, "buffers", path);
    auto is_buffer = [&](const std::string& name) {
      for (const io::Json& buffer : buffers.as_array()) {
        if (buffer.as_string() == name) return true;
      }
      return false;
    };
    // A file has integers first: parts are made in the order of parameters, then of the list of
    // buffers.
    for (const auto& array : file.arrays) {
      if (is_constant(array.first)) {
        model.constants.push_back(array);
      } else if (!is_buffer(array.first)) {
        model.trained.push_back(array);
      }
    }
    for (const io::Json& buffer : buffers.as_array()) {
      const Array* value = nn::find(file.arrays, buffer.as_string());
      if (value) model.buffers.emplace_back(buffer.as_string(), *value);
    }
    return module_of(std::move(model));
  });
}

std::vector<Array> SavedModel::leaf_arrays(const Array& x) const {
  bool fits = x.ndim() == input_.shape.rank();
  for (int i = 0; fits && i < x.ndim(); ++i)
    fits = input_.shape[i] == -1 || input_.shape[i] == x.shape(i);
  if (!fits) {
    throw ShapeError("expected an input like the one the model was saved for")
        .detail("input", describe(x))
        .detail("expected", text(input_.dtype, " ", input_.shape, ", -1 is any size"));
  }
  if (x.dtype() != input_.dtype) {
    throw DTypeError(text("expected an input of ", input_.dtype, ", got ", describe(x)))
        .help(text("convert it with astype"));
  }
  std::vector<Array> arrays;
  for (const Leaf& leaf : leaves_) {
    switch (leaf.kind) {
      case Leaf::Kind::Number:
        arrays.emplace_back();
        break;
      case Leaf::Kind::Input:
        arrays.push_back(x);
        break;
      case Leaf::Kind::Constant:
        arrays.push_back(leaf.constant);
        break;
      case Leaf::Kind::State:
        arrays.push_back(leaf.state.value());
        break;
    }
  }
  return arrays;
}

Array SavedModel::forward(Array x) {
  const std::vector<Array> arrays = leaf_arrays(x);
  x.reset();
  return replay(*graph_, arrays)[0];
}

RecordedModel SavedModel::recorded() const {
  RecordedModel model;
  // A graph cannot be copied; its text is the same one.
  model.graph = parse_graph(to_text(*graph_));
  model.input = input_;
  model.constants = constants_;
  model.classes = classes_;
  for (const auto& [name, parameter] : named_parameters())
    model.trained.emplace_back(name, parameter.value());
  for (const auto& [name, buffer] : named_buffers())
    model.buffers.emplace_back(name, buffer.value());
  return model;
}

std::unique_ptr<nn::Module> SavedModel::fresh() const {
  std::unique_ptr<SavedModel> copy(new SavedModel);
  copy->input_ = input_;
  copy->classes_ = classes_;
  copy->graph_ = graph_;
  copy->constants_ = constants_;
  for (const auto& [name, parameter] : named_parameters())
    copy->add_state(name, parameter.value(), true);
  for (const auto& [name, buffer] : named_buffers()) copy->add_state(name, buffer.value(), false);
  copy->connect();
  return copy;
}

std::string SavedModel::description() const {
  return text("SavedModel of ", graph_->values.size(), " recorded values");
}

void load_weights(nn::Module& module, const std::string& path) {
  const ArrayFile file = read_array_file(path, "lamina-model");
  nn::StateDict state;
  for (const auto& [name, value] : file.arrays) {
    if (!is_constant(name)) state.emplace_back(name, value);
  }
  module.load_state_dict(state);
}

}  // namespace lamina::train
