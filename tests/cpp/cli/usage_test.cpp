#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "tests/cpp/cli/run_command.h"
#include "tests/cpp/io/temporary_folder.h"

using testing::HasSubstr;
using testing::MatchesRegex;
using testing::Not;

TEST(Usage, HelpAndVersion) {
  EXPECT_EQ(run_lamina("--version").output, "lamina 0.1.0\n");
  EXPECT_EQ(run_lamina("--version").exit_code, 0);
  const CommandResult help = run_lamina("--help");
  EXPECT_EQ(help.exit_code, 0);
  for (const char* name : {"quickstart", "train", "eval", "predict", "summary", "inspect",
                           "explain", "tune", "digits", "check", "bench", "doctor", "completion"}) {
    EXPECT_THAT(help.output, HasSubstr(name));
  }
  EXPECT_EQ(run_lamina("").exit_code, 2);
}

TEST(Usage, WrongArgumentsExitWithTwo) {
  const std::pair<const char*, const char*> cases[] = {
      {"quickstrat", "there is no subcommand 'quickstrat'; did you mean 'quickstart'?"},
      {"zzzzzz", "there is no subcommand 'zzzzzz'"},
      {"quickstart --epoch 3", "--epoch; did you mean '--epochs'?"},
      {"train --modle mlp x", "did you mean '--model'?"},
      {"train x --augment flips", "--augment"},
      {"train x --model resnet19", "did you mean 'resnet18'?"},
      {"completion powershell", "powershell"},
      {"quickstart --epochs 0", "expected an integer of at least 1, got 0"},
      {"quickstart --epochs 1.5", "expected an integer of at least 1, got 1.5"},
      {"quickstart --batch-size -1", "expected an integer of at least 1, got -1"},
      {"quickstart --lr 0", "expected a number above 0, got 0"},
      {"quickstart --lr nan", "expected a number above 0, got nan"},
      {"quickstart --lr fast", "expected a number above 0, got fast"},
      {"quickstart --seed -1", "--seed"},
      {"quickstart --threads 0", "--threads"},
      {"quickstart --threads 5000", "--threads"},
      {"predict", "MODEL"},
      {"predict m.lamina", "FILES"},
      {"explain", "MODEL"},
      {"tune", "MODEL"},
      {"tune m.lamina --batch-size 0", "expected an integer of at least 1, got 0"},
      {"check --op softmaks", "there is no op 'softmaks'; did you mean 'softmax'?"},
      {"check --mode fast", "--mode"},
      {"doctor now", "now"},
      {"bench", "subcommand"},
      {"bench peak now", "now"},
  };
  for (const auto& [arguments, message] : cases) {
    const CommandResult result = run_lamina(arguments);
    EXPECT_EQ(result.exit_code, 2) << arguments << "\n" << result.output;
    EXPECT_THAT(result.output, HasSubstr("lamina: error: "));
    EXPECT_THAT(result.output, HasSubstr(message));
    EXPECT_THAT(result.output, HasSubstr("--help"));
  }
}

TEST(Usage, FilesThatDoNotFitExitWithTwo) {
  const TemporaryFolder folder;
  for (const std::string command : {"explain ", "predict "}) {
    const std::string file = command == "predict " ? " x.png" : "";
    const CommandResult missing = run_lamina(command + (folder / "none.lamina") + file);
    EXPECT_EQ(missing.exit_code, 2);
    EXPECT_THAT(missing.output, HasSubstr("lamina: error: "));
    EXPECT_THAT(missing.output, HasSubstr("none.lamina"));
    std::ofstream(folder / "foreign.lamina") << "this is not a model, but long enough to look at";
    const CommandResult foreign = run_lamina(command + (folder / "foreign.lamina") + file);
    EXPECT_EQ(foreign.exit_code, 2);
    EXPECT_THAT(foreign.output, HasSubstr("help"));
  }
  std::ofstream(folder / "page.html") << "<html>";
  const CommandResult page = run_lamina("inspect " + (folder / "page.html"));
  EXPECT_EQ(page.exit_code, 2);
  EXPECT_THAT(page.output, HasSubstr("a model, checkpoint or picture; .csv"));
  EXPECT_EQ(run_lamina("quickstart --epochs 1 --save /nowhere/at/all.lamina").exit_code, 2);
}

TEST(Usage, DoctorTellsVersions) {
  const CommandResult result = run_lamina("doctor");
  EXPECT_EQ(result.exit_code, 0);
  for (const char* line :
       {"lamina      0.1.0", "processor", "threads", "memory", "oneDNN", "digits.npy"}) {
    EXPECT_THAT(result.output, HasSubstr(line));
  }
}

TEST(Usage, CheckTestsAnOpAndListsWhatIsSupported) {
  const CommandResult tested = run_lamina("check --op add --mode test");
  EXPECT_EQ(tested.exit_code, 0) << tested.output;
  EXPECT_THAT(tested.output, HasSubstr("1 ops, "));
  EXPECT_THAT(tested.output, HasSubstr(" 0 failures"));
  const CommandResult table = run_lamina("check --op add --mode support");
  EXPECT_EQ(table.exit_code, 0);
  EXPECT_THAT(table.output, HasSubstr("add"));
}
