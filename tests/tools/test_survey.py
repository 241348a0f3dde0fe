"""The survey's runner on processes that only pretend, its rows and its pages; no network, no other framework."""

import json
import os
import pathlib
import re
import subprocess
import sys
import xml.etree.ElementTree as xml
import zlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from bench.survey import arguments, measure, peers, plan, report, rows, runner, venvs, works  # noqa: E402
from bench.survey.process import Failed, Process  # noqa: E402

KEYS = {"table", "work", "system", "variant", "precision", "threads", "batch", "ms", "images_per_s", "gflops",
        "share_of_peak", "rss_mb", "first_ms", "version", "agrees"}
FAKE = pathlib.Path(__file__).parent / "survey_worker.py"


@pytest.fixture
def log(tmp_path, monkeypatch):
    monkeypatch.setenv("FAKE_LOG", str(tmp_path / "log"))
    monkeypatch.setattr(measure, "busy_seconds", lambda: None)  # whatever else this machine does
    return tmp_path / "log"


def measured(names, work="fcn5_train_b1024_t1", rounds=2):
    field = [measure.Entrant(name, name.title(), "", sys.executable) for name in names]
    made = measure.Work("3", works.parse(work), "cpu", measure.Effort(rounds, 0.01), {1: 100.0},
                        lambda *_: None, program=FAKE).run(field)
    return {row["system"]: row for row in made}


def test_a_row_has_what_its_times_and_the_work_give(log):
    row = measured(["lamina", "slow"])["Slow"]
    assert KEYS <= set(row)
    assert row["ms"] == 12.0 and row["calls"] == 6 and row["p99_ms"] == 20.0
    assert row["images_per_s"] == pytest.approx(1024 / 0.012)
    multiplications = 3 * (784 * 2048 + 2048 * 4096 + 4096 * 1024 + 1024 * 10) - 784 * 2048
    assert row["gflops"] == pytest.approx(2e-9 * multiplications * 1024 / 0.012)
    assert row["share_of_peak"] == pytest.approx(row["gflops"] / 100)
    assert (row["rss_mb"], row["first_ms"], row["version"]) == (100.0, 30.0, "slow 1.0")
    assert row["agrees"] is True and row["why"] is None


def test_systems_take_turns(log):
    measured(["lamina", "slow", "other"], rounds=3)
    turns = [line.split()[0] for line in log.read_text().splitlines() if line.endswith(" time")]
    assert turns == ["lamina", "slow", "other"] * 4  # the first is the one that warms up


@pytest.mark.parametrize("work", ["fcn5_train_b1024_t1", "fcn5_infer_b64_t1"])
def test_who_computes_something_else_gets_no_time(log, work):
    made = measured(["lamina", "wrong", "slow"], work)
    assert made["Wrong"]["ms"] is None and made["Wrong"]["agrees"] is False
    assert "from those of Lamina" in made["Wrong"]["why"]
    assert made["Slow"]["ms"] and made["Lamina"]["agrees"] is True


def test_alone_nobody_confirms_it(log):
    assert measured(["lamina"])["Lamina"]["agrees"] is False
    assert measured(["lamina", "wrong"])["Lamina"]["agrees"] is False


def test_without_lamina_the_next_one_is_what_others_must_agree_with(log):
    made = measured(["crashes", "slow", "other"])
    assert made["Crashes"]["why"] == "RuntimeError: it is broken" and made["Crashes"]["ms"] is None
    assert made["Slow"]["agrees"] and made["Other"]["agrees"]


def test_one_that_hangs_is_ended_and_the_rest_goes_on(log, monkeypatch):
    monkeypatch.setattr(measure, "CALL", 1)
    made = measured(["lamina", "hangs", "slow"])
    assert made["Hangs"]["why"] == "no answer within 1 s" and made["Hangs"]["ms"] is None
    assert made["Slow"]["ms"] == 12.0


def test_groups_when_memory_is_short(log, monkeypatch):
    monkeypatch.setattr(measure, "memory_is_short", lambda: True)
    made = measured(["lamina", "slow", "other", "fourth"])
    assert all(row["ms"] for row in made.values())
    starts = [line.split()[0] for line in log.read_text().splitlines() if line.endswith(" losses")]
    assert starts == ["lamina", "slow", "lamina", "other", "lamina", "fourth"]


