// lamina.data: data sets from files.
#include <nanobind/stl/map.h>

#include "bindings.h"
#include "casters.h"
#include "convert.h"
#include "lamina/base/error.h"
#include "lamina/data/readers.h"
#include "lamina/data/records.h"
#include "lamina/io/tfrecord.h"

namespace lamina::python {
namespace {

using namespace data;

nb::object feature(const io::TfFeature& value) {
  if (!value.numbers.empty()) return nb::cast(value.numbers);
  if (!value.integers.empty()) return nb::cast(value.integers);
  nb::list out;
  for (const std::string& s : value.strings) out.append(nb::bytes(s.data(), s.size()));
  return nb::object(out);
}

nb::dict tf_example(const nb::bytes& record) {
  const auto* start = static_cast<const std::byte*>(record.data());
  nb::dict out;
  for (const auto& [name, value] :
       io::parse_tf_example({start, record.size()}, "parse_tf_example")) {
    out[name.c_str()] = feature(value);
  }
  return out;
}

nb::object record(const Records& self, int64_t number) {
  const std::string bytes = self.at(number < 0 ? number + self.size() : number);
  if (self.format() == "lines") {
    return nb::steal(
        PyUnicode_DecodeUTF8(bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "replace"));
  }
  return nb::bytes(bytes.data(), bytes.size());
}

void bind_records(nb::module_& m) {
  nb::class_<Records>(
      m, "Records", nb::is_weak_referenceable(),
      "A file of records as a sequence: TFRecord, RecordIO and LMDB give bytes, lines of "
      "text give str.\n"
      "Errors: `FileError` names the file, the place in it, what came and what was expected\n"
      ">>> import os, tempfile\n"
      ">>> path = os.path.join(tempfile.mkdtemp(), \"poem.txt\")\n"
      ">>> with open(path, \"w\") as file: size = file.write(\"one\\ntwo\\n\")\n"
      ">>> lines = lm.data.Records(path)\n"
      ">>> len(lines), lines[1]\n"
      "(2, 'two')")
      .def(nb::init<const std::string&, const std::string&>(), nb::arg("path"),
           nb::arg("format") = "auto")
      .def("__len__", &Records::size)
      .def("__getitem__", &record, nb::arg("number"))
      .def("key", &Records::key, nb::arg("number"), "The key of a record of LMDB.")
      .def_prop_ro("format", &Records::format);
  m.def("parse_tf_example", &tf_example, nb::arg("record"),
        "The features of a tf.train.Example, which the records of a TFRecord mostly are.\n"
        "Errors: `FileError` names the file, the place in it, what came and what was expected\n"
        ">>> lm.data.parse_tf_example(b\"\")\n"
        "{}");
}

}  // namespace

void bind_file_data(nb::module_& m) {
  m.def("read_npy", &read_npy, nb::arg("path"),
        "The array of a .npy file.\n"
        "Errors: `FileError` names the file, the place in it, what came and what was expected\n"
        ">>> import numpy, os, tempfile\n"
        ">>> path = os.path.join(tempfile.mkdtemp(), \"x.npy\")\n"
        ">>> numpy.save(path, numpy.arange(3))\n"
        ">>> lm.data.read_npy(path).tolist()\n"
        "[0, 1, 2]");
  m.def("read_npz", &read_npz, nb::arg("path"),
        "The arrays of a .npz file, by name.\n"
        "Errors: `FileError` names the file, the place in it, what came and what was expected\n"
        ">>> import numpy, os, tempfile\n"
        ">>> path = os.path.join(tempfile.mkdtemp(), \"x.npz\")\n"
        ">>> numpy.savez(path, a=numpy.arange(3))\n"
        ">>> lm.data.read_npz(path)[\"a\"].tolist()\n"
        "[0, 1, 2]");
  m.def("read_idx", &read_idx, nb::arg("path"),
        "The array of an IDX file, .gz or not.\n"
        "Errors: `FileError` names the file, the place in it, what came and what was expected\n"
        ">>> import os, tempfile\n"
        ">>> path = os.path.join(tempfile.mkdtemp(), \"labels\")\n"
        ">>> with open(path, \"wb\") as file: size = file.write(bytes([0, 0, 8, 1, 0, 0, 0, 2, 7, "
        "9]))\n"
        ">>> lm.data.read_idx(path).tolist()\n"
        "[7, 9]");
  const auto part = [&](const char* name, ArrayDataset (*read)(const std::string&, PartOptions),
                        const char* doc) {
    m.def(
        name, [read](const std::string& folder, bool train) { return read(folder, {train}); },
        nb::arg("folder"), nb::arg("train") = true, doc);
  };
  part("mnist", &mnist,
       "MNIST, or a data set with its file names, from a folder: x float32 [N, 1, 28, 28] from 0 "
       "to 1, y "
       "int64 [N].\n"
       "Errors: `FileError` names the file, the place in it, what came and what was expected\n"
       ">>> import os, tempfile\n"
       ">>> folder = tempfile.mkdtemp()\n"
       ">>> def write(name, data):\n"
       "...     with open(os.path.join(folder, name), \"wb\") as file: file.write(data)\n"
       ">>> write(\"train-images-idx3-ubyte\", bytes([0, 0, 8, 3, 0, 0, 0, 1, 0, 0, 0, 28, 0, 0, "
       "0, 28]) + bytes(784))\n"
       ">>> write(\"train-labels-idx1-ubyte\", bytes([0, 0, 8, 1, 0, 0, 0, 1, 7]))\n"
       ">>> lm.data.mnist(folder).x.shape\n"
       "(1, 1, 28, 28)");
  part("cifar10", &cifar10,
       "The binary files of CIFAR-10: x float32 [N, 3, 32, 32] from 0 to 1, y int64 [N].\n"
       "Errors: `FileError` names the file, the place in it, what came and what was expected\n"
       ">>> import os, tempfile\n"
       ">>> folder = tempfile.mkdtemp()\n"
       ">>> with open(os.path.join(folder, \"test_batch.bin\"), \"wb\") as file: size = "
       "file.write(bytes([3]) + bytes(3072))\n"
       ">>> lm.data.cifar10(folder, train=False).y.tolist()\n"
       "[3]");
  part("cifar100", &cifar100,
       "The binary files of CIFAR-100, with the fine labels: x float32 [N, 3, 32, 32] from 0 to 1, "
       "y int64 "
       "[N].\n"
       "Errors: `FileError` names the file, the place in it, what came and what was expected\n"
       ">>> import os, tempfile\n"
       ">>> folder = tempfile.mkdtemp()\n"
       ">>> with open(os.path.join(folder, \"test.bin\"), \"wb\") as file: size = "
       "file.write(bytes([1, 7]) + bytes(3072))\n"
       ">>> lm.data.cifar100(folder, train=False).y.tolist()\n"
       "[7]");
  nb::class_<CsvDataset, Dataset>(
      m, "CsvDataset",
      "A table: columns of numbers are features, a column of text gives one of 0 and 1 for each "
      "word; the "
      "target is the last column or the one named.\n"
      "Shapes: x float32 [N, features]; y int64 [N] (classes) or float32 [N, 1] (values)\n"
      "Errors: `FileError` names the file, the place in it, what came and what was expected\n"
      ">>> import os, tempfile\n"
      ">>> path = os.path.join(tempfile.mkdtemp(), \"pets.csv\")\n"
      ">>> with open(path, \"w\") as file: size = "
      "file.write(\"kg,home,kind\\n4,in,cat\\n20,out,dog\\n\")\n"
      ">>> pets = lm.data.CsvDataset(path)\n"
      ">>> pets.features, pets.classes\n"
      "(['kg', 'home=in', 'home=out'], ['cat', 'dog'])")
      .def(
          "__init__",
          [](CsvDataset* self, const std::string& path, std::string target,
             const std::string& separator, std::string task) {
            if (separator.size() != 1) {
              throw ValueError(text("separator: expected one character, got \"", separator, "\""));
            }
            new (self) CsvDataset(path, {std::move(target), separator[0], std::move(task)});
          },
          nb::arg("path"), nb::arg("target") = "", nb::arg("separator") = ",",
          nb::arg("task") = "auto")
      .def_prop_ro("rows", &CsvDataset::rows, "All of it as an ArrayDataset, which can be split.")
      .def_prop_ro("features", &CsvDataset::features)
      .def_prop_ro("classes", &CsvDataset::classes)
      .def_prop_ro("target", &CsvDataset::target);
  bind_records(m);
}

}  // namespace lamina::python
