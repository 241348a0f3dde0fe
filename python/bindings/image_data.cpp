// lamina.data: pictures and what is done to them on the way to a net.
#include <nanobind/stl/pair.h>
#include <nanobind/stl/shared_ptr.h>

#include <cstring>

#include "bindings.h"
#include "convert.h"
#include "datasets.h"
#include "lamina/base/error.h"
#include "lamina/data/export_digits.h"
#include "lamina/data/image_folder.h"
#include "lamina/data/image_records.h"
#include "lamina/data/transforms.h"
#include "lamina/exec/evaluate.h"
#include "lamina/ops/creation.h"
#include "shared_callable.h"

namespace lamina::python {
namespace {

using namespace data;

ImageSize to_size(nb::handle object, const char* what) {
  const IntList list = to_int_list(object, what);
  if (list.size() == 1 && !nb::isinstance<nb::tuple>(object) && !nb::isinstance<nb::list>(object)) {
    return ImageSize(list[0]);
  }
  if (list.size() == 2) return {list[0], list[1]};
  throw ValueError(
      text(what, ": expected a number or (height, width), got ", list.size(), " numbers"));
}

Range to_range(nb::handle object, const char* what) {
  const std::vector<double> list = to_numbers(object, what);
  if (list.size() == 2) return {list[0], list[1]};
  throw ValueError(text(what, ": expected two numbers, got ", list.size()));
}

// A Python function: pixels uint8 [height, width, channels] -> the same kind, of any size.
class FunctionTransform : public Transform {
 public:
  explicit FunctionTransform(nb::handle function) : function_(share_callable(function)) {}
  bool is_random() const override { return true; }  // who knows
  std::string description() const override { return "function"; }
  void apply(Sample& sample, RandomChoices&) const override {
    io::Picture& p = sample.picture;
    nb::gil_scoped_acquire gil;
    nb::object result =
        (*function_)(from_data(p.pixels.data(), {p.height, p.width, p.channels}, uint8));
    const Array pixels = to_rows(result);
    if (pixels.dtype() != uint8 || pixels.ndim() != 3 ||
        (pixels.shape(2) != 1 && pixels.shape(2) != 3)) {
      throw ShapeError(
          text("transforms: expected uint8 [height, width, 1 or 3] from a function, got ",
               describe(pixels)));
    }
    p.height = pixels.shape(0), p.width = pixels.shape(1), p.channels = pixels.shape(2);
    p.pixels.resize(static_cast<size_t>(pixels.size()));
    const HostValue value = host_value(pixels);
    std::memcpy(p.pixels.data(), value.data(), p.pixels.size());
  }

