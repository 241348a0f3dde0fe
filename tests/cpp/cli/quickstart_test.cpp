#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "lamina/data/digits.h"
#include "lamina/io/png.h"
#include "tests/cpp/cli/run_command.h"
#include "tests/cpp/io/temporary_folder.h"

using testing::ContainsRegex;
using testing::HasSubstr;
using testing::Not;

// One short training serves all tests.
class Quickstart : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    folder = new TemporaryFolder;
    result = run_lamina("quickstart --epochs 4 --seed 3 --save " + (*folder / "d.lamina"));
  }
  static void TearDownTestSuite() { delete folder; }
  static TemporaryFolder* folder;
  static CommandResult result;
};
TemporaryFolder* Quickstart::folder = nullptr;
CommandResult Quickstart::result;

static double number_after(const std::string& text, const std::string& label) {
  const size_t at = text.find(label);
  return at == std::string::npos ? -1 : std::stod(text.substr(at + label.size()));
}

TEST_F(Quickstart, TrainsEvaluatesSavesAndDraws) {
  ASSERT_EQ(result.exit_code, 0) << result.output;
  EXPECT_THAT(result.output, HasSubstr("1437"));
  EXPECT_THAT(result.output, HasSubstr("360"));
  EXPECT_THAT(result.output, HasSubstr("epoch 4/4  loss "));
  EXPECT_GT(number_after(result.output, "test accuracy: "), 0.9);
  EXPECT_THAT(result.output, HasSubstr("confusions"));
  EXPECT_THAT(result.output, HasSubstr("predicted"));
  EXPECT_THAT(result.output, HasSubstr("import lamina as lm"));
  EXPECT_THAT(result.output, HasSubstr("#include <lamina/lamina.h>"));
}

TEST_F(Quickstart, PrintsPlainLinesWhenTheOutputIsNoTerminal) {
  EXPECT_THAT(result.output, Not(HasSubstr("\r")));
  EXPECT_THAT(result.output, Not(HasSubstr("\x1b")));
  for (char c : result.output) EXPECT_GE(c, 0);  // ASCII
}

TEST_F(Quickstart, GivesTheSameNumbersAgain) {
  const CommandResult again =
      run_lamina("quickstart --epochs 4 --seed 3 --save " + (*folder / "e.lamina"));
  EXPECT_EQ(number_after(again.output, "test loss: "), number_after(result.output, "test loss: "));
}

TEST_F(Quickstart, TuneKeepsItsAnswers) {
  const std::string kept = *folder / "tuned.txt";
  setenv("LAMINA_TUNED", kept.c_str(), 1);
  const CommandResult tuned =
      run_lamina("tune " + (*folder / "d.lamina") + " --batch-size 32 --threads 2");
  unsetenv("LAMINA_TUNED");
  EXPECT_EQ(tuned.exit_code, 0) << tuned.output;
  EXPECT_THAT(tuned.output, HasSubstr("that several kernels can run"));
  EXPECT_THAT(tuned.output, HasSubstr("kept in " + kept));
  EXPECT_TRUE(std::ifstream(kept).good());
}

TEST_F(Quickstart, PredictReadsPicturesAndTables) {
  const auto set = lamina::data::digits();
  const auto pixels = set.x().to_vector<float>();
  // Five digits as pictures of 24 x 24, dark on light, and as rows of numbers.
  std::ofstream table(*folder / "rows.csv");
  std::string files;
  for (size_t i = 0; i < 5; ++i) {
    std::vector<uint8_t> picture(24 * 24);
    for (size_t y = 0; y < 24; ++y) {
      for (size_t x = 0; x < 24; ++x) {
        picture[y * 24 + x] = static_cast<uint8_t>(255 - 255 * pixels[i * 64 + y / 3 * 8 + x / 3]);
      }
    }
    const std::string path = *folder / (std::to_string(i) + ".png");
    lamina::io::write_png(path, 24, 24, picture);
    files += " " + path;
    for (size_t p = 0; p < 64; ++p) table << (p ? "," : "") << 16 * pixels[i * 64 + p];
    table << "\n";
  }
  table.close();
  const CommandResult prediction =
      run_lamina("predict " + (*folder / "d.lamina") + files + " " + (*folder / "rows.csv"));
  ASSERT_EQ(prediction.exit_code, 0) << prediction.output;
  std::istringstream lines(prediction.output);
  std::vector<std::string> rows;
  for (std::string line; std::getline(lines, line);) rows.push_back(line);
  ASSERT_EQ(rows.size(), 10u);
  for (size_t i = 0; i < 5;
       ++i) {  // the same digit and confidence both ways, but for the rounding to 8 bits
    EXPECT_THAT(rows[i], HasSubstr(".png  "));
    EXPECT_THAT(rows[5 + i], HasSubstr("rows.csv row " + std::to_string(i + 1) + "  "));
    EXPECT_EQ(rows[i].substr(rows[i].find("  "), 3), rows[5 + i].substr(rows[5 + i].find("  "), 3));
  }
}

TEST_F(Quickstart, PredictNamesABadFile) {
  std::ofstream(*folder / "bad.csv") << "1,2,3\n";
  const CommandResult result =
      run_lamina("predict " + (*folder / "d.lamina") + " " + (*folder / "bad.csv"));
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.output, HasSubstr("expected rows of 64 numbers, got 3"));
}

TEST_F(Quickstart, ExplainShowsGraphAndProgram) {
  const CommandResult explained = run_lamina("explain " + (*folder / "d.lamina"));
  EXPECT_EQ(explained.exit_code, 0) << explained.output;
  EXPECT_THAT(explained.output, HasSubstr("lamina-ir 1"));
  EXPECT_THAT(explained.output, HasSubstr("float32 [-1, 1, 8, 8]"));
  EXPECT_THAT(explained.output, HasSubstr("convolution"));
}

// All of it, as a newcomer runs it; bench/quickstart_seeds.py looks at more seeds.
TEST_F(Quickstart, LearnsToReadWithAnySeed) {
  for (const char* seed : {"0", "1", "2"}) {
    const CommandResult run =
        run_lamina(std::string("quickstart --seed ") + seed + " --save " + (*folder / "s.lamina"));
    EXPECT_GE(number_after(run.output, "test accuracy: "), 0.975) << "seed " << seed;
  }
}
