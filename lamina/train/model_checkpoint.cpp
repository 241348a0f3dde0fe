#include "lamina/train/model_checkpoint.h"

#include "lamina/train/trainer.h"

namespace lamina::train {

ModelCheckpoint::ModelCheckpoint(std::string path, ModelCheckpointOptions options)
    : path_(std::move(path)), options_(options), monitor_(options.monitor, options.mode, 0) {}

void ModelCheckpoint::on_train_begin() { monitor_ = Monitor(options_.monitor, options_.mode, 0); }

void ModelCheckpoint::on_epoch_end(int64_t epoch, const Logs& logs) {
  if (options_.save_best_only && !monitor_.improved(logs)) return;
  std::string path = path_;
  const std::string placeholder = "{epoch}";
  for (size_t at; (at = path.find(placeholder)) != std::string::npos;) {
    path.replace(at, placeholder.size(), std::to_string(epoch + 1));
  }
  if (options_.save_model_only) {
    trainer().save(path);
  } else {
    trainer().save_checkpoint(path);
  }
}

io::Json ModelCheckpoint::state() const {
  io::Json state{io::Json::Object{}};
  if (monitor_.best()) state.set("best", *monitor_.best());
  return state;
}

void ModelCheckpoint::load_state(const io::Json& state) {
  if (const io::Json* best = state.find("best")) monitor_.set_best(best->as_double());
}

}  // namespace lamina::train
