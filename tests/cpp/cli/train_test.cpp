#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <fstream>

#include "lamina/data/export_digits.h"
#include "lamina/io/json.h"
#include "lamina/io/picture.h"
#include "tests/cpp/cli/run_command.h"
#include "tests/cpp/io/temporary_folder.h"

using testing::ContainsRegex;
using testing::HasSubstr;

namespace {

std::string contents(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string chunk(const std::string& name, const std::string& body) {
  const auto number = [](uLong value) {
    std::string out;
    for (int shift : {24, 16, 8, 0}) out += static_cast<char>(value >> shift & 255);
    return out;
  };
  const std::string both = name + body;
  const uLong crc =
      crc32(0, reinterpret_cast<const Bytef*>(both.data()), static_cast<uInt>(both.size()));
  return number(body.size()) + both + number(crc);
}

// The beginning of a picture of ten thousand million pixels.
std::string huge_png() {
  const std::string size("\x00\x01\x86\xa0", 4);
  return "\x89PNG\r\n\x1a\n" + chunk("IHDR", size + size + std::string("\x08\x02\x00\x00\x00", 5)) +
         chunk("IDAT", std::string(4, '\0'));
}

// A folder with a few pictures of each digit.
class Train : public testing::Test {
 protected:
  Train() { lamina::data::export_digits(folder / "digits", {.count = count}); }
  static constexpr int64_t count = 300;
  const TemporaryFolder folder;
};

}  // namespace

TEST_F(Train, LearnsAFolderOfPictures) {
  const std::string model = folder / "m.lamina", digits = folder / "digits";
  const CommandResult result = run_lamina(
      "train " + digits + " --model mlp --epochs 12 --batch-size 16 --image-size 8 " +
      "--augment none --log " + (folder / "log.csv") + " --report " + (folder / "report.html") +
      " --plot " + (folder / "curves.png") + " --events " + (folder / "events") + " --save " + model);
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output,
              HasSubstr("240 pictures of 10 classes to learn from, 60 to check with; 1 x 8 x 8"));
  EXPECT_THAT(result.output, ContainsRegex("validation accuracy: 0\\.[6-9]"));
  EXPECT_THAT(result.output, HasSubstr("confusions"));
  const std::string log = contents(folder / "log.csv");
  EXPECT_TRUE(log.starts_with("epoch,loss,accuracy,val_loss,val_accuracy\n")) << log;
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 13);
  EXPECT_THAT(contents(folder / "report.html"), HasSubstr("<html"));
  EXPECT_THAT(contents(folder / "curves.png"), HasSubstr("IEND"));
  EXPECT_THAT(run_lamina("inspect " + (folder / "events")).output,
              ContainsRegex("tfevents.* [0-9]+ events\n"));

  const std::string picture = folder / "digits/3/0003.png";
  const CommandResult table = run_lamina("predict " + model + " " + picture + " --top 2");
  ASSERT_EQ(table.exit_code, 0) << table.output;
  EXPECT_THAT(table.output, ContainsRegex("0003.png  [0-9]  [0-9.]+ %  [0-9]  [0-9.]+ %"));
  const CommandResult json =
      run_lamina("predict " + model + " " + (folder / "digits/3") + " --format json");
  ASSERT_EQ(json.exit_code, 0) << json.output;
  const auto answers = lamina::io::parse_json(json.output, "output").as_array();
  EXPECT_GT(answers.size(), 20u);
  EXPECT_TRUE(answers[0].find("prediction"));
  const CommandResult measured = run_lamina("eval " + model + " " + digits);
  EXPECT_THAT(measured.output, HasSubstr("examples: 300"));
  EXPECT_THAT(measured.output, ContainsRegex("accuracy: 0\\.[7-9]"));
  EXPECT_THAT(run_lamina("inspect " + model).output,
              HasSubstr("classes     0, 1, 2, 3, 4, 5, 6, 7, 8, 9"));
  EXPECT_THAT(run_lamina("inspect " + digits).output, HasSubstr("300 pictures of 10 classes"));
  EXPECT_THAT(run_lamina("inspect " + picture).output, HasSubstr("picture  32 x 32, 1 channel\n"));
}

