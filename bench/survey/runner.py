"""A run of the survey: environments, then the works one after the other, then the pages."""

import json
import pathlib
import signal
import sys

from . import arguments, images, machine, measure, peers, plan, report, rows, use, venvs
from .process import Failed, lamina_path


class Progress:
    """A line that is written over on a terminal; elsewhere only what is worth keeping."""

    def __init__(self, total):
        self.done, self.total, self.tty = 0, total, sys.stderr.isatty()

    def show(self, text, keep=False):
        line = "[%d/%d] %s" % (self.done, self.total, text)
        if self.tty:
            sys.stderr.write("\r\x1b[K" + line[:150] + ("\n" if keep else ""))
        elif keep:
            sys.stderr.write(line + "\n")
        sys.stderr.flush()


def entrants(name, net, mode, device, table=None):
    """The system in each form in which it does this work; or in none, and why."""
    if name in peers.ABSENT:
        return [measure.Entrant(name, peers.title(name), "", why="not measured: " + peers.ABSENT[name][1])]
    peer = peers.load(name)
    title = peers.title(name)
    if device not in getattr(peer, "DEVICES", ("cpu",)):
        return [measure.Entrant(name, title, "", why="no form for %s is written here" % device)]
    forms = peers.forms(name, net, mode, table)
    if not forms:
        return [measure.Entrant(name, title, "", why=peers.why_not(name, net, mode))]
    try:
        python, environment = where(peer)
    except (venvs.CannotInstall, Failed) as error:
        return [measure.Entrant(name, title, "", why=str(error))]
    gone = [measure.Entrant(name, title, form, why=why) for form, why in peers.left_out(name, net, mode, table)]
    return [measure.Entrant(name, title, form, python, environment) for form in forms] + gone


def where(peer):
    """Its Python, and what its processes find in their environment."""
    own = {"LAMINA_SURVEY_DIGITS": machine.digits_file(),
           "LAMINA_SURVEY_IMAGES": images.make(venvs.cache_folder())}
    if not hasattr(peer, "RECIPE"):
        return sys.executable, {**own, "PYTHONPATH": lamina_path()}
    venvs.install(peer.RECIPE)
    return venvs.python_of(peer.RECIPE), {**own, **venvs.environment_of(peer.RECIPE)}


def install(names):
    """Makes what is missing; what cannot be made is said here and again in its rows."""
    recipes = {name: peers.load(name).RECIPE for name in names
               if name not in peers.ABSENT and hasattr(peers.load(name), "RECIPE")}
    progress = Progress(len(recipes))
    for name, recipe in recipes.items():
        progress.done += 1
        there = venvs.installed(recipe)
        progress.show("%s: %s" % (recipe.title, ", ".join(recipe.packages)), not there)
        try:
            if venvs.install(recipe) != there and there:
                progress.show("%s: what was installed was broken and has been made again" % recipe.title, keep=True)
        except venvs.CannotInstall as error:
            progress.show("%s cannot be installed: %s" % (recipe.title, error), keep=True)


def chosen_works(a):
    if a.work:
        return [(plan.table_of(work), work) for work in a.work]
    tables = [table for table in a.table if table in plan.TABLES]
    return plan.chosen(a.scale, tables, measure.processors())


def measure_all(a, works, results):
    progress = Progress(len(works))

    def say(work, entrant, text):
        progress.show("%s: %s %s %s" % (work.name, entrant.title, entrant.variant, text), "left out" in text)

    about = results.machine
    for table, work in works:
        progress.done += 1
        net = work.make()
        field = [entrant for name in a.peers for entrant in entrants(name, net, work.mode, a.device, table)]
        if a.resume and all(e.why or results.has(table, work, e.title, e.variant, a.device) for e in field):
            continue
        progress.show("%s: %d systems" % (work.name, sum(not e.why for e in field)), keep=True)
        effort = measure.Effort(a.rounds, a.seconds)
        made = measure.Work(table, work, a.device, effort, machine.peak(about), say, a.profile).run(field)
        for row in made:
            row["scale"] = a.scale
        results.add(made)
        sys.stdout.write(report.text.block(work, made) + "\n")
        sys.stdout.flush()


def main(words=None):
    a = arguments.parse(words)
    works = chosen_works(a)
    if a.list:
        for table, work in works:
            print("%-5s %-34s %s" % (table, work.name, work.title))
        return 0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that the halted processes are ended too
    try:
        run(a, works)
    except (Failed, OSError) as error:
        sys.stderr.write("lamina: error: %s\n" % error)
        return 1
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted: --resume goes on from here\n")
        return 130
    return 0


def earlier(a, results):
    """The rows of the run that this one is to be compared with."""
    if not a.repeat_of:
        return None
    found = rows.read(a.repeat_of)["rows"]
    if a.report_only and not report.repeat.pairs(results.rows, found):
        raise Failed("--repeat-of %s: it has no work in common with %s in which both have times of Lamina and of "
                     "another system" % (a.repeat_of, results.path))
    return found


def check_places(a, results):
    """What could not be written hours later is said now."""
    results.save()
    if a.json:
        write_json(a, results)
    for folder, what in ((venvs.cache_folder(), "$LAMINA_SURVEY_CACHE"), (a.profile, "--profile")):
        try:
            if folder:
                pathlib.Path(folder).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Failed("cannot make the folder %s (%s): %s" % (folder, what, error.strerror)) from None


def write_json(a, results):
    rows.write(a.json, json.dumps(rows.public(results.rows), indent=1) + "\n")


def run(a, works):
    results = rows.Results(a.out)
    if a.report_only and not results.rows:
        raise Failed("%s has no rows yet: --report-only writes the pages of what an earlier run measured there"
                     % results.path)
    before = earlier(a, results)
    check_places(a, results)
    if not a.report_only:
        install(a.peers)
        if a.install_only:
            return
        results.machine = machine.describe()
        print(machine.line(results.machine), flush=True)
        measure_all(a, works, results)
        if "use" in a.table and not a.work:
            results.use = use.judge(a.peers)
            results.save()
    if before and report.repeat.pairs(results.rows, before):
        print(report.text.repeated(results.rows, before))
    else:
        before = None  # nothing in common: no section
    rows.write(pathlib.Path(a.out) / "survey.md", report.markdown.page(results, before))
    rows.write(pathlib.Path(a.out) / "survey.html", report.html.page(results, before))
    if a.json:
        write_json(a, results)
    print("\n%s has survey.md, survey.html and survey.json" % a.out)
