// lamina inspect PATH: what a file or a folder holds. lamina summary: the layers of a net.
#include <fmt/format.h>

#include <filesystem>
#include <map>

#include "cli/command.h"
#include "cli/model_notes.h"
#include "cli/nets.h"
#include "cli/training_data.h"
#include "lamina/base/error.h"
#include "lamina/data/image_folder.h"
#include "lamina/io/cells.h"
#include "lamina/io/file.h"
#include "lamina/io/idx.h"
#include "lamina/io/json.h"
#include "lamina/io/npy.h"
#include "lamina/io/npz.h"
#include "lamina/io/picture.h"
#include "lamina/io/records.h"
#include "lamina/io/safetensors.h"
#include "lamina/nn/summary.h"
#include "lamina/train/model_file.h"

namespace cli {
namespace {

namespace fs = std::filesystem;
namespace io = lamina::io;

template <class Shape>
std::string sizes(const Shape& shape) {
  return lamina::list_text(shape);
}

void inspect_model(const std::string& path) {
  const lamina::SavedModel model = lamina::load_model(path);
  fmt::print("model       {}\n", path);
  fmt::print("input       {}\n", lamina::text(model.input().dtype, " ", model.input().shape));
  if (!model.classes().empty()) fmt::print("classes     {}\n", fmt::join(model.classes(), ", "));
  if (const auto notes = read_notes(path); notes && !notes->features.empty()) {
    fmt::print("features    {}\ntarget      {}\n", fmt::join(notes->features, ", "), notes->target);
  }
  fmt::print("parameters  {}\n\n", model.parameter_count());
  for (const auto& [name, value] : model.state_dict()) {
    fmt::print("{:40} {}\n", name, lamina::text(value.dtype(), " ", value.shape()));
  }
}

std::string picture_size(const io::Picture& picture) {
  return fmt::format("{} x {}, {} channel{}", picture.width, picture.height, picture.channels,
                     picture.channels == 1 ? "" : "s");
}

void inspect_folder(const std::string& path) {
  const lamina::data::ImageFolder folder(path);
  std::vector<int64_t> counts(folder.classes().size());
  std::map<std::string, int64_t> kinds;
  for (const auto& file : folder.files()) {
    ++counts[static_cast<size_t>(file.label)];
    ++kinds[fs::path(file.path).extension().string()];
  }
  fmt::print("{} pictures of {} classes\n", folder.size(), folder.classes().size());
  for (size_t c = 0; c < counts.size(); ++c)
    fmt::print("{:30} {:8}\n", folder.classes()[c], counts[c]);
  for (const auto& [kind, count] : kinds) fmt::print("{:30} {:8}\n", kind, count);
  fmt::print("the first: {}  {}\n", folder.name(0), picture_size(io::read_picture(folder.name(0))));
}

void inspect_table(const std::string& path) {
  const io::CellTable table = io::read_cells(path, {.separator = separator_of(path)});
  fmt::print("{} rows, {} columns\n", table.rows(), table.columns());
  for (int64_t c = 0; c < table.columns(); ++c) {
    fmt::print("{:30} {}", table.names[static_cast<size_t>(c)], table.at(0, c));
    for (int64_t r = 1; r < std::min<int64_t>(4, table.rows()); ++r)
      fmt::print(", {}", table.at(r, c));
    fmt::print("{}\n", table.rows() > 4 ? ", .." : "");
  }
}

void inspect_records(const std::string& path, const char* format = "auto") {
  const auto file = io::open_records(path, format);
  fmt::print("{} records ({})\n", file->size(), file->format());
  for (int64_t i = 0; i < std::min<int64_t>(5, file->size()); ++i) {
    const io::Record record = file->at(i);
    fmt::print("{:8}  {} bytes  {}\n", i, record.bytes.size(), record.key);
  }
}

constexpr const char* kKnown =
    "a model, checkpoint or picture; .csv, .tsv, .npy, .npz, .safetensors, .tfrecord, .rec, .mdb, "
    ".txt, .jsonl, an idx file, event files; a folder of pictures, of events, or with a data.mdb";

bool holds_events(const std::string& path) {
  return fs::path(path).filename().string().find("tfevents") != std::string::npos;
}

// Eight bytes of length, then JSON, whatever the file is called: checkpoints have any name.
bool starts_like_tensors(std::span<const std::byte> bytes) {
  return bytes.size() > 9 && bytes[7] == std::byte{0} && bytes[8] == std::byte{'{'};
}

// Of a checkpoint: how far the training was.
void inspect_training(const io::Json& state) {
  fmt::print("epochs      {}\noptimizer   {}\n", state.at("epochs_done").as_integer(),
             state.at("optimizer").as_string());
  for (const io::Json& one : state.at("history").at("series").as_array()) {
    const auto& values = one.at("values").as_array();
    if (values.empty()) continue;
    const io::Json& last = values.back();
    fmt::print("{:11} {}\n", one.at("name").as_string(),
               last.is_string() ? last.as_string() : fmt::format("{:.6g}", last.as_double()));
  }
}

void inspect_tensors(const std::string& path) {
  const io::SafetensorsFile tensors(path);
  std::string format, state;
  for (const auto& [key, value] : tensors.metadata()) {
    if (key == "format") format = value;
    if (key == "state") state = value;
  }
  if (format == "lamina-model") return inspect_model(path);
  if (format == "lamina-checkpoint") {
    fmt::print("checkpoint  {}\n", path);
    inspect_training(io::parse_json(state, path));
    fmt::print("\n");
  }
  for (const auto& tensor : tensors.tensors())
    fmt::print("{:40} {} {}\n", tensor.name, tensor.dtype, sizes(tensor.shape));
}

void inspect_file(const std::string& path) {
  const io::MappedFile file(path);
  const std::string ending = fs::path(path).extension().string();
  if (io::picture_kind(file.bytes()) != io::PictureKind::kUnknown) {
    fmt::print("picture  {}\n", picture_size(io::parse_picture(file.bytes(), path)));
  } else if (ending == ".npy") {
    const io::NpyArray array = io::parse_npy(file.bytes(), path);
    fmt::print("array  {} {}\n", array.descr, sizes(array.shape));
  } else if (ending == ".npz") {
    const io::NpzFile arrays(path);
    for (const auto& [name, array] : arrays.arrays())
      fmt::print("{:30} {} {}\n", name, array.descr, sizes(array.shape));
  } else if (ending == ".safetensors" || starts_like_tensors(file.bytes())) {
    inspect_tensors(path);
  } else if (path.find("idx") != std::string::npos && path.find("ubyte") != std::string::npos) {
    const io::IdxArray array = io::read_idx(path);
    fmt::print("array  {} {}\n", array.type, sizes(array.shape));
  } else if (holds_events(path)) {
    inspect_records(path, "tfrecord");
  } else if (!io::tells_records(path)) {
    throw lamina::FileError(lamina::text("cannot tell what ", path, " holds"))
        .detail("file", path)
        .detail("expected", kKnown)
        .help("its name must end as above; models, checkpoints and pictures may have any name");
  } else {
    inspect_records(path);
  }
}

// The event files of a training; a folder of pictures has none.
bool inspect_events(const std::string& folder) {
  bool found = false;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string file = entry.path().string();
    if (!entry.is_regular_file() || !holds_events(file)) continue;
    found = true;
    fmt::print("{:60} {:8} events\n", file, io::open_records(file, "tfrecord")->size());
  }
  if (found) fmt::print("look at them with: tensorboard --logdir {}\n", folder);
  return found;
}

void inspect(const std::string& path) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    if (fs::exists(fs::path(path) / "data.mdb", ignored)) return inspect_records(path);
    if (!inspect_events(path)) inspect_folder(path);
    return;
  }
  const std::string ending = fs::path(path).extension().string();
  if (ending == ".lamina") return inspect_model(path);
  if (ending == ".csv" || ending == ".tsv") return inspect_table(path);
  inspect_file(path);
}

