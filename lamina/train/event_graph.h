// Internal: a module's recorded graph as TensorBoard's graph page reads it (graph.proto).
#pragma once

#include <string>

#include "lamina/nn/module.h"
#include "lamina/train/model_file.h"

namespace lamina::train {

std::string graph_message(nn::Module& module, const InputSpec& input);

}  // namespace lamina::train
