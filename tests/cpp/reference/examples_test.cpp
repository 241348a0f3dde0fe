// Examples of the reference whose Python form has no translation word by word: files, classes of
// one's own, lists of shapes, Python's operators. tools/reference_cpp.py shows their bodies.
#include <filesystem>

#include "examples.h"

using namespace lamina;

namespace {

TEST(Examples, lm_Array) {
  Array x = lm::array({1.0, 2.0});
  Array y = x + 1;
  EXPECT_EQ(shown(y), "[2,3]");
}

TEST(Examples, lm_DType) {
  EXPECT_EQ(size_of(lm::float32), 4u);
  EXPECT_STREQ(name(lm::float32), "float32");
}

TEST(Examples, lm_gradient) {
  std::vector<Array> slopes = lm::gradient(lm::array({0.0, 1.0, 4.0, 9.0}));
  EXPECT_EQ(shown(slopes[0]), "[1,2,4,5]");
}

TEST(Examples, lm_rad2deg) {
  Array degrees = lm::rad2deg(lm::array({std::acos(-1.0)}));
  EXPECT_EQ(shown(degrees), "[180]");
}

TEST(Examples, lm_batch_norm) {
  Array x = lm::reshape(lm::array({1.0, 3.0}), {2, 1});
  Array y = lm::batch_norm(x, {.mean = lm::array({2.0}), .var = lm::array({1.0})}, {}, {}, 0.0);
  EXPECT_EQ(shown(y), "[[-1],[1]]");
}

TEST(Examples, lm_broadcast_arrays) {
  std::vector<Array> same = lm::broadcast_arrays({lm::ones({2, 1}), lm::ones({3})});
  EXPECT_EQ(same[1].shape(), (Shape{2, 3}));
}

TEST(Examples, lm_channel_shuffle) {
  Array x = lm::reshape(lm::arange(4), {1, 4, 1});
  EXPECT_EQ(shown(lm::flatten(lm::channel_shuffle(x, 2))), "[0,2,1,3]");
}

TEST(Examples, lm_checkpoint) {
  auto block = lm::checkpoint([](auto& x) { return std::vector{lm::exp(lm::sin(x[0]))}; });
  EXPECT_EQ(shown(lm::grad([&](const Array& x) { return block({x})[0]; })(0.0)), "1");
}

TEST(Examples, lm_custom_vjp) {
  auto cut = lm::custom_vjp(
      [](auto& x) { return std::vector{x[0]}; },
      [](const VjpCall& c) { return std::vector{lm::minimum(c.cotangents[0], 1.0)}; });
  EXPECT_EQ(shown(lm::grad([&](const Array& x) { return 5 * cut({x})[0]; })(2.0)), "1");
}

TEST(Examples, lm_einsum) {
  Array x = lm::array({{1.0, 2.0}, {3.0, 4.0}});
  EXPECT_EQ(shown(lm::einsum("ij,j->i", {x, lm::ones({2})})), "[3,7]");
}

TEST(Examples, lm_embedding_bag) {
  Array table = lm::array({{1.0, 1.0}, {2.0, 2.0}, {4.0, 4.0}});
  Array bags = lm::embedding_bag(lm::array({0, 1, 2}, lm::int64), table,
                                 {.offsets = lm::array({0, 2}, lm::int64), .mode = BagMode::Sum});
  EXPECT_EQ(shown(bags), "[[3,3],[4,4]]");
}

TEST(Examples, lm_eval) {
  Array x = lm::exp(lm::zeros({2}));
  lm::eval({x});
  EXPECT_TRUE(x.is_ready());
}

TEST(Examples, lm_execution_counters) { EXPECT_GE(lm::execution_counters().cached_bytes, 0u); }

TEST(Examples, lm_explain) {
  EXPECT_NE(lm::explain(lm::relu(lm::ones({3}))).find("relu"), std::string::npos);
  const std::string ran = lm::explain([] { lm::relu(lm::ones({3})).eval(); });
  EXPECT_NE(ran.find("relu"), std::string::npos);
}

TEST(Examples, lm_finfo) { EXPECT_EQ(lm::finfo(lm::float32).bits, 32); }

TEST(Examples, lm_FloatInfo) { EXPECT_EQ(lm::finfo(lm::float16).max, 65504); }

TEST(Examples, lm_iinfo) { EXPECT_EQ(lm::iinfo(lm::uint8).max, 255u); }

TEST(Examples, lm_IntegerInfo) { EXPECT_EQ(lm::iinfo(lm::int8).min, -128); }

TEST(Examples, lm_flip) {
  EXPECT_EQ(shown(lm::flip(lm::array({1, 2, 3}, lm::int64), {0})), "[3,2,1]");
}

TEST(Examples, lm_isinf) {
  EXPECT_EQ(shown(lm::isinf(lm::array({1.0, -INFINITY}))), "[False,True]");
}

TEST(Examples, lm_jvp) {
  auto square = [](auto& x) { return std::vector{x[0] * x[0]}; };
  auto [values, changes] = lm::jvp(square, {lm::array({1.0, 2.0})}, {lm::array({1.0, 10.0})});
  EXPECT_EQ(shown(changes[0]), "[2,40]");
}

TEST(Examples, lm_CacheUse) {
  for (const lm::CacheUse& use : lm::program_cache().caches()) EXPECT_LE(use.bytes, use.limit);
}

TEST(Examples, lm_tune) {
  const auto report = lm::tune([] { lm::relu(lm::ones({3})).eval(); });
  EXPECT_EQ(report.to_string(), "0 calls that several kernels can run, 0 changed\n");
}

TEST(Examples, lm_TuningReport) {
  const lm::TuningReport report = lm::tune([] { lm::relu(lm::ones({3})).eval(); });
  EXPECT_EQ(report.path, "");  // nothing to keep
}

TEST(Examples, lm_TunedCall) {
  for (const lm::TunedCall& c : lm::tune([] { lm::relu(lm::ones({3})).eval(); }).calls)
    EXPECT_LE(c.chosen_seconds, c.first_seconds);
}

TEST(Examples, lm_precision) {
  lm::Precision precision("bf16", {.emulate = true});
  EXPECT_EQ(lm::matmul(lm::ones({2, 3}), lm::ones({3, 4})).dtype(), lm::bfloat16);
}

TEST(Examples, lm_memory_budget) {
  lm::MemoryBudget budget(1 << 30);
  EXPECT_EQ(lm::exp(lm::ones({3})).eval().shape(0), 3);
  EXPECT_EQ(lm::memory_budget(), 1 << 30);
}

TEST(Examples, lm_compile_times) {
  (lm::ones({3}) + lm::ones({3})).eval();
  EXPECT_GT(lm::compile_times()["lower"], 0);
}

TEST(Examples, lm_last_miss) { EXPECT_NE(lm::last_miss(), "no such reason"); }

TEST(Examples, lm_load_model) {
  const std::string path = temporary_file();
  nn::Linear model(2, 3);
  train::save_model(model, {lm::float32, {-1, 2}}, path);
  EXPECT_EQ(train::load_model(path)(lm::ones({4, 2})).shape(), (Shape{4, 3}));
}

TEST(Examples, lm_memory_statistics) { EXPECT_GE(lm::memory_statistics().in_use, 0u); }

TEST(Examples, lm_meshgrid) {
  std::vector<Array> grid = lm::meshgrid({lm::arange(2), lm::arange(3)});
  EXPECT_EQ(grid[0].shape(), (Shape{3, 2}));
}

TEST(Examples, lm_no_grad) {
  Parameter w(lm::array({1.0}));
  NoGrad off;
  EXPECT_FALSE((w * w).requires_grad());
}

TEST(Examples, lm_ProfileRow) {
  Profiler profiler;
  lm::exp(lm::array({1.0, 2.0})).eval();
  EXPECT_EQ(profiler.rows()[0].runs, 1);
}

TEST(Examples, lm_ProgramCache) {
  EXPECT_LE(lm::program_cache().bytes(), lm::program_cache().limit());
}

TEST(Examples, lm_ProgramSummary) {
  lm::program_cache().clear();
  lm::exp(lm::array({1.0, 2.0})).eval();
  EXPECT_EQ(lm::program_cache().programs()[0].runs, 1);
}

TEST(Examples, lm_program_cache) {
  lm::program_cache().clear();
  EXPECT_EQ(lm::program_cache().size(), 0);
}

TEST(Examples, lm_Profiler) {
  Profiler profiler;
  lm::eval({lm::exp(lm::ones({3}))});
  EXPECT_GT(profiler.seconds(), 0);
}

TEST(Examples, lm_result_type) {
  const Array arrays[] = {lm::ones({2}, lm::int8), lm::ones({2}, lm::int16)};
  EXPECT_EQ(lm::result_type(arrays), lm::int16);
}

TEST(Examples, lm_save_model) {
  nn::Linear model(2, 3);
  train::save_model(model, {lm::float32, {-1, 2}}, temporary_file());
  EXPECT_GT(std::filesystem::file_size(temporary_file()), 0u);
}

TEST(Examples, lm_set_memory_limit) { lm::set_memory_limit(lm::memory_statistics().limit); }

TEST(Examples, lm_split) {
  std::vector<Array> parts = lm::split(lm::arange(6), 3);
  EXPECT_EQ(shown(parts[1]), "[2,3]");
}

TEST(Examples, lm_Trainer) {
  nn::Linear model(2, 1);
  train::Trainer trainer(model);
  trainer.compile({.optimizer = optim::SGD({.lr = 0.1}), .loss = "mse"});
  trainer.fit(data::ArrayDataset(lm::ones({4, 2}), lm::ones({4, 1})), {.epochs = 2, .verbose = 0});
  EXPECT_EQ(trainer.predict(lm::ones({4, 2})).shape(), (Shape{4, 1}));
}

TEST(Examples, lm_unique_all) {
  auto all = lm::unique_all(lm::array({3, 1, 3}, lm::int64));
  EXPECT_EQ(shown(all.values), "[1,3]");
}

TEST(Examples, lm_unique_counts) {
  auto unique = lm::unique_counts(lm::array({3, 1, 3}, lm::int64));
  EXPECT_EQ(shown(unique.counts), "[1,2]");
}

TEST(Examples, lm_unique_inverse) {
  auto unique = lm::unique_inverse(lm::array({3, 1, 3}, lm::int64));
  EXPECT_EQ(shown(unique.inverse_indices), "[1,0,1]");
}

TEST(Examples, lm_unstack) {
  EXPECT_EQ(shown(lm::unstack(lm::array({{1.0, 2.0}, {3.0, 4.0}}))[1]), "[3,4]");
}

TEST(Examples, lm_vjp) {
  auto [outputs, pullback] =
      lm::vjp([](auto& x) { return std::vector{x[0] * x[0]}; }, {lm::array({1.0, 2.0})});
  EXPECT_EQ(shown(pullback({lm::array({1.0, 10.0})})[0]), "[2,40]");
}

TEST(Examples, lm_models_ResNet) {
  models::ResNet net(models::ResNetBlock::Basic, {1, 1},
                     {.num_classes = 7, .width = 8, .small_images = true});
  EXPECT_EQ(net(lm::ones({2, 3, 8, 8})).shape(), (Shape{2, 7}));
}

TEST(Examples, lm_models_MLP) {
  models::MLP net({4, 8, 3}, {.activation = models::Activation::Sigmoid});
  EXPECT_EQ(net(lm::ones({2, 4})).shape(), (Shape{2, 3}));
}

TEST(Examples, lm_models_BertEncoder) {
  models::BertEncoder net({.hidden_size = 8,
                           .num_hidden_layers = 2,
                           .num_attention_heads = 2,
                           .intermediate_size = 16});
  EXPECT_EQ(net(lm::ones({1, 3, 8})).shape(), (Shape{1, 3, 8}));
}

TEST(Examples, lm_models_Bert) {
  models::Bert net({.vocab_size = 100,
                    .hidden_size = 8,
                    .num_hidden_layers = 2,
                    .num_attention_heads = 2,
                    .intermediate_size = 16});
  Array tokens = lm::array({{7, 5, 3}}, int64), mask = lm::array({{1, 1, 0}}, int64);
  std::vector<Array> out = net.call({tokens, mask});
  EXPECT_EQ(out[0].shape(), (Shape{1, 3, 8}));
  EXPECT_EQ(out[1].shape(), (Shape{1, 8}));
}

TEST(Examples, lm_nn_Module) {
  struct Twice : nn::Module {
    Array forward(Array x) override { return 2 * x; }
  };
  Twice twice;
  EXPECT_EQ(shown(twice(lm::array({1.0, 2.0}))), "[2,4]");
}

TEST(Examples, lm_nn_Parameter) {
  Parameter w(lm::array({1.0, 2.0}));
  lm::sum(w * w).backward();
  EXPECT_EQ(shown(w->grad()), "[2,4]");
}

TEST(Examples, lm_nn_Upsample) {
  nn::Upsample twice({.scale_factor = {2}});
  EXPECT_EQ(twice(lm::ones({1, 2, 4, 4})).shape(), (Shape{1, 2, 8, 8}));
}

TEST(Examples, lm_nn_init_uniform) {
  EXPECT_EQ(nn::init::uniform({2, 3}, 0, 1).shape(), (Shape{2, 3}));
}

TEST(Examples, lm_optim_clip_grad_norm) {
  Parameter w(lm::array({3.0, 4.0}));
  lm::sum(w * w / 2).backward();
  EXPECT_EQ(shown(optim::clip_grad_norm({w}, 1.0)), "5");
}

TEST(Examples, lm_optim_clip_grad_value) {
  Parameter w(lm::array({3.0, 0.5}));
  lm::sum(w * w / 2).backward();
  optim::clip_grad_value({w}, 1.0);
  EXPECT_EQ(shown(w->grad()), "[1,0.5]");
}

TEST(Examples, lm_optim_CosineSchedule) {
  optim::CosineSchedule rate{.lr = 0.1, .steps = 100};
  EXPECT_DOUBLE_EQ(rate(50), 0.05);
}

TEST(Examples, lm_optim_StepSchedule) {
  optim::StepSchedule rate{.lr = 0.5, .every = 10, .factor = 0.5};
  EXPECT_DOUBLE_EQ(rate(10), 0.25);
}

TEST(Examples, lm_optim_WarmupSchedule) {
  optim::WarmupSchedule rate{.lr = 0.5, .warmup = 4};
  EXPECT_DOUBLE_EQ(rate(1), 0.25);
}

TEST(Examples, lm_optim_Optimizer) {
  Parameter w(lm::array({1.0}));
  optim::SGD optimizer({w}, {.lr = 0.5});
  lm::sum(w * w).backward();
  optimizer.step();
  EXPECT_EQ(shown(Array(w)), "[0]");
}

TEST(Examples, lm_random_bernoulli) { EXPECT_EQ(lm::bernoulli({3}, 0.5).shape(), (Shape{3})); }

TEST(Examples, lm_random_shuffle) {
  EXPECT_EQ(shown(lm::sort(lm::shuffle(lm::arange(4)))), "[0,1,2,3]");
}

}  // namespace
