// The nets that lamina train and lamina summary know by name.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "lamina/nn/module.h"

namespace cli {

std::vector<std::string> net_names();

// For pictures of channels x side x side, or (mlp) rows of so many features. ValueError for a name that does
// not exist, with the nearest one, and for a net that needs larger pictures.
std::unique_ptr<lamina::nn::Module> make_picture_net(const std::string& name, int64_t channels,
                                                     int64_t side, int64_t outputs);
std::unique_ptr<lamina::nn::Module> make_table_net(int64_t features, int64_t outputs);

}  // namespace cli