 private:
  std::shared_ptr<nb::object> function_;
};

Transforms to_transforms(nb::handle list) {
  Transforms out;
  if (list.is_none()) return out;
  if (!PySequence_Check(list.ptr()) || nb::isinstance<nb::str>(list)) {
    throw DTypeError(text("transforms: expected a list, got ", Py_TYPE(list.ptr())->tp_name));
  }
  for (nb::handle item : nb::borrow<nb::sequence>(list)) {
    if (nb::isinstance<Transform>(item)) {
      out.emplace_back(
          std::shared_ptr<const Transform>(nb::cast<std::shared_ptr<Transform>>(item)));
    } else if (PyCallable_Check(item.ptr()) && !PyType_Check(item.ptr())) {
      out.emplace_back(FunctionTransform(item));
    } else {
      throw DTypeError(text("transforms: expected transforms or functions, got ",
                            PyType_Check(item.ptr()) ? "a class" : Py_TYPE(item.ptr())->tp_name))
          .help("a list of transforms: [Resize((64, 64)), ToFloat()]");
    }
  }
  return out;
}

void bind_windows_of(nb::module_& m) {
  nb::class_<Resize, Transform>(
      m, "Resize",
      "Another size, antialiased, within one grey level of Pillow's: a number is the length of the "
      "shorter side, a pair is (height, width).\n"
      ">>> pixels = lm.zeros((20, 30, 3), dtype=lm.uint8)\n"
      ">>> lm.data.Resize(10)(pixels).shape\n"
      "(10, 15, 3)")
      .def(
          "__init__",
          [](Resize* self, nb::handle size, const std::string& interpolation) {
            new (self) Resize(to_size(size, "Resize: size"), interpolation);
          },
          nb::arg("size"), nb::arg("interpolation") = "bilinear");
  nb::class_<CenterCrop, Transform>(m, "CenterCrop",
                                    "The middle of a picture; smaller ones are padded with zeros.\n"
                                    ">>> pixels = lm.zeros((20, 30, 3), dtype=lm.uint8)\n"
                                    ">>> lm.data.CenterCrop(16)(pixels).shape\n"
                                    "(16, 16, 3)")
      .def(
          "__init__",
          [](CenterCrop* self, nb::handle size) {
            new (self) CenterCrop(to_size(size, "CenterCrop: size"));
          },
          nb::arg("size"));
  nb::class_<RandomCrop, Transform>(
      m, "RandomCrop",
      "A part of this size at a random place, after padding with zeros.\n"
      ">>> pixels = lm.zeros((32, 32, 3), dtype=lm.uint8)\n"
      ">>> lm.data.RandomCrop(32, padding=4)(pixels).shape\n"
      "(32, 32, 3)")
      .def(
          "__init__",
          [](RandomCrop* self, nb::handle size, int64_t padding, bool pad_if_needed) {
            new (self) RandomCrop(to_size(size, "RandomCrop: size"), {padding, pad_if_needed});
          },
          nb::arg("size"), nb::arg("padding") = 0, nb::arg("pad_if_needed") = false);
  nb::class_<RandomResizedCrop, Transform>(
      m, "RandomResizedCrop",
      "A part of random area, proportion and place, made this size.\n"
      ">>> pixels = lm.zeros((40, 60, 3), dtype=lm.uint8)\n"
      ">>> lm.data.RandomResizedCrop(24)(pixels).shape\n"
      "(24, 24, 3)")
      .def(
          "__init__",
          [](RandomResizedCrop* self, nb::handle size, nb::handle scale, nb::handle ratio,
             const std::string& interpolation) {
            RandomResizedCropOptions options;
            if (!scale.is_none()) options.scale = to_range(scale, "RandomResizedCrop: scale");
            if (!ratio.is_none()) options.ratio = to_range(ratio, "RandomResizedCrop: ratio");
            options.interpolation = interpolation;
            new (self) RandomResizedCrop(to_size(size, "RandomResizedCrop: size"), options);
          },
          nb::arg("size"), nb::arg("scale") = nb::make_tuple(0.08, 1.0),
          nb::arg("ratio") = nb::make_tuple(3.0 / 4, 4.0 / 3),
          nb::arg("interpolation") = "bilinear");
}

void bind_geometry(nb::module_& m) {
  nb::class_<RandomHorizontalFlip, Transform>(
      m, "RandomHorizontalFlip",
      "Left and right change places, with probability p.\n"
      ">>> pixels = lm.array([[[1], [2]]], dtype=lm.uint8)\n"
      ">>> lm.data.RandomHorizontalFlip(p=1.0)(pixels).tolist()\n"
      "[[[2], [1]]]")
      .def(nb::init<double>(), nb::arg("p") = 0.5);
  nb::class_<RandomVerticalFlip, Transform>(
      m, "RandomVerticalFlip",
      "Top and bottom change places, with probability p.\n"
      ">>> pixels = lm.array([[[1]], [[2]]], dtype=lm.uint8)\n"
      ">>> lm.data.RandomVerticalFlip(p=1.0)(pixels).tolist()\n"
      "[[[2]], [[1]]]")
      .def(nb::init<double>(), nb::arg("p") = 0.5);
  nb::class_<RandomRotation, Transform>(
      m, "RandomRotation",
      "A turn about the centre by up to `degrees` either way, or within a range; the size stays.\n"
      ">>> pixels = lm.zeros((9, 9, 1), dtype=lm.uint8)\n"
      ">>> lm.data.RandomRotation(15)(pixels).shape\n"
      "(9, 9, 1)")
      .def(
          "__init__",
          [](RandomRotation* self, nb::handle degrees, const std::string& interpolation,
             int64_t fill) {
            if (fill < 0 || fill > 255) {
              throw ValueError(text("RandomRotation: expected a fill of 0 to 255, got ", fill));
            }
            const std::vector<double> list = to_numbers(degrees, "RandomRotation: degrees");
            const RandomRotationOptions options{interpolation, static_cast<uint8_t>(fill)};
            const Range range = list.size() == 1 ? Range(-list[0], list[0])
                                                 : to_range(degrees, "RandomRotation: degrees");
            new (self) RandomRotation(range, options);
          },
          nb::arg("degrees"), nb::arg("interpolation") = "nearest", nb::arg("fill") = 0);
  nb::class_<ColorJitter, Transform>(
      m, "ColorJitter",
      "Brightness, contrast and saturation times a factor within 1 - x and 1 + x, hue turned by up "
      "to "
      "`hue` (0.5 is half the circle), in random order.\n"
      ">>> pixels = lm.zeros((4, 4, 3), dtype=lm.uint8)\n"
      ">>> lm.data.ColorJitter(brightness=0.2, hue=0.1)(pixels).shape\n"
      "(4, 4, 3)")
      .def(
          "__init__",
          [](ColorJitter* self, double brightness, double contrast, double saturation, double hue) {
            new (self) ColorJitter({brightness, contrast, saturation, hue});
          },
          nb::arg("brightness") = 0.0, nb::arg("contrast") = 0.0, nb::arg("saturation") = 0.0,
          nb::arg("hue") = 0.0);
  nb::class_<Grayscale, Transform>(m, "Grayscale",
                                   "The luma of ITU-R 601, in 1 channel or in 3 equal ones.\n"
                                   ">>> pixels = lm.zeros((4, 4, 3), dtype=lm.uint8)\n"
                                   ">>> lm.data.Grayscale()(pixels).shape\n"
                                   "(4, 4, 1)")
      .def(nb::init<int64_t>(), nb::arg("num_output_channels") = 1);
  nb::class_<RandAugment, Transform>(
      m, "RandAugment",
      "num_ops of 14 operations chosen at random, each at the same magnitude.\n"
      ">>> pixels = lm.zeros((8, 8, 3), dtype=lm.uint8)\n"
      ">>> lm.data.RandAugment(num_ops=2, magnitude=9)(pixels).shape\n"
      "(8, 8, 3)")
      .def(
          "__init__",
          [](RandAugment* self, int64_t num_ops, int64_t magnitude, int64_t bins) {
            new (self) RandAugment({num_ops, magnitude, bins});
          },
          nb::arg("num_ops") = 2, nb::arg("magnitude") = 9, nb::arg("num_magnitude_bins") = 31);
}

void bind_floats(nb::module_& m) {
  nb::class_<ToFloat, Transform>(
      m, "ToFloat",
      "Bytes [height, width, channels] become float32 [channels, height, "
      "width] from 0 to 1.\n"
      ">>> pixels = lm.full((2, 3, 1), 255, dtype=lm.uint8)\n"
      ">>> lm.data.ToFloat()(pixels).shape\n"
      "(1, 2, 3)")
      .def(nb::init<>());
  m.attr("ToTensor") = m.attr("ToFloat");
  nb::class_<Normalize, Transform>(
      m, "Normalize",
      "(value - mean) / std for each channel, after ToFloat where that has not been done.\n"
      ">>> pixels = lm.full((1, 1, 1), 255, dtype=lm.uint8)\n"
      ">>> lm.data.Normalize(mean=[0.5], std=[0.5])(pixels).tolist()\n"
      "[[[1.0]]]")
      .def(
          "__init__",
          [](Normalize* self, nb::handle mean, nb::handle std) {
            new (self)
                Normalize(to_numbers(mean, "Normalize: mean"), to_numbers(std, "Normalize: std"));
          },
          nb::arg("mean") = nb::make_tuple(0.485, 0.456, 0.406),
          nb::arg("std") = nb::make_tuple(0.229, 0.224, 0.225));
  nb::class_<RandomErasing, Transform>(
      m, "RandomErasing",
      "With probability p a rectangle is overwritten: by a value, or by normally distributed ones "
      "with value=\"random\".\n"
      ">>> pixels = lm.zeros((8, 8, 3), dtype=lm.uint8)\n"
      ">>> lm.data.RandomErasing(p=1.0)(pixels).shape\n"
      "(8, 8, 3)")
      .def(
          "__init__",
          [](RandomErasing* self, double p, nb::handle scale, nb::handle ratio, nb::handle value) {
            RandomErasingOptions options{to_range(scale, "RandomErasing: scale"),
                                         to_range(ratio, "RandomErasing: ratio")};
            options.random_values = nb::isinstance<nb::str>(value);
            if (options.random_values && nb::cast<std::string>(value) != "random") {
              throw ValueError("RandomErasing: expected a number or \"random\" as value");
            }
            if (!options.random_values) {
              const std::vector<double> values = to_numbers(value, "RandomErasing: value");
              if (values.size() != 1) throw ValueError("RandomErasing: expected one value");
              options.value = values[0];
            }
            new (self) RandomErasing(p, options);
          },
          nb::arg("p") = 0.5, nb::arg("scale") = nb::make_tuple(0.02, 0.33),
          nb::arg("ratio") = nb::make_tuple(0.3, 3.3), nb::arg("value") = 0);
}

ImageOptions to_options(nb::handle transforms, int64_t channels, std::string on_error, bool cache,
                        int64_t max_pixels, double reducing_gap, int64_t cache_bytes) {
  return {to_transforms(transforms),
          channels,
          std::move(on_error),
          cache,
          max_pixels,
          reducing_gap,
          cache_bytes};
}

nb::list skipped(const ImageDataset& self) {
  nb::list out;
  for (const SkippedExample& s : self.skipped()) out.append(nb::make_tuple(s.name, s.reason));
  return out;
}

void bind_sets(nb::module_& m) {
  nb::class_<ImageDataset, Dataset>(m, "ImageDataset",
                                    "What datasets of pictures share: ImageFolder, ImageRecords.\n"
                                    ">>> issubclass(lm.data.ImageFolder, lm.data.ImageDataset)\n"
                                    "True")
      .def("size", &ImageDataset::size)
      .def(
          "get",
          [](const ImageDataset& self, const std::vector<int64_t>& indices) {
            Batch batch;
            {
              nb::gil_scoped_release released;
              batch = self.get(indices);
            }
            if (!batch.x) throw ValueError("get: none of these pictures could be read");
            return nb::make_tuple(std::move(batch.x), std::move(batch.y));
          },
          nb::arg("indices"),
          "The examples with these numbers: x [N, channels, height, width], y [N].")
      .def("name", &ImageDataset::name, nb::arg("index"), "Where the picture comes from.")
      .def("label", &ImageDataset::label, nb::arg("index"))
      .def_prop_ro("cached_bytes", &ImageDataset::cached_bytes,
                   "Memory that kept pictures take: cache=True keeps them up to cache_bytes, else "
                   "up to half of the memory for arrays.")
      .def_prop_ro("skipped", &skipped, "(name, reason) of each picture that was left out so far.");
  nb::class_<ImageFolder, ImageDataset>(
      m, "ImageFolder",
      "Pictures (JPEG, PNG, WebP) in one sub-folder for each class, read and transformed when they "
      "are "
      "asked for, on the threads of a DataLoader.\n"
      "Shapes: x uint8 [N, channels, height, width], float32 after ToFloat or Normalize; y int64 "
      "[N]\n"
      "Errors: `FileError` names the file, the place in it, what came and what was expected\n"
      ">>> import tempfile\n"
      ">>> folder = tempfile.mkdtemp()\n"
      ">>> count = lm.data.export_digits(folder, count=20)\n"
      ">>> images = lm.data.ImageFolder(folder, transforms=[lm.data.Resize(8), "
      "lm.data.ToFloat()])\n"
      ">>> train, test = images.split(0.8)\n"
      ">>> x, y = next(iter(lm.data.DataLoader(train, batch_size=4)))\n"
      ">>> len(train), len(images.classes), x.shape\n"
      "(16, 10, (4, 3, 8, 8))")
      .def(
          "__init__",
          [](ImageFolder* self, const std::string& path, nb::handle transforms, int64_t channels,
             std::string on_error, bool cache, int64_t max_pixels, double reducing_gap,
             int64_t cache_bytes) {
            new (self) ImageFolder(path, to_options(transforms, channels, std::move(on_error),
                                                    cache, max_pixels, reducing_gap, cache_bytes));
          },
          nb::arg("path"), nb::arg("transforms") = nb::none(), nb::arg("channels") = 3,
          nb::arg("on_error") = "raise", nb::arg("cache") = false,
          nb::arg("max_pixels") = int64_t{1} << 26, nb::arg("reducing_gap") = 2.0,
          nb::arg("cache_bytes") = -1)
      .def_prop_ro("classes", &ImageFolder::classes, "The names of the sub-folders, sorted.")
      .def_prop_ro(
          "files",
          [](const ImageFolder& self) {
            nb::list out;
            for (const ImageFile& f : self.files()) out.append(nb::make_tuple(f.path, f.label));
            return out;
          },
          "(path, label) of each picture.")
      .def(
          "split",
          [](const ImageFolder& self, double fraction, uint64_t seed, bool shuffle) {
            auto [first, second] = self.split(fraction, {seed, shuffle});
            return nb::make_tuple(std::move(first), std::move(second));
          },
          nb::arg("fraction"), nb::arg("seed") = 0, nb::arg("shuffle") = true,
          "Two datasets, the first with this fraction of the examples.")
      .def(
          "with_transforms",
          [](const ImageFolder& self, nb::handle transforms) {
            return self.with_transforms(to_transforms(transforms));
          },
          nb::arg("transforms"), "The same pictures, treated otherwise.");
  nb::class_<ImageRecords, ImageDataset>(
      m, "ImageRecords",
      "Pictures and labels in a file of records: TFRecord (tf.train.Example), RecordIO (MXNet), "
      "LMDB "
      "(Caffe).\n"
      "Shapes: x uint8 [N, channels, height, width], float32 after ToFloat or Normalize; y int64 "
      "[N]\n"
      "Errors: `FileError` names the file, the place in it, what came and what was expected\n"
      ">>> import os, struct, tempfile\n"
      ">>> folder = tempfile.mkdtemp()\n"
      ">>> count = lm.data.export_digits(os.path.join(folder, \"digits\"), count=1)\n"
      ">>> with open(os.path.join(folder, \"digits\", \"0\", \"0000.png\"), \"rb\") as file: png = "
      "file.read()\n"
      ">>> record = struct.pack(\"<IfQQ\", 0, 7.0, 0, 0) + png\n"
      ">>> path = os.path.join(folder, \"digits.rec\")\n"
      ">>> with open(path, \"wb\") as file: size = file.write(struct.pack(\"<II\", 0xced7230a, "
      "len(record)) + record)\n"
      ">>> images = lm.data.ImageRecords(path)\n"
      ">>> images.label(0), images.get([0])[0].shape\n"
      "(7, (1, 3, 32, 32))")
      .def(
          "__init__",
          [](ImageRecords* self, const std::string& path, nb::handle transforms, int64_t channels,
             std::string on_error, bool cache, int64_t max_pixels, double reducing_gap,
             int64_t cache_bytes, std::string image_key, std::string label_key) {
            new (self) ImageRecords(path,
                                    to_options(transforms, channels, std::move(on_error), cache,
                                               max_pixels, reducing_gap, cache_bytes),
                                    {std::move(image_key), std::move(label_key)});
          },
          nb::arg("path"), nb::arg("transforms") = nb::none(), nb::arg("channels") = 3,
          nb::arg("on_error") = "raise", nb::arg("cache") = false,
          nb::arg("max_pixels") = int64_t{1} << 26, nb::arg("reducing_gap") = 2.0,
          nb::arg("cache_bytes") = -1, nb::arg("image_key") = "image/encoded",
          nb::arg("label_key") = "image/class/label");
}

}  // namespace

void bind_image_data(nb::module_& m) {
  nb::class_<Transform>(
      m, "Transform", nb::is_weak_referenceable(),
      "A step between a picture and a net; torchvision's names. Calling one shows what it "
      "does to pixels uint8 [height, width, channels].\n"
      ">>> isinstance(lm.data.Resize(8), lm.data.Transform)\n"
      "True")
      .def("__repr__", &Transform::description)
      .def(
          "__call__",
          [](const Transform& self, nb::handle pixels, uint64_t seed) {
            return self(to_rows(pixels), seed);
          },
          nb::arg("pixels"), nb::arg("seed") = 0);
  bind_windows_of(m);
  bind_geometry(m);
  bind_floats(m);
  bind_sets(m);
  m.def(
      "export_digits",
      [](const std::string& folder, int64_t count, int64_t scale) {
        return export_digits(folder, {count, scale});
      },
      nb::arg("folder"), nb::arg("count") = -1, nb::arg("scale") = 4,
      "Writes the shipped digits as a folder of PNG pictures, one sub-folder for each digit.\n"
      "Errors: `FileError` where the folder is there and not empty\n"
      ">>> import tempfile\n"
      ">>> lm.data.export_digits(tempfile.mkdtemp(), count=3)\n"
      "3");
}

}  // namespace lamina::python