// As a user looks at what a model makes of pictures, some of which cannot be read.
TEST_F(Train, DrawsItsAnswersBelowPictures) {
  const std::string model = folder / "m.lamina";
  ASSERT_EQ(run_lamina("train " + (folder / "digits") + " --model mlp --epochs 1 --image-size 8 " +
                       "--quiet --save " + model)
                .exit_code,
            0);
  std::ofstream(folder / "bad.png") << "nonsense";
  const std::string good = folder / "digits/3/0003.png";
  const CommandResult result =
      run_lamina("predict " + model + " " + (folder / "bad.png") + " " + good + " " + good +
                 " --top 3 --pictures " + (folder / "looked/at"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, ContainsRegex("0003.png  [0-9]  [0-9.]+ %"));
  EXPECT_THAT(result.output, HasSubstr("2 pictures in"));
  EXPECT_THAT(result.output, HasSubstr("bad.png: bad signature"));
  const lamina::io::Picture drawn = lamina::io::read_picture(folder / "looked/at/0003.png");
  const lamina::io::Picture before = lamina::io::with_channels(lamina::io::read_picture(good), 3);
  ASSERT_EQ(drawn.width, 8 * before.width);
  EXPECT_GT(drawn.height, 8 * before.height + 3 * 20);
  for (int64_t y = 0; y < 8 * before.height; y += 5) {
    for (int64_t x = 0; x < drawn.width; x += 3) {
      ASSERT_EQ(drawn.pixels[static_cast<size_t>(3 * (y * drawn.width + x))],
                before.pixels[static_cast<size_t>(3 * (y / 8 * before.width + x / 8))]);
    }
  }
  EXPECT_TRUE(std::filesystem::exists(folder / "looked/at/0003-2.png"));
}

// Ctrl-C ends a training after its batch; what was learnt is kept, and it goes on from there.
TEST_F(Train, KeepsWhatWasLearntWhenItIsInterrupted) {
  const std::string checkpoint = folder / "c.ckpt", model = folder / "m.lamina";
  const std::string arguments = "train " + (folder / "digits") +
                                " --model mlp --image-size 8 --epochs 100000 --checkpoint " +
                                checkpoint + " --save " + model;
  const std::string script = "& pid=$!; for i in $(seq 600); do test -f " + checkpoint +
                             " && break; sleep 0.05; done; " +
                             "kill -INT $pid; wait $pid; echo \"code $?\"; true";
  const CommandResult result = run_lamina(arguments + " 2>&1 " + script);
  EXPECT_THAT(result.output, HasSubstr("stopping after this batch"));
  EXPECT_THAT(result.output, HasSubstr("code 130"));
  EXPECT_EQ(run_lamina("eval " + model + " " + (folder / "digits")).exit_code, 0);
  const CommandResult seen = run_lamina("inspect " + checkpoint);
  EXPECT_THAT(seen.output, ContainsRegex("epochs +[1-9]"));
  EXPECT_THAT(seen.output, HasSubstr("val_loss"));
}

// A disk that is full at the end does not take the training with it.
TEST_F(Train, SavesElsewhereWhenItMust) {
  const std::string place = folder / "out";  // the events make a folder where the model should go
  const CommandResult result = run_lamina("train " + (folder / "digits") +
                                          " --model mlp --image-size 8 --epochs 1 --quiet " +
                                          "--events " + place + " --save " + place);
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("Is a directory"));
  const size_t at = result.output.find("saved as ") + 9;
  const std::string other = result.output.substr(at, result.output.find('\n', at) - at);
  const size_t name = other.find_first_not_of(' ');
  ASSERT_TRUE(std::filesystem::exists(other.substr(name))) << result.output;
  EXPECT_EQ(run_lamina("inspect " + other.substr(name)).exit_code, 0);
  std::filesystem::remove(other.substr(name));
}

TEST_F(Train, GoesOnFromItsCheckpoint) {
  const std::string base = "train " + (folder / "digits") +
                           " --model mlp --image-size 8 --batch-size 50 --seed 4 --checkpoint " +
                           (folder / "c.ckpt") + " --save " + (folder / "c.lamina");
  ASSERT_EQ(run_lamina(base + " --epochs 1").exit_code, 0);
  const CommandResult more = run_lamina(base + " --epochs 2");
  EXPECT_THAT(more.output, HasSubstr("going on from"));
  EXPECT_THAT(more.output, HasSubstr("epoch 2/2"));
}