def test_a_round_is_done_again_while_others_are_busy(log, monkeypatch):
    clock = iter(range(0, 10**6, 50))  # each look finds that 50 s more of processors were taken
    monkeypatch.setattr(measure, "busy_seconds", lambda: next(clock))
    row = measured(["lamina", "slow"], rounds=1)["Slow"]
    turns = [line for line in log.read_text().splitlines() if line == "slow time"]
    assert len(turns) == 1 + measure.TRIES and row["calls"] == 3  # the quietest alone counts
    assert row["others"] > 1 and report.table.name(row) == "Slow *"


def test_who_cannot_be_measured_has_a_row_that_says_why():
    field = [measure.Entrant("leaf", "Leaf", "", why="not measured: it ended")]
    (row,) = measure.Work("2", works.parse("resnet50_infer_b1_t1"), "cpu", measure.Effort(1, 0.1), {},
                          lambda *_: None).run(field)
    assert row["why"] == "not measured: it ended" and row["ms"] is None and row["agrees"] is False
    assert set(rows.public([row])[0]) == KEYS


def test_a_system_enters_in_every_form_or_says_why_not(monkeypatch):
    net = works.parse("resnet50_infer_b1_t1").make()
    monkeypatch.setattr(runner, "where", lambda peer: ("python", {}))
    forms = [entrant.variant for entrant in runner.entrants("pytorch", net, "infer", "cpu")]
    assert forms == ["eager", "channels_last", "compile_channels_last"]
    (no_training,) = runner.entrants("onnxruntime", net, "train", "cpu")
    assert no_training.why == "runs nets that others have trained"
    (absent,) = runner.entrants("torch7", net, "infer", "cpu")
    assert absent.title == "Torch7" and "PyPI" in absent.why
    (no_gpu,) = runner.entrants("chainer", net, "infer", "cuda")
    assert no_gpu.why == "no form for cuda is written here"

    def fails(peer):
        raise venvs.CannotInstall("needs Python 3.8")
    monkeypatch.setattr(runner, "where", fails)
    (row,) = runner.entrants("mxnet", net, "infer", "cpu")
    assert (row.title, row.why) == ("MXNet", "needs Python 3.8")


def test_every_peer_has_a_row_in_every_work(monkeypatch):
    monkeypatch.setattr(runner, "where", lambda peer: ("python", {}))
    for _, work in plan.chosen("full", list(plan.TABLES), threads=2, gigabytes=24):
        net = work.make()
        for name in [*peers.NAMES, *peers.ABSENT]:
            assert runner.entrants(name, net, work.mode, "cpu"), (name, work.name)


def test_table_1_says_who_trains_on_several_processes(monkeypatch):
    monkeypatch.setattr(runner, "where", lambda peer: ("python", {}))
    net = works.parse("densenet121_train_b4_t2").make()
    found = {name: {e.variant.rsplit(" ", 2)[-1] if e.variant else "": e.why
                    for e in runner.entrants(name, net, "train", "cpu")} for name in peers.NAMES}
    assert found["lamina"]["processes"] == found["pytorch"]["processes"] == found["jax"]["devices"] == ""
    assert found["mxnet"]["processes"] == peers.NO_PROCESSES and "batch norms" in found["caffe"][""]


# what a user types

@pytest.mark.parametrize("words, message", [
    (["--peers", "pytorhc"], "there is no peer 'pytorhc'; did you mean 'pytorch'?"),
    (["--peers", "zzz"], "there are: lamina, pytorch"),
    (["--peers", ""], "names no peer"),
    (["--table", "4"], "there is no table '4'"),
    (["--device", "gpu"], "there is no device 'gpu'"),
    (["--scale", "smal"], "did you mean 'small'?"),
    (["--rounds", "0"], "expected a number from 1 to 1000, got '0'"),
    (["--seconds", "nan"], "expected a number from 0.001 to 3600, got 'nan'"),
    (["--work", "resnet51_infer_b1_t1"], "'resnet51_infer_b1_t1' is not NET_"),
    (["--work", "resnet50_infer_b0_t1"], "is not NET_"),
    (["--work", "fcn5_features_b1_t1"], "is not NET_"),
    (["--work", "fcn5_infer_b1_t1", "--table", "1"], "exclude each other"),
    (["--frobnicate"], "unrecognized arguments: --frobnicate"),
])
def test_wrong_words_exit_with_two(words, message, capsys):
    with pytest.raises(SystemExit) as stop:
        arguments.parse(words)
    assert stop.value.code == 2
    said = capsys.readouterr().err
    assert said.startswith("lamina: error: ") and message in said and "--help" in said


