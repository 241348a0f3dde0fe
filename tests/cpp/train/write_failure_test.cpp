// Disks that are full, read-only or broken at any write of a training: the files from before stay, and a
// fit can go on.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "lamina/base/error.h"
#include "lamina/base/fault.h"
#include "lamina/optim/adam.h"
#include "lamina/train/loggers.h"
#include "lamina/train/model_checkpoint.h"
#include "lamina/train/report.h"
#include "lamina/train/trainer.h"
#include "tests/cpp/io/temporary_folder.h"
#include "tests/cpp/train/problem.h"

using namespace lamina;
using namespace lamina::train;
using testing::HasSubstr;

namespace {

std::string content(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST(WriteFailure, EveryWriteOfATrainingMayFail) {
  if (!fault::kEnabled) GTEST_SKIP() << "built without LAMINA_FAULT_INJECTION";
  const TemporaryFolder folder;
  const auto data = points(24);
  nn::Sequential model = small_net();
  Trainer trainer(model);
  trainer.compile({.optimizer = optim::Adam(), .loss = "cross_entropy", .metrics = {"accuracy"}});
  const auto fit = [&](std::vector<AnyCallback> callbacks) {
    trainer.fit(data, {.validation_data = data, .verbose = 0, .callbacks = std::move(callbacks)});
  };
  fit({});
  const std::string path = folder / "file";
  const std::pair<const char*, std::function<void()>> writers[] = {
      {"model", [&] { trainer.save(path); }},
      {"checkpoint", [&] { trainer.save_checkpoint(path); }},
      {"ModelCheckpoint", [&] { fit({ModelCheckpoint(path)}); }},
      {"CSVLogger", [&] { fit({CSVLogger(path)}); }},
      {"JSONLogger", [&] { fit({JSONLogger(path)}); }},
      {"Report", [&] { fit({Report(path)}); }},
  };
  int64_t faults = 0;
  for (const auto& [what, write] : writers) {
    write();
    const std::string before = content(path);
    for (const char* name : {"file.open", "file.write", "file.sync", "file.rename"}) {
      fault::arm(name, fault::kCountOnly);
      write();
      const int64_t hits = fault::hits(name);
      fault::disarm();
      std::ofstream(path, std::ios::binary) << before;
      for (int64_t k = 0; k < hits; ++k, ++faults) {
        std::string message;
        {
          const fault::Guard guard(name, k);
          try {
            write();
          } catch (const FileError& error) {
            message = error.what();
          }
        }
        EXPECT_THAT(message, HasSubstr(path)) << what << ", " << name << " " << k;
        if (message.find("cannot open") == std::string::npos || what == std::string("model")) {
          EXPECT_THAT(message, HasSubstr("needed ")) << what << ", " << name << " " << k;
          EXPECT_THAT(message, HasSubstr("free ")) << what << ", " << name << " " << k;
        }
        EXPECT_EQ(content(path), before) << what << ", " << name << " " << k;
        EXPECT_EQ(folder.file_count(), 1u) << what << ", " << name << " " << k;
      }
    }
    write();  // the trainer is none the worse
    std::filesystem::remove(path);
  }
  EXPECT_GT(faults, 60);
}
