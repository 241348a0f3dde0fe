// Examples of the reference that read data: sets, loaders, transforms, files.
// tools/reference_cpp.py shows their bodies.
#include <filesystem>
#include <fstream>

#include "examples.h"
#include "lamina/io/npy.h"
#include "lamina/io/npz.h"
#include "lamina/io/tfrecord.h"

using namespace lamina;

namespace {

TEST(Examples, lm_data_ArrayDataset) {
  data::ArrayDataset dataset(lm::ones({4, 2}), lm::zeros({4}));
  auto [first, second] = dataset.split(0.75);
  EXPECT_EQ(first.size(), 3);
}

TEST(Examples, lm_data_DataLoader) {
  data::DataLoader loader(data::ArrayDataset(lm::ones({5, 2}), lm::zeros({5})), {.batch_size = 2});
  std::vector<int64_t> sizes;
  for (auto [x, y] : loader) sizes.push_back(x.shape(0));
  EXPECT_EQ(shown(sizes), "[2,2,1]");
}

TEST(Examples, lm_data_Dataset) {
  struct Squares : data::Dataset {
    int64_t size() const override { return 10; }
    data::Batch get(std::span<const int64_t> indices) const override {
      Array x = lm::array(indices, {static_cast<int64_t>(indices.size())});
      return {x, x * x};
    }
  };
  EXPECT_EQ(Squares().size(), 10);
}

TEST(Examples, lm_data_digits) { EXPECT_EQ(data::digits().x().shape(), (Shape{1797, 1, 8, 8})); }

// Data sets from files: each example makes the file that it reads.
std::string data_folder() {
  const std::string folder = temporary_file() + "_folder";
  std::filesystem::remove_all(folder);
  return folder;
}

void write_bytes(const std::string& path, std::string_view bytes) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  std::ofstream(path, std::ios::binary)
      .write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

TEST(Examples, lm_data_Transform) {
  data::Resize resize(8);
  const data::Transform& transform = resize;
  EXPECT_EQ(transform.description(), "Resize(8)");
}

TEST(Examples, lm_data_Resize) {
  Array pixels = lm::zeros({20, 30, 3}, lm::uint8);
  EXPECT_EQ(data::Resize(10)(pixels).shape(), (Shape{10, 15, 3}));
}

TEST(Examples, lm_data_CenterCrop) {
  Array pixels = lm::zeros({20, 30, 3}, lm::uint8);
  EXPECT_EQ(data::CenterCrop(16)(pixels).shape(), (Shape{16, 16, 3}));
}

TEST(Examples, lm_data_RandomCrop) {
  Array pixels = lm::zeros({32, 32, 3}, lm::uint8);
  EXPECT_EQ(data::RandomCrop(32, {.padding = 4})(pixels).shape(), (Shape{32, 32, 3}));
}

TEST(Examples, lm_data_RandomResizedCrop) {
  Array pixels = lm::zeros({40, 60, 3}, lm::uint8);
  EXPECT_EQ(data::RandomResizedCrop(24)(pixels).shape(), (Shape{24, 24, 3}));
}

TEST(Examples, lm_data_RandomHorizontalFlip) {
  Array pixels = lm::reshape(lm::array({1, 2}, lm::uint8), {1, 2, 1});
  EXPECT_EQ(shown(data::RandomHorizontalFlip(1.0)(pixels)), "[[[2],[1]]]");
}

TEST(Examples, lm_data_RandomVerticalFlip) {
  Array pixels = lm::reshape(lm::array({1, 2}, lm::uint8), {2, 1, 1});
  EXPECT_EQ(shown(data::RandomVerticalFlip(1.0)(pixels)), "[[[2]],[[1]]]");
}

TEST(Examples, lm_data_RandomRotation) {
  Array pixels = lm::zeros({9, 9, 1}, lm::uint8);
  EXPECT_EQ(data::RandomRotation(15)(pixels).shape(), (Shape{9, 9, 1}));
}

TEST(Examples, lm_data_ColorJitter) {
  Array pixels = lm::zeros({4, 4, 3}, lm::uint8);
  EXPECT_EQ(data::ColorJitter({.brightness = 0.2, .hue = 0.1})(pixels).shape(), (Shape{4, 4, 3}));
}

TEST(Examples, lm_data_Grayscale) {
  Array pixels = lm::zeros({4, 4, 3}, lm::uint8);
  EXPECT_EQ(data::Grayscale()(pixels).shape(), (Shape{4, 4, 1}));
}

TEST(Examples, lm_data_RandAugment) {
  Array pixels = lm::zeros({8, 8, 3}, lm::uint8);
  EXPECT_EQ(data::RandAugment({.num_ops = 2, .magnitude = 9})(pixels).shape(), (Shape{8, 8, 3}));
}

TEST(Examples, lm_data_ToFloat) {
  Array pixels = lm::full({2, 3, 1}, 255, lm::uint8);
  EXPECT_EQ(data::ToFloat()(pixels).shape(), (Shape{1, 2, 3}));
}

TEST(Examples, lm_data_ToTensor) {
  Array pixels = lm::full({2, 3, 1}, 255, lm::uint8);
  EXPECT_EQ(data::ToTensor()(pixels).shape(), (Shape{1, 2, 3}));
}

TEST(Examples, lm_data_Normalize) {
  Array pixels = lm::full({1, 1, 1}, 255, lm::uint8);
  EXPECT_EQ(shown(data::Normalize({0.5}, {0.5})(pixels)), "[[[1]]]");
}

TEST(Examples, lm_data_RandomErasing) {
  Array pixels = lm::zeros({8, 8, 3}, lm::uint8);
  EXPECT_EQ(data::RandomErasing(1.0)(pixels).shape(), (Shape{8, 8, 3}));
}

TEST(Examples, lm_data_export_digits) {
  EXPECT_EQ(data::export_digits(data_folder(), {.count = 3}), 3);
}

TEST(Examples, lm_data_ImageDataset) {
  const std::string folder = data_folder();
  data::export_digits(folder, {.count = 3});
  data::ImageFolder images(folder);
  const data::ImageDataset& same = images;
  EXPECT_EQ(same.label(2), 2);
}

TEST(Examples, lm_data_ImageFolder) {
  const std::string folder = data_folder();
  data::export_digits(folder, {.count = 20});
  data::ImageFolder images(folder, {.transforms = {data::Resize(8), data::ToFloat()}});
  auto [train, test] = images.split(0.8);
  data::DataLoader loader(train, {.batch_size = 4});
  auto [x, y] = *loader.begin();
  EXPECT_EQ(x.shape(), (Shape{4, 3, 8, 8}));
  EXPECT_EQ(images.classes().size(), 10u);
}

TEST(Examples, lm_data_ImageRecords) {
  EXPECT_THROW(data::ImageRecords(data_folder() + "/none.tfrecord"), FileError);
}

TEST(Examples, lm_data_Records) {
  const std::string path = data_folder() + "/poem.txt";
  write_bytes(path, "one\ntwo\n");
  data::Records lines(path);
  EXPECT_EQ(lines.size(), 2);
  EXPECT_EQ(lines.at(1), "two");
}

TEST(Examples, lm_data_parse_tf_example) {
  EXPECT_EQ(io::parse_tf_example({}, "a record").size(), 0u);
}

TEST(Examples, lm_data_read_npy) {
  const float values[] = {0, 1, 2};
  const std::string path = data_folder() + ".npy";
  io::write_npy(path, {"<f4", {3}, false, std::as_bytes(std::span(values))});
  EXPECT_EQ(shown(data::read_npy(path)), "[0,1,2]");
}

TEST(Examples, lm_data_read_npz) {
  const float values[] = {0, 1, 2};
  const std::string path = data_folder() + ".npz";
  const std::pair<std::string, io::NpyArray> a = {
      "a", {"<f4", {3}, false, std::as_bytes(std::span(values))}};
  io::write_npz(path, std::span(&a, 1));
  EXPECT_EQ(shown(data::read_npz(path).at("a")), "[0,1,2]");
}

TEST(Examples, lm_data_read_idx) {
  const std::string path = data_folder() + "/labels";
  write_bytes(path, std::string_view("\0\0\x08\x01\0\0\0\x02\x07\x09", 10));
  EXPECT_EQ(shown(data::read_idx(path)), "[7,9]");
}

TEST(Examples, lm_data_mnist) {
  const std::string folder = data_folder();
  const std::string head("\0\0\x08\x03\0\0\0\x01\0\0\0\x1c\0\0\0\x1c", 16);
  write_bytes(folder + "/train-images-idx3-ubyte", head + std::string(784, '\0'));
  write_bytes(folder + "/train-labels-idx1-ubyte",
              std::string_view("\0\0\x08\x01\0\0\0\x01\x07", 9));
  EXPECT_EQ(data::mnist(folder).x().shape(), (Shape{1, 1, 28, 28}));
}

TEST(Examples, lm_data_cifar10) {
  const std::string folder = data_folder();
  write_bytes(folder + "/test_batch.bin", "\x03" + std::string(3072, '\0'));
  EXPECT_EQ(shown(data::cifar10(folder, {.train = false}).y()), "[3]");
}

TEST(Examples, lm_data_cifar100) {
  const std::string folder = data_folder();
  write_bytes(folder + "/test.bin", "\x01\x07" + std::string(3072, '\0'));
  EXPECT_EQ(shown(data::cifar100(folder, {.train = false}).y()), "[7]");
}

TEST(Examples, lm_data_CsvDataset) {
  const std::string path = data_folder() + "/pets.csv";
  write_bytes(path, "kg,home,kind\n4,in,cat\n20,out,dog\n");
  data::CsvDataset pets(path);
  EXPECT_EQ(shown(pets.features()), "[kg,home=in,home=out]");
  EXPECT_EQ(shown(pets.classes()), "[cat,dog]");
}

}  // namespace