struct Net {
  std::string name;
  int64_t image_size = 224, channels = 3, classes = 1000;
};

void summarize(const Net& net) {
  if (net.name.ends_with(".lamina")) return inspect_model(net.name);
  auto model = make_picture_net(net.name, net.channels, net.image_size, net.classes);
  fmt::print("{}\n",
             lamina::nn::summary(*model, {1, net.channels, net.image_size, net.image_size}));
}

}  // namespace

void add_inspect(CLI::App& app) {
  auto* command = app.add_subcommand("inspect", "Show what a file or a folder of pictures holds");
  auto path = std::make_shared<std::string>();
  command
      ->add_option("PATH", *path,
                   "a model, checkpoint, picture, table, array, file of records, "
                   "or a folder")
      ->required();
  command->footer(
      "Examples\n  lamina inspect flowers/\n  lamina inspect model.lamina\n  lamina inspect "
      "train.tfrecord");
  command->callback([path] { inspect(*path); });
}

void add_summary(CLI::App& app) {
  auto* command = app.add_subcommand("summary", "Show the layers, shapes and parameters of a net");
  auto net = std::make_shared<Net>();
  command
      ->add_option("NET", net->name,
                   "a saved model, or one of: " + fmt::format("{}", fmt::join(net_names(), ", ")))
      ->required();
  command->add_option("--image-size", net->image_size, "the side of the pictures (224)")
      ->type_name("N")
      ->check(CLI::Range(8, 4096));
  command->add_option("--channels", net->channels, "of the pictures (3)")
      ->type_name("N")
      ->check(CLI::Range(1, 1024));
  command->add_option("--classes", net->classes, "how many (1000)")
      ->type_name("N")
      ->check(at_least_one);
  command->footer("Examples\n  lamina summary resnet18\n  lamina summary model.lamina");
  command->callback([net] { summarize(*net); });
}

}  // namespace cli