def command(*words):
    return subprocess.run([ROOT / "build/bin/lamina", "bench", *words], capture_output=True, text=True,
                          env={**os.environ, "LAMINA_PYTHON": sys.executable})


def test_the_command_becomes_the_package():
    done = command("survey", "--scale", "small", "--table", "2", "--list")
    assert done.returncode == 0, done.stderr
    assert "resnet50_features_b32_t" in done.stdout
    wrong = command("survey", "--peers", "pytorhc")
    assert wrong.returncode == 2 and "did you mean 'pytorch'" in wrong.stderr


def test_the_command_says_what_the_machine_gives():
    lines = [json.loads(line) for line in command("peak").stdout.splitlines()]
    assert lines[0]["threads"] == 1
    assert all(line["gflops"] > 1 and line["gbytes_per_s"] > 0.5 for line in lines)


def test_the_command_says_how_to_install_the_package(tmp_path):
    (tmp_path / "bin").mkdir()
    (tmp_path / "lib").symlink_to(ROOT / "build/lib")
    os.link(ROOT / "build/bin/lamina", tmp_path / "bin/lamina")
    done = subprocess.run([tmp_path / "bin/lamina", "bench", "survey"], capture_output=True, text=True)
    assert done.returncode == 2 and "pip install 'lamina[survey]'" in done.stderr


def said_by(words, capsys):
    code = runner.main(words)
    return code, capsys.readouterr().err