TEST_F(Train, ReadsItsOptionsFromToml) {
  const auto run = [&](const std::string& text, const std::string& more = "") {
    std::ofstream(folder / "t.toml") << text;
    return run_lamina("train --config " + (folder / "t.toml") + more);
  };
  const std::string data =
      "data = \"" + (folder / "digits") + "\"\nsave = \"" + (folder / "t.lamina") + "\"\n";
  const CommandResult good =
      run(data + "epochs = 3\nbatch_size = 100\nimage-size = 8\nmodel = \"mlp\"\n", " --epochs 1");
  EXPECT_EQ(good.exit_code, 0) << good.output;
  EXPECT_THAT(good.output, HasSubstr("epoch 1/1"));
  const std::pair<const char*, const char*> cases[] = {
      {"epohcs = 3\n", "t.toml, line 1: there is no key 'epohcs'; did you mean 'epochs'?"},
      {"epochs = 0\n", "line 1: epochs: "},
      {"# a comment\nlr = [1]\n", "line 2: expected a text, a number, true or false for 'lr'"},
      {"epochs = \n", "t.toml, line "},
      {"model = \"resnet81\"\n", "there is no net 'resnet81'; did you mean 'resnet18'?"},
      {"", "DATA"},
  };
  for (const auto& [text, message] : cases) {
    const CommandResult bad = run(std::string(text) + (std::string(message) == "DATA" ? "" : data));
    EXPECT_EQ(bad.exit_code, 2) << text << bad.output;
    EXPECT_THAT(bad.output, HasSubstr(message));
  }
}

TEST_F(Train, LearnsTables) {
  std::ofstream table(folder / "t.csv");
  table << "length,colour,kind\n";
  const char* kinds[] = {"small", "middle", "large"};
  for (int i = 0; i < 90; ++i) {
    table << i % 30 + (i % 3) * 40 << (i % 2 ? ",red," : ",blue,") << kinds[i % 3] << "\n";
  }
  table.close();
  const std::string model = folder / "t.lamina";
  const CommandResult trained = run_lamina("train " + (folder / "t.csv") +
                                           " --epochs 30 --batch-size 8 --quiet --save " + model);
  ASSERT_EQ(trained.exit_code, 0) << trained.output;
  EXPECT_THAT(trained.output, HasSubstr("3 features"));
  EXPECT_THAT(trained.output, ContainsRegex("validation accuracy: (0\\.[89]|1)"));
  std::ofstream(folder / "new.csv") << "colour,length\nred,5\nblue,95\n";
  const CommandResult answer = run_lamina("predict " + model + " " + (folder / "new.csv"));
  EXPECT_THAT(answer.output, ContainsRegex("row 1  small  .*\n.*row 2  large"));
  EXPECT_THAT(run_lamina("eval " + model + " " + (folder / "t.csv")).output,
              HasSubstr("examples: 90"));
  std::ofstream(folder / "wrong.csv") << "colour\nred\n";
  EXPECT_THAT(run_lamina("predict " + model + " " + (folder / "wrong.csv")).output,
              HasSubstr("has no column 'length'"));
}

TEST_F(Train, LearnsTablesOfAnySize) {
  // Of 12 rows, 9 are learnt from: two batches of 4, and one row.
  for (const int count : {3, 10, 11, 12}) {
    std::ofstream table(folder / "n.csv");
    table << "a,kind\n";
    for (int i = 0; i < count; ++i) table << i << (i % 2 ? ",x\n" : ",y\n");
    table.close();
    const CommandResult trained =
        run_lamina("train " + (folder / "n.csv") + " --epochs 2 --batch-size 4 --quiet --save " +
                   (folder / "n.lamina"));
    EXPECT_EQ(trained.exit_code, 0) << count << trained.output;
  }
}

