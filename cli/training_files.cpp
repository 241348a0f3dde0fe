#include "cli/training_files.h"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>

#include "cli/graceful_stop.h"
#include "cli/model_notes.h"
#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/io/atomic_write.h"

namespace cli {

namespace fs = std::filesystem;

void check_places(const std::vector<std::string>& paths) {
  for (const std::string& path : paths) {
    if (path.empty()) continue;
    const fs::path folder = fs::absolute(path).parent_path();
    std::error_code ignored;
    if (fs::is_directory(path, ignored)) {
      throw lamina::FileError(lamina::text(path, " is a folder; expected the name of a file"))
          .detail("file", path)
          .help(lamina::text("a file in it: ", (fs::path(path) / "NAME").string()));
    }
    if (!fs::is_directory(folder, ignored)) {
      throw lamina::FileError(lamina::text(path, " cannot be written: there is no folder ",
                                           folder.string()))
          .detail("file", path)
          .help(lamina::text("mkdir -p ", folder.string()));
    }
    const std::string probe = path + ".probe";
    lamina::io::atomic_write(probe, std::string_view());
    fs::remove(probe);
  }
}

void Checkpoints::save() {
  try {
    trainer().save_checkpoint(path_);
  } catch (const lamina::FileError& error) {
    fmt::print(stderr, "lamina: warning: {}\n", error.what());
  }
}

// In the middle of an epoch: that is where it will go on.
void Checkpoints::on_train_batch_end(int64_t) {
  if (GracefulStop::asked()) save();
}

void Checkpoints::on_epoch_end(int64_t, const lamina::train::Logs&) {
  if (!GracefulStop::asked()) save();
}

std::string save_training(lamina::Trainer& trainer, const std::string& path,
                          const TrainingData& data) {
  const auto write = [&](const std::string& to) {
    trainer.save(to, {.classes = data.classes});
    write_notes(to, {data.pictures ? "pictures" : "table", data.features, data.target});
  };
  try {
    write(path);
    return path;
  } catch (const lamina::FileError& error) {
    const fs::path folder = fs::temp_directory_path();
    const std::string other = (folder / fmt::format("lamina-{}.lamina", ::getpid())).string();
    try {
      write(other);
    } catch (const lamina::FileError&) {
      throw error;
    }
    fmt::print(stderr, "lamina: error: {}\n  saved as   {}\n", error.what(), other);
    return other;
  }
}

}  // namespace cli
