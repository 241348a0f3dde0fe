#!/usr/bin/env python3
"""Adds a throwaway element-wise op to a copy of the sources with exactly two edits, builds what these edits
touch beside the built library, and expects the table of ops and the sweep to find it.

usage: tests/ops/one_place.py [build folder]    after a build; prints what the sweep found
"""
import json
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

FILE = """// throwaway(x) = x^3 + x.
#include "lamina/op/elementwise.h"
#include "lamina/ops/elementwise.h"

namespace lamina {

struct Throwaway : Elementwise<1> {
  static constexpr auto name = "throwaway";
  static constexpr auto formula = [](auto x) { return x * x * x + x; };
  static void gradient(Context& c) { c.give(0, c.cotangent() * (3.0 * square(c.input(0)) + 1.0)); }
  static void samples(Samples& s) { s.floats().near(0).empty(); }
  static constexpr auto doc = "A test.\\n>>> lm.throwaway(2.0)\\n10";
};
LAMINA_OP(Throwaway)

}  // namespace lamina
"""
LINE = "Array throwaway(Array x);\n"

CHECK = """#include <cstdio>
#include "lamina/check/sweep.h"
#include "lamina/ops/creation.h"
#include "lamina/ops/elementwise.h"
using namespace lamina;
int main() {
  const Op* op = op::find("throwaway");
  if (!op) return std::puts("not in the table of ops"), 1;
  if (throwaway(array(2.0)).item<double>() != 10) return std::puts("wrong value"), 1;
  for (SweepMode mode : {SweepMode::Test, SweepMode::Grad, SweepMode::Bad}) {
    SweepReport report = sweep(*op, mode);
    for (const auto& failure : report.failures) std::puts(failure.c_str());
    if (!report.failures.empty() || report.cases == 0) return 1;
    std::printf("throwaway: %d cases\\n", static_cast<int>(report.cases));
  }
}
"""


def run(*command):
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"one_place: {shlex.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def compile_flags(build):
    """How the build compiles an op, without its input, its output and the source tree's include path."""
    for entry in json.loads((build / "compile_commands.json").read_text()):
        if entry["file"].endswith("lamina/ops/add.cpp"):
            words = shlex.split(entry["command"])
            words = [word for word in words if word != f"-I{ROOT}"]
            for option in ("-o", "-c"):
                at = words.index(option)
                del words[at:at + 2]
            return words, entry["directory"]
    sys.exit(f"one_place: {build}/compile_commands.json does not know lamina/ops/add.cpp")


def link_library(build, tree, table, op):
    """Links the library as the build did, with the new table in the old one's place and the new op beside it."""
    commands = run("ninja", "-C", build, "-t", "commands", "lib/liblamina.so").splitlines()
    words = shlex.split(next(line for line in reversed(commands) if " -shared " in line))
    words = words[words.index("&&") + 1:]
    words = words[:words.index("&&")]
    words[words.index("-o") + 1] = str(tree / "liblamina.so")
    old = next(i for i, word in enumerate(words) if word.endswith("op_table.cpp.o"))
    words[old:old + 1] = [str(table), str(op)]
    words = [word.replace("\\$", "$") for word in words if not word.startswith("-Wl,-soname")]
    subprocess.run(words, cwd=build, check=True)
    for bundled in (build / "lib").glob("liblamina_*"):  # the library looks for them beside itself
        (tree / bundled.name).symlink_to(bundled)


def main():
    build = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "build").resolve()
    if not (build / "lib/liblamina.so").exists():
        sys.exit(f"one_place: no liblamina.so in {build}/lib; run make build first")
    with tempfile.TemporaryDirectory() as folder:
        tree = pathlib.Path(folder)
        shutil.copytree(ROOT / "lamina", tree / "lamina")

        # The two edits.
        (tree / "lamina/ops/throwaway.cpp").write_text(FILE)
        header = tree / "lamina/ops/elementwise.h"
        header.write_text(header.read_text().replace("\n}  // namespace lamina", f"\n{LINE}\n}}  // namespace lamina"))

        # What the build does with them: the table is written again, the op and the table are compiled.
        sources = sorted((tree / "lamina/ops").glob("*.cpp")) + sorted((tree / "lamina/ops/compose").glob("*.cpp"))
        (tree / "list.txt").write_text("".join(f"{path}\n" for path in sources))
        run("cmake", "-D", "NAME=op", "-D", f"LIST={tree}/list.txt", "-D", f"TABLE={tree}/table.cpp", "-P",
            ROOT / "cmake/WriteTables.cmake")
        if not re.search(r"&ops::op_Throwaway,", (tree / "table.cpp").read_text()):
            sys.exit("one_place: the table of ops does not list the new op")
        (tree / "check.cpp").write_text(CHECK)
        flags, directory = compile_flags(build)
        for source in ("lamina/ops/throwaway.cpp", "table.cpp", "check.cpp"):
            result = tree / (pathlib.Path(source).stem + ".o")
            subprocess.run([*flags, f"-I{tree}", "-o", result, "-c", tree / source], cwd=directory, check=True)
        link_library(build, tree, tree / "table.o", tree / "throwaway.o")
        run("c++", tree / "check.o", tree / "liblamina.so", f"-Wl,-rpath,{tree}", "-o", tree / "check")
        print(run(tree / "check"), end="")


if __name__ == "__main__":
    main()