TEST_F(Train, SaysWhatIsWrongWithTheData) {
  const auto fails = [&](const std::string& arguments, const char* message) {
    const CommandResult bad = run_lamina("train " + arguments);
    EXPECT_EQ(bad.exit_code, 2) << bad.output;
    EXPECT_THAT(bad.output, HasSubstr(message));
  };
  fails((folder / "none"), "No such file");
  fails((folder / "digits/3"), "pictures without sub-folders");
  std::filesystem::create_directories(folder / "one/a");
  std::filesystem::copy_file(folder / "digits/3/0003.png", folder / "one/a/x.png");
  fails((folder / "one"), "at least two classes, got 'a' alone");
  std::filesystem::create_directories(folder / "bad/b");
  std::filesystem::copy(folder / "one/a", folder / "bad/a");
  std::ofstream(folder / "bad/b/x.png") << "nonsense";
  fails((folder / "bad"), "bad/b/x.png: bad signature");
  fails((folder / "bad"), "leave such pictures out with --on-error skip");
  std::filesystem::create_directories(folder / "empty");
  fails((folder / "empty"), "is not a folder of pictures");
  std::filesystem::create_directories(folder / "hollow/a");
  fails((folder / "hollow"), "no picture in it");
  std::ofstream(folder / "bad/b/x.png", std::ios::binary) << huge_png();
  fails((folder / "bad"), "100000");
  std::filesystem::create_directories(folder / "other/1");
  std::filesystem::copy_file(folder / "digits/3/0003.png", folder / "other/1/x.png");
  fails((folder / "digits") + " --validation " + (folder / "other"), "has other classes than");
  std::ofstream(folder / "t.csv") << "a,b\n1,2\n3\n";
  fails((folder / "t.csv"), "line 3");
  std::ofstream(folder / "t.csv") << "a,b\n1,x\n2,x\n";
  fails((folder / "t.csv"), "at least two classes, got 'x' alone");
  std::ofstream(folder / "t.csv") << "a,b\n1,x\n2,y\n";
  fails((folder / "t.csv"), "one example is too few to learn from");
  std::ofstream(folder / "c.toml") << "data = digits\n";
  fails("--config " + (folder / "c.toml"), "texts stand in quotes");
}

// What would be known at the end of a training only is said before it.
TEST_F(Train, LooksFirstWhereItWillWrite) {
  for (const char* option : {"--save", "--report", "--plot", "--log", "--checkpoint"}) {
    const CommandResult bad = run_lamina("train " + (folder / "digits") + " --model mlp " + option +
                                         " " + (folder / "no/such/file"));
    EXPECT_EQ(bad.exit_code, 2) << bad.output;
    EXPECT_THAT(bad.output, HasSubstr("no/such/file cannot be written: there is no folder"));
    EXPECT_THAT(bad.output, testing::Not(HasSubstr("epoch")));
    const CommandResult taken = run_lamina("train " + (folder / "digits") + " --model mlp " + option +
                                           " " + (folder / "digits"));
    EXPECT_EQ(taken.exit_code, 2) << taken.output;
    EXPECT_THAT(taken.output, HasSubstr("is a folder"));
  }
}

TEST_F(Train, RefusesTheCheckpointOfAnotherNet) {
  const std::string base = "train " + (folder / "digits") + " --image-size 8 --epochs 1 --quiet " +
                           "--batch-size 100 --checkpoint " + (folder / "c") + " --save " +
                           (folder / "m.lamina");
  ASSERT_EQ(run_lamina(base + " --model mlp").exit_code, 0);
  const CommandResult bad = run_lamina(base + " --model small");
  EXPECT_EQ(bad.exit_code, 2) << bad.output;
  EXPECT_THAT(bad.output, HasSubstr("missing"));
  EXPECT_THAT(bad.output, HasSubstr("unexpected"));
  EXPECT_THAT(bad.output, HasSubstr("checkpoint " + (folder / "c")));
}

TEST(Summary, ShowsLayers) {
  const CommandResult result = run_lamina("summary resnet18 --image-size 64 --classes 10");
  EXPECT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("layer1"));
}

TEST(Completion, KnowsTheSubcommands) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const CommandResult script = run_lamina(std::string("completion ") + shell);
    EXPECT_EQ(script.exit_code, 0);
    EXPECT_THAT(script.output, HasSubstr("train"));
    EXPECT_THAT(script.output, HasSubstr("epochs"));
  }
  const TemporaryFolder folder;
  const std::string script = folder / "lamina.sh";
  std::ofstream(script)
      << run_lamina("completion bash").output
      << "COMP_WORDS=(lamina train --epo); COMP_CWORD=2; _lamina; echo ${COMPREPLY[@]}\n";
  FILE* pipe = popen(("bash " + script).c_str(), "r");
  char line[64] = "";
  EXPECT_TRUE(std::fgets(line, sizeof line, pipe));
  pclose(pipe);
  EXPECT_STREQ(line, "--epochs\n");
}

TEST(Doctor, GivesAVerdict) {
  const CommandResult result = run_lamina("doctor");
  EXPECT_EQ(result.exit_code, 0);
  for (const char* name :
       {"features", "threads", "limits", "libraries", "liblamina_jpeg", "verdict"}) {
    EXPECT_THAT(result.output, HasSubstr(name));
  }
}
