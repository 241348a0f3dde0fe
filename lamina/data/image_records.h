// ImageRecords: pictures and labels in a file of records: TFRecord (tf.train.Example), RecordIO (MXNet's
// image records), LMDB (Caffe's Datum).
//
//   data::ImageRecords train("train.tfrecord", {.transforms = {data::CenterCrop(224), data::Normalize()}});
//
// Labels are read when the file is opened, so that a wrong one is found before a training begins.
#pragma once

#include "lamina/data/image_dataset.h"
#include "lamina/io/records.h"

namespace lamina::data {

struct RecordKeys {  // of the features of a TFRecord
  std::string image = "image/encoded", label = "image/class/label";
};

class ImageRecords : public ImageDataset {
 public:
  explicit ImageRecords(const std::string& path, ImageOptions options = {}, RecordKeys keys = {});
  int64_t size() const override { return records_->size(); }
  std::string name(int64_t index) const override;
  int64_t label(int64_t index) const override { return labels_.at(static_cast<size_t>(index)); }

 protected:
  EncodedImage encoded(int64_t index) const override;

 private:
  int64_t read_label(int64_t index) const;

  std::shared_ptr<const io::RecordFile> records_;
  RecordKeys keys_;
  std::vector<int64_t> labels_;
};

}  // namespace lamina::data
