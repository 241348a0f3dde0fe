// Data sets from files, in memory.
//
//   data::CsvDataset flowers("iris.csv", {.target = "species"});
//   data::ArrayDataset train = data::mnist("MNIST/raw", {.train = true});
//   Array x = data::read_npy("x.npy");
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lamina/data/array_dataset.h"

namespace lamina::data {

Array read_npy(const std::string& path);
std::map<std::string, Array> read_npz(const std::string& path);
Array read_idx(const std::string& path);  // .gz or not

struct PartOptions {
  bool train = true;
};
// The files of MNIST and those that look like it (Fashion-MNIST, KMNIST), by their usual names, .gz or
// not: x float32 [N, 1, 28, 28] from 0 to 1, y int64 [N].
ArrayDataset mnist(const std::string& folder, PartOptions options = {});

// The binary files of CIFAR-10 (data_batch_1.bin ..) and CIFAR-100 (train.bin, test.bin; the fine
// labels): x float32 [N, 3, 32, 32] from 0 to 1, y int64 [N].
ArrayDataset cifar10(const std::string& folder, PartOptions options = {});
ArrayDataset cifar100(const std::string& folder, PartOptions options = {});

// A table: columns of numbers are features; a column of text becomes one feature of 0 and 1 for each of
// its words. The target is the column of that name, or the last: text, and whole numbers that are few,
// are classes; other numbers are values.
struct CsvOptions {
  std::string target = "";
  char separator = ',';
  std::string task = "auto";  // "classification", "regression"
};
class CsvDataset : public Dataset {
 public:
  explicit CsvDataset(const std::string& path, CsvOptions options = {});
  int64_t size() const override { return rows_.size(); }
  Batch get(std::span<const int64_t> indices) const override { return rows_.get(indices); }

  const ArrayDataset& rows() const { return rows_; }                      // x float32 [N, F]; y
  const std::vector<std::string>& features() const { return features_; }  // names; "colour=red"
  const std::vector<std::string>& classes() const { return classes_; }    // empty for values
  const std::string& target() const { return target_; }

 private:
  struct Parts;
  explicit CsvDataset(Parts parts);
  static Parts read(const std::string& path, const CsvOptions& options);
  ArrayDataset rows_;
  std::vector<std::string> features_, classes_;
  std::string target_;
};

}  // namespace lamina::data