def test_what_cannot_be_written_is_said_before_anything_is_measured(tmp_path, results, monkeypatch, capsys):
    monkeypatch.setenv("LAMINA_SURVEY_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(runner, "install", lambda names: pytest.fail("it went on"))
    out, file = str(results.path.parent), tmp_path / "file"
    file.write_text("")
    below = str(file / "folder")
    for words, message in (
            (["--out", below], "cannot write %s/survey.json: Not a directory" % below),
            (["--out", out, "--json", "/dev/full"], "cannot write /dev/full: No space left on device"),
            (["--out", out, "--json", below], "cannot write %s: Not a directory" % below),
            (["--out", out, "--profile", below], "cannot make the folder %s (--profile)" % below)):
        code, said = said_by(words, capsys)
        assert code == 1 and said.startswith("lamina: error: ") and message in said
    monkeypatch.setenv("LAMINA_SURVEY_CACHE", below)
    assert "($LAMINA_SURVEY_CACHE): Not a directory" in said_by(["--out", out], capsys)[1]


def test_results_that_cannot_be_read_are_named(tmp_path, capsys):
    out = tmp_path / "out"
    out.mkdir()
    code, said = said_by(["--report-only", "--out", str(out)], capsys)
    assert code == 1 and "has no rows yet" in said
    for text, message in (("{\"rows\": [", "is not JSON"), ("{\"rows\": [{\"work\": 1}]}", "holds no rows of a survey"),
                          ("[1]", "holds no rows"), ("7", "holds no rows")):
        (out / "survey.json").write_text(text)
        code, said = said_by(["--report-only", "--out", str(out)], capsys)
        assert code == 1 and str(out / "survey.json") in said and message in said
    assert [file.name for file in out.iterdir()] == ["survey.json"]


def test_a_full_disk_leaves_the_results_of_before(results, monkeypatch):
    before = results.path.read_text()

    def full(path, text):
        path.touch()
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(pathlib.Path, "write_text", full)
    with pytest.raises(Failed, match="cannot write .*survey.json: No space left on device"):
        results.add([dict(results.rows[0], ms=1.0)])
    monkeypatch.undo()
    assert results.path.read_text() == before


# the plan, the nets, the peers

def test_lower_precisions_stand_beside_float32(monkeypatch):
    net = works.parse("resnet50_infer_b1_t1").make()
    monkeypatch.setattr(runner, "where", lambda peer: ("python", {}))
    forms = {name: [e.variant for e in runner.entrants(name, net, "infer", "cpu", "lower")]
             for name in ("lamina", "onnxruntime", "openvino")}
    assert forms == {"lamina": ["", "bf16", "int8"], "onnxruntime": ["", "int8"], "openvino": ["", "bf16", "int8"]}
    assert rows.precision("channels_last bf16") == "bf16" and rows.precision("channels_last") == "float32"
    trained = works.parse("densenet121_train_b8_t2").make()
    forms = [e.variant for e in runner.entrants("lamina", trained, "train", "cpu", "lower")]
    assert forms == ["", "bf16"]


def test_ratios_are_to_the_same_precision():
    made = [dict(rows.blank("lower", works.parse("resnet50_infer_b1_t1"), system, variant, "cpu"), ms=ms)
            for system, variant, ms in (("Lamina", "", 20.0), ("Lamina", "int8", 4.0), ("OpenVINO", "int8", 5.0),
                                        ("OpenVINO", "bf16", 10.0), ("ONNX Runtime", "", 30.0))]
    ratio = {report.table.name(row): report.table.cells(row, made)[2] for row in made}
    assert ratio == {"Lamina": "1.00", "Lamina int8": "1.00", "OpenVINO int8": "1.25", "OpenVINO bf16": "0.50",
                     "ONNX Runtime": "1.50"}


def test_every_scale_names_works_that_exist():
    for scale in plan.SCALES:
        chosen = plan.chosen(scale, list(plan.TABLES), threads=8, gigabytes=64)
        assert {table for table, _ in chosen} == set(plan.TABLES)
        for table, work in chosen:
            assert plan.table_of(work) == table or table == "lower", work.name
            assert work.make().nodes
    assert plan.thread_counts(12) == [1, 2, 4, 8, 12] and plan.thread_counts(1) == [1]


@pytest.mark.parametrize("work, count", [  # from the papers and dlbench's own documentation
    ("resnet50_train_b1_t1", 25_557_032), ("densenet121_train_b1_t1", 7_978_856 - 1000 * 1025 + 14 * 1025),
    ("fcn5_train_b1_t1", 14_198_784 + 2048 + 4096 + 1024 + 10),
    ("fcn5_cntk_train_b1_t1", 13_707_264 + 4096 + 2048 + 1024 + 10),
])
def test_sizes_of_the_nets(work, count):
    net = works.parse(work).make()
    sizes = {name: w.size for name, w in net.weights().items() if "running" not in name}
    assert sum(sizes.values()) == count


def test_every_peer_says_what_it_can_do():
    nets = {(w.net, w.mode): w.make() for _, w in plan.chosen("full", list(plan.TABLES), 2, 64)}
    able = {key: [n for n in peers.NAMES if peers.load(n).variants(net, key[1])] for key, net in nets.items()}
    assert len(able["densenet121", "train"]) >= 6 and len(able["resnet50", "features"]) >= 10
    assert len(able["fcn5", "train"]) >= 8 and all(able.values())
    for name in peers.NAMES[1:]:
        recipe = peers.load(name).RECIPE
        assert all("==" in package for package in recipe.packages), recipe.packages
        assert re.fullmatch(r"3\.\d+", recipe.python)


def test_a_missing_python_is_named(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("PYENV_ROOT", "/nowhere")
    with pytest.raises(venvs.CannotInstall, match="needs Python 3.6: there is no python3.6"):
        venvs.interpreter("3.6")


@pytest.fixture
def made(tmp_path, monkeypatch):
    """What is run to make environments: each command becomes a file of the environment, and nothing else."""
    commands = []

    def must(command, what):
        commands.append(what)
        if what == "the virtual environment":
            program = pathlib.Path(command[-1]) / "bin" / "python"
            program.parent.mkdir(parents=True)
            for name in ("python", "pip"):
                (program.parent / name).symlink_to("/bin/true")
    monkeypatch.setenv("LAMINA_SURVEY_CACHE", str(tmp_path))
    monkeypatch.setattr(venvs, "must", must)
    monkeypatch.setattr(venvs, "interpreter", lambda version: sys.executable)
    monkeypatch.setattr(venvs, "KNOWN", {})
    return commands


JAX = peers.load("jax").RECIPE
PACKAGES = " ".join(JAX.packages)


def test_environments_are_made_once(made):
    first = venvs.install(JAX)
    assert made == ["the virtual environment", PACKAGES]
    venvs.KNOWN.clear()  # as another process
    assert venvs.install(JAX) == first and len(made) == 2


def test_an_interrupted_installation_goes_on(made, monkeypatch):
    def interrupted(command, what):
        must(command, what)
        if what == PACKAGES:
            raise KeyboardInterrupt
    must = venvs.must
    monkeypatch.setattr(venvs, "must", interrupted)
    with pytest.raises(KeyboardInterrupt):
        venvs.install(JAX)
    assert not venvs.installed(JAX)
    monkeypatch.setattr(venvs, "must", must)
    venvs.install(JAX)
    assert made == ["the virtual environment", PACKAGES, PACKAGES] and venvs.installed(JAX)


def test_half_a_virtual_environment_is_made_again(made):
    (venvs.folder_of(JAX) / "bin").mkdir(parents=True)
    (venvs.folder_of(JAX) / "bin" / "pip").symlink_to("/nowhere/python3.11")
    venvs.install(JAX)
    assert made == ["the virtual environment", PACKAGES]


@pytest.mark.parametrize("damage", ["the Python is gone", "the note is cut off", "the package is damaged"])
def test_a_broken_environment_is_made_again(made, damage):
    first = venvs.install(JAX)
    venvs.KNOWN.clear()
    folder = venvs.folder_of(JAX)
    if damage == "the note is cut off":
        (folder / "installed.json").write_text(json.dumps(first)[:20])
    else:
        (folder / "bin" / "python").unlink()
    if damage == "the package is damaged":
        (folder / "bin" / "python").symlink_to("/bin/false")
    venvs.install(JAX)
    assert made.count(PACKAGES) == 2 and venvs.installed(JAX) and not venvs.broken(JAX)


def test_what_cannot_be_imported_after_all_is_said_and_tried_once(made, monkeypatch):
    monkeypatch.setattr(venvs, "broken", lambda recipe: "ImportError: no libmpi")
    for _ in range(3):
        with pytest.raises(venvs.CannotInstall, match="cannot be imported: ImportError: no libmpi"):
            venvs.install(JAX)
    assert made == ["the virtual environment", PACKAGES]


def test_a_failed_command_gives_its_reason(tmp_path):
    with pytest.raises(venvs.CannotInstall, match="pip: ERROR: No space left"):
        venvs.must([sys.executable, "-c", "print('ERROR: No space left on device'); raise SystemExit(1)"], "pip")
    with pytest.raises(venvs.CannotInstall, match="pip: /nowhere/pip: No such file or directory"):
        venvs.must(["/nowhere/pip"], "pip")


def test_a_broken_peer_is_a_row_and_the_rest_goes_on(made, monkeypatch, capsys):
    monkeypatch.setattr(venvs, "broken", lambda recipe: "ImportError: no libmpi")
    runner.install(["lamina", "jax", "leaf"])
    assert "JAX cannot be installed" in capsys.readouterr().err
    (row,) = [e for e in runner.entrants("jax", works.parse("fcn5_infer_b1_t1").make(), "infer", "cpu")]
    assert "cannot be imported" in row.why


def test_the_pictures_are_png_that_others_read(tmp_path, monkeypatch):
    import numpy as np

    from bench.survey import images

    picture = images.smooth(np.random.RandomState(0))
    raw = images.png(picture)
    assert picture.shape == (264, 264, 3) and 30_000 < len(raw) < 200_000
    height, width = (int.from_bytes(raw[at:at + 4], "big") for at in (20, 16))
    packed = raw[41:41 + int.from_bytes(raw[33:37], "big")]
    lines = np.frombuffer(zlib.decompress(packed), np.uint8).reshape(height, 1 + 3 * width)
    assert (lines[:, 1:].reshape(picture.shape) == picture).all() and not lines[:, 0].any()
    monkeypatch.setattr(images, "COUNT", 3)
    folder = images.make(tmp_path)
    monkeypatch.setenv("LAMINA_SURVEY_IMAGES", folder)
    assert len(images.files()) == 3 and images.make(tmp_path) == folder
    batch = images.augment(picture, np.random.RandomState(0))
    assert batch.shape == (3, 224, 224) and batch.dtype == np.float32 and abs(batch.mean()) < 2


# Lamina's own side, against NumPy in double precision

def test_lamina_trains_digits_as_numpy_does():
    import numpy as np

    sys.path.insert(0, str(ROOT))
    from bench.survey.works import digits

    file = str(ROOT / "share/digits.npy")
    own = {"LAMINA_SURVEY_DIGITS": file, "PYTHONPATH": str(ROOT / "build/python")}
    work = works.parse("digits_train_b32_t1")
    process = Process(sys.executable, "lamina", work, "loop", own=own)
    try:
        process.answer(60)
        got = process.ask("losses 3", 60)["losses"]
    finally:
        process.end()
    x, y, orders = digits.table(file)
    weights = [w.astype(float) for w in work.make().weights().values()]
    velocity = [np.zeros_like(w) for w in weights]
    expected = []
    for i in range(3):
        chosen = orders[0][32 * i:32 * i + 32]
        loss, gradients = loss_and_gradients(weights, x[chosen].astype(float), y[chosen])
        expected.append(loss)
        for w, v, g in zip(weights, velocity, gradients):
            v[...] = 0.9 * v + g
            w -= 0.1 * v
    assert got == pytest.approx(expected, rel=1e-5)


def loss_and_gradients(weights, x, y):
    import numpy as np

    w, b, v, c = weights
    h = np.maximum(x @ w.T + b, 0)
    z = h @ v.T + c
    p = np.exp(z - z.max(1, keepdims=True))
    p /= p.sum(1, keepdims=True)
    rows = np.arange(len(y))
    loss = -np.log(p[rows, y]).mean()
    p[rows, y] -= 1
    dz = p / len(y)
    dh = (dz @ v) * (h > 0)
    return loss, [dh.T @ x, dh.sum(0), dz.T @ h, dz.sum(0)]


# the pages

@pytest.fixture
def results(tmp_path):
    kept = rows.Results(tmp_path)
    kept.machine = dict(processor="A <processor>", processors=2, memory_gb=24.0,
                        peaks=[dict(threads=t, gflops=100.0 * t, gbytes_per_s=20.0) for t in (1, 2)])
    for threads in (1, 2):
        work, made = works.parse("fcn5_train_b1024_t%d" % threads), []
        for system, ms in (("Lamina", 300), ("PyTorch", 600)):
            row = rows.blank("3", work, system, "", "cpu")
            row.update(first_ms=900.0, rss_mb=200.0, version=system + " 1", agrees=True, scale="small",
                       date="2026-01-02")
            rows.fill(row, work, [ms / threads], {1: 100.0, 2: 200.0})
            made.append(row)
        gone = rows.blank("3", work, "Leaf", "", "cpu")
        gone["why"] = "not measured: it <ended>"
        kept.add(made + [gone])
    return kept


def test_the_pages_show_the_rows(results):
    page = report.markdown.page(results)
    assert "| PyTorch | 600.0 | 2.00 |" in page and "| Lamina | 300.0 | 1.00 |" in page
    assert "- Leaf: not measured: it <ended>" in page and "2026-01-02" in page
    html = report.html.page(results)
    assert "<script" not in html and "http" not in html  # nothing is loaded
    assert "it &lt;ended&gt;" in html and "A &lt;processor&gt;" in html
    charts = re.findall(r"<svg.*?</svg>", html, re.DOTALL)
    assert len(charts) == 3  # bars of two works, and speed over threads
    lengths = [float(r.get("width")) for r in xml.fromstring(charts[0]).iter("rect")]
    assert lengths[1] == pytest.approx(2 * lengths[0])


def test_what_is_extrapolated_says_so():
    work = works.parse("densenet121_train_b64_t2")
    row = dict(rows.blank("1", work, "Lamina", "", "cpu"), ms=1.0, images_per_s=87306 / 60)
    title, lines = report.table.extrapolations(work, [row])
    assert "extrapolated" in title and lines == [("Lamina", "5")]


def test_new_rows_take_the_place_of_old_ones(results):
    before = len(results.rows)
    again = dict(results.rows[0], ms=1.0)
    results.add([again])
    assert len(results.rows) == before
    assert [row["ms"] for row in rows.Results(results.path.parent).rows if row["system"] == "Lamina"] == [150, 1.0]
    json.dumps(rows.public(results.rows), allow_nan=False)


def test_a_process_that_does_not_start_says_why(log):
    work = works.parse("fcn5_train_b64_t1")
    process = Process(sys.executable, "crashes", work, "", program=FAKE)
    with pytest.raises(Failed, match="it is broken"):
        process.answer(60)
    process.end()


# two runs

def test_two_runs_are_compared_by_their_ratios(results, tmp_path, capsys):
    out, before = results.path.parent, tmp_path / "before.json"
    then = [dict(row) for row in results.rows]
    for row in then:
        if row["ms"]:  # the whole machine was half as fast; PyTorch, on 2 threads, a quarter slower than that
            row["ms"] *= 2 * (1.25 if (row["system"], row["threads"]) == ("PyTorch", 2) else 1)
    before.write_text(json.dumps(rows.public(then)))
    assert runner.main(["--report-only", "--out", str(out), "--repeat-of", str(before)]) == 0
    page = (out / "survey.md").read_text()
    assert "| fcn5_train_b1024_t2 | PyTorch | 2.00 | PyTorch | 2.50 | -20.0 % |" in page
    assert "| fcn5_train_b1024_t1 | PyTorch | 2.00 | PyTorch | 2.00 | +0.0 % |" in page
    assert "within 10 % in 1 of 2 (50 %) works" in page and "<h2>Repeated</h2>" in (out / "survey.html").read_text()
    assert "-20.0 %" in capsys.readouterr().out
    assert runner.main(["--report-only", "--out", str(out)]) == 0 and "Repeated" not in (out / "survey.md").read_text()


def test_runs_that_share_nothing_are_not_compared(results, tmp_path, capsys):
    before = tmp_path / "before.json"
    before.write_text(json.dumps([dict(row, work="wide_train_b64_t1") for row in rows.public(results.rows)]))
    words = ["--report-only", "--out", str(results.path.parent), "--repeat-of"]
    code, said = said_by(words + [str(before)], capsys)
    assert code == 1 and "no work in common" in said
    code, said = said_by(words + [str(tmp_path / "nowhere.json")], capsys)
    assert code == 1 and "nowhere.json: No such file" in said


# training in processes

@pytest.mark.parametrize("count", [2, 3])
def test_processes_train_as_one_that_takes_their_shares(count):
    work = works.parse("fcn5_train_b6_t%d" % count)
    process = Process(sys.executable, "lamina", work, "in processes", own={"PYTHONPATH": str(ROOT / "build/python")})
    try:
        process.answer(60)
        assert process.ask("losses 3", 120)["losses"]
        assert process.ask("time 0", 60)["times"]
        assert process.ask("memory", 60)["memory"] > count * 50
    finally:
        process.end()


def test_processes_that_drift_apart_are_found():
    from bench.survey import worker

    worker.agree([1.0, 0.5], [1.0, 0.5004], 2)
    for other in (0.51, float("nan")):
        with pytest.raises(ValueError, match="losses of 2 processes"):
            worker.agree([1.0, other], [1.0, 0.5], 2)


def test_more_processes_than_examples_are_refused():
    work = works.parse("fcn5_train_b3_t2")
    process = Process(sys.executable, "lamina", work, "in processes", own={"PYTHONPATH": str(ROOT / "build/python")})
    with pytest.raises(Failed, match="a batch of 3 has no equal shares for 2 processes"):
        process.answer(60)
    process.end()
