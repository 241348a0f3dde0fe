#pragma once

#include "lamina/nn/module.h"
#include "lamina/ops/window.h"

namespace lamina::nn {

struct ConvLayerOptions {
  PerAxis stride = 1;
  Padding padding = 0;  // {.padding = 1}, {.padding = {1, 2}}, {.padding = "same"}
  PerAxis dilation = 1;
  int64_t groups = 1;
  bool bias = true;
  DType dtype = float32;
};

// What the three convolutions share: weight [out, in / groups, kernel..], bias [out].
class ConvLayer : public Module {
 public:
  Array forward(Array x) override;
  std::string description() const override;
  std::string arguments() const override;

  int64_t in_channels, out_channels;
  IntList kernel_size;
  ConvLayerOptions options;
  Parameter weight, bias;

 protected:
  ConvLayer(const char* kind, int axes, int64_t in_channels, int64_t out_channels,
            const PerAxis& kernel_size, ConvLayerOptions options);
};

// x [N, in, length] -> [N, out, positions].
class Conv1d : public ConvLayer {
 public:
  Conv1d(int64_t in_channels, int64_t out_channels, PerAxis kernel_size,
         ConvLayerOptions options = {})
      : ConvLayer("Conv1d", 1, in_channels, out_channels, kernel_size, std::move(options)) {}
  std::unique_ptr<Module> fresh() const override;
};

// x [N, in, height, width] -> [N, out, ..].
class Conv2d : public ConvLayer {
 public:
  Conv2d(int64_t in_channels, int64_t out_channels, PerAxis kernel_size,
         ConvLayerOptions options = {})
      : ConvLayer("Conv2d", 2, in_channels, out_channels, kernel_size, std::move(options)) {}
  std::unique_ptr<Module> fresh() const override;
};

// x [N, in, depth, height, width] -> [N, out, ..].
class Conv3d : public ConvLayer {
 public:
  Conv3d(int64_t in_channels, int64_t out_channels, PerAxis kernel_size,
         ConvLayerOptions options = {})
      : ConvLayer("Conv3d", 3, in_channels, out_channels, kernel_size, std::move(options)) {}
  std::unique_ptr<Module> fresh() const override;
};

struct ConvTransposeLayerOptions {
  PerAxis stride = 1;
  Padding padding = 0;
  PerAxis output_padding = 0;
  int64_t groups = 1;
  bool bias = true;
  PerAxis dilation = 1;
  DType dtype = float32;
};

// What the three transposed convolutions share: weight [in, out / groups, kernel..], bias [out].
class ConvTransposeLayer : public Module {
 public:
  Array forward(Array x) override;
  std::string description() const override;
  std::string arguments() const override;

  int64_t in_channels, out_channels;
  IntList kernel_size;
  ConvTransposeLayerOptions options;
  Parameter weight, bias;

 protected:
  ConvTransposeLayer(const char* kind, int axes, int64_t in_channels, int64_t out_channels,
                     const PerAxis& kernel_size, ConvTransposeLayerOptions options);
};

// x [N, in, spatial..] -> [N, out, (size - 1) * stride - 2 * padding + kernel + output_padding..].
template <int kAxes>
class ConvTranspose : public ConvTransposeLayer {
 public:
  ConvTranspose(int64_t in_channels, int64_t out_channels, PerAxis kernel_size,
                ConvTransposeLayerOptions options = {})
      : ConvTransposeLayer(kKind, kAxes, in_channels, out_channels, kernel_size,
                           std::move(options)) {}
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<ConvTranspose>(in_channels, out_channels, kernel_size, options);
  }
  std::string kind() const override { return kKind; }

 private:
  static constexpr const char* kKind = kAxes == 1   ? "ConvTranspose1d"
                                       : kAxes == 2 ? "ConvTranspose2d"
                                                    : "ConvTranspose3d";
};
using ConvTranspose1d = ConvTranspose<1>;
using ConvTranspose2d = ConvTranspose<2>;
using ConvTranspose3d = ConvTranspose<3>;

}  // namespace lamina::nn
