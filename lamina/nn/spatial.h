// Modules that change the size of images, without parameters.
#pragma once

#include "lamina/nn/module.h"
#include "lamina/ops/adaptive.h"
#include "lamina/ops/fold.h"
#include "lamina/ops/resize.h"

namespace lamina::nn {

// interpolate as a module.
class Upsample : public Module {
 public:
  explicit Upsample(InterpolateOptions options) : options(std::move(options)) {}
  Array forward(Array x) override { return interpolate(std::move(x), options); }
  std::unique_ptr<Module> fresh() const override { return std::make_unique<Upsample>(options); }
  std::string arguments() const override { return text("mode=", options.mode); }
  InterpolateOptions options;
};

// [N, C r^n, spatial..] -> [N, C, r spatial..].
class PixelShuffle : public Module {
 public:
  explicit PixelShuffle(int64_t factor) : factor(factor) {}
  Array forward(Array x) override { return pixel_shuffle(std::move(x), factor); }
  std::unique_ptr<Module> fresh() const override { return std::make_unique<PixelShuffle>(factor); }
  std::string arguments() const override { return text(factor); }
  int64_t factor;
};

// [N, C, r spatial..] -> [N, C r^n, spatial..].
class PixelUnshuffle : public Module {
 public:
  explicit PixelUnshuffle(int64_t factor) : factor(factor) {}
  Array forward(Array x) override { return pixel_unshuffle(std::move(x), factor); }
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<PixelUnshuffle>(factor);
  }
  std::string arguments() const override { return text(factor); }
  int64_t factor;
};

class ChannelShuffle : public Module {
 public:
  explicit ChannelShuffle(int64_t groups) : groups(groups) {}
  Array forward(Array x) override { return channel_shuffle(std::move(x), groups); }
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<ChannelShuffle>(groups);
  }
  std::string arguments() const override { return text(groups); }
  int64_t groups;
};

// Windows as columns, and back.
class Unfold : public Module {
 public:
  explicit Unfold(PerAxis kernel_size, FoldOptions options = {})
      : kernel_size(std::move(kernel_size)), options(std::move(options)) {}
  Array forward(Array x) override { return unfold(std::move(x), kernel_size, options); }
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<Unfold>(kernel_size, options);
  }
  PerAxis kernel_size;
  FoldOptions options;
};

class Fold : public Module {
 public:
  Fold(PerAxis output_size, PerAxis kernel_size, FoldOptions options = {})
      : output_size(std::move(output_size)),
        kernel_size(std::move(kernel_size)),
        options(std::move(options)) {}
  Array forward(Array x) override { return fold(std::move(x), output_size, kernel_size, options); }
  std::unique_ptr<Module> fresh() const override {
    return std::make_unique<Fold>(output_size, kernel_size, options);
  }
  PerAxis output_size, kernel_size;
  FoldOptions options;
};

// What the padding modules share. padding is one number, or PyTorch's list: low and high side of
// the last axis, then of the one before it.
class PadLayer : public Module {
 public:
  Array forward(Array x) override;
  std::string kind() const override { return kind_; }
  std::string arguments() const override { return text(padding); }
  IntList padding;  // 2 * axes numbers
  double value;

 protected:
  PadLayer(std::string kind, const char* mode, int axes, IntList padding, double value = 0);

 private:
  std::string kind_, mode_;
  int axes_;
};

enum class PadRule : uint8_t { Zero, Constant, Reflection, Replication, Circular };
const char* pad_kind(PadRule rule);
const char* pad_mode(PadRule rule);

template <PadRule kRule, int kAxes>
class Pad : public PadLayer {
 public:
  explicit Pad(IntList padding, double value = 0)
      : PadLayer(text(pad_kind(kRule), kAxes, "d"), pad_mode(kRule), kAxes, std::move(padding),
                 value) {}
  explicit Pad(int padding, double value = 0) : Pad(IntList{padding}, value) {}
  std::unique_ptr<Module> fresh() const override { return std::make_unique<Pad>(padding, value); }
};
using ZeroPad1d = Pad<PadRule::Zero, 1>;
using ZeroPad2d = Pad<PadRule::Zero, 2>;
using ZeroPad3d = Pad<PadRule::Zero, 3>;
using ConstantPad1d = Pad<PadRule::Constant, 1>;
using ConstantPad2d = Pad<PadRule::Constant, 2>;
using ConstantPad3d = Pad<PadRule::Constant, 3>;
using ReflectionPad1d = Pad<PadRule::Reflection, 1>;
using ReflectionPad2d = Pad<PadRule::Reflection, 2>;
using ReflectionPad3d = Pad<PadRule::Reflection, 3>;
using ReplicationPad1d = Pad<PadRule::Replication, 1>;
using ReplicationPad2d = Pad<PadRule::Replication, 2>;
using ReplicationPad3d = Pad<PadRule::Replication, 3>;
using CircularPad1d = Pad<PadRule::Circular, 1>;
using CircularPad2d = Pad<PadRule::Circular, 2>;
using CircularPad3d = Pad<PadRule::Circular, 3>;

}  // namespace lamina::nn
