#include "lamina/train/model_checkpoint.h"

#include <filesystem>

#include "lamina/base/error.h"
#include "lamina/base/text.h"
#include "lamina/train/trainer.h"

namespace lamina::train {

ModelCheckpoint::ModelCheckpoint(std::string path, ModelCheckpointOptions options)
    : path_(std::move(path)), options_(options), monitor_(options.monitor, options.mode, 0) {
  if (options_.keep < 0) {
    throw ValueError(text("ModelCheckpoint: expected keep to be 0 or more, got ", options_.keep));
  }
}

void ModelCheckpoint::on_train_begin() {
  monitor_ = Monitor(options_.monitor, options_.mode, 0);
  saved_.clear();
}

// Only files of this callback, and only when a newer one is whole.
void ModelCheckpoint::forget_old() {
  if (options_.keep == 0) return;
  while (saved_.size() > static_cast<size_t>(options_.keep)) {
    std::error_code ignored;
    std::filesystem::remove(saved_.front(), ignored);
    saved_.pop_front();
  }
}

void ModelCheckpoint::on_epoch_end(int64_t epoch, const Logs& logs) {
  if (options_.save_best_only && !monitor_.improved(logs)) return;
  std::string path = path_;
  const std::string placeholder = "{epoch}";
  for (size_t at; (at = path.find(placeholder)) != std::string::npos;) {
    path.replace(at, placeholder.size(), std::to_string(epoch + 1));
  }
  std::erase(saved_, path);
  saved_.push_back(path);  // before it is written: a resumed fit must know of it
  if (options_.save_model_only) {
    trainer().save(path);
  } else {
    trainer().save_checkpoint(path);
  }
  forget_old();
}

io::Json ModelCheckpoint::state() const {
  io::Json state{io::Json::Object{}};
  if (monitor_.best()) state.set("best", *monitor_.best());
  io::Json saved{io::Json::Array{}};
  for (const std::string& path : saved_) saved.push_back(path);
  return state.set("saved", std::move(saved));
}

void ModelCheckpoint::load_state(const io::Json& state) {
  if (const io::Json* best = state.find("best")) monitor_.set_best(best->as_double());
  saved_.clear();
  if (const io::Json* saved = state.find("saved")) {
    for (const io::Json& path : saved->as_array()) saved_.push_back(path.as_string());
  }
}

}  // namespace lamina::train
