"""The command line of the survey, and what it says to wrong words."""

import argparse
import difflib

from . import peers, plan, works


ABOUT = """Lamina beside other frameworks, on this machine: each in an environment and a process of its own, in
turns, at the same work from the same weights, and only if the results agree.

Environments are kept in $LAMINA_SURVEY_CACHE (else the user's cache) and made once, 11 GB for all peers; 'pythonX.Y'
must be on the PATH for the Python that a peer needs, or in pyenv. What was interrupted goes on: an installation by
itself, measurements with --resume."""


class Parser(argparse.ArgumentParser):
    """Wrong arguments end in exit code 2, with the form of Lamina's other messages."""

    def error(self, message):
        self.exit(2, "lamina: error: %s\n  help       lamina bench survey --help\n" % message)


def one_of(kind, names):
    """A check of a list of words, separated by commas, that suggests what a misspelt one may have meant."""
    def check(text):
        words = [word for word in text.replace(" ", ",").split(",") if word]
        for word in words:
            if word not in names:
                meant = difflib.get_close_matches(word, names, 1)
                hint = "; did you mean %r?" % meant[0] if meant else "; there are: " + ", ".join(names)
                raise argparse.ArgumentTypeError("there is no %s %r%s" % (kind, word, hint))
        if not words:
            raise argparse.ArgumentTypeError("names no %s; there are: %s" % (kind, ", ".join(names)))
        return words
    return check


def one_word(kind, names):
    check = one_of(kind, names)

    def single(text):
        words = check(text)
        if len(words) != 1:
            raise argparse.ArgumentTypeError("takes one %s, got %d" % (kind, len(words)))
        return words[0]
    return single


def work_names(text):
    try:
        return [works.parse(word) for word in text.replace(" ", ",").split(",") if word]
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def number(kind, least, most):
    def check(text):
        try:
            value = kind(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError("expected a number from %g to %g, got %r" % (least, most, text))
        return value
    return check


def parser():
    p = Parser(prog="lamina bench survey", description=ABOUT,
               formatter_class=argparse.RawDescriptionHelpFormatter)
    tables = [*plan.TABLES, "use", "all"]
    p.add_argument("--table", type=one_of("table", tables), default=["all"], metavar="T,..",
                   help="1, 2, 3, rnn, more, lower (16 and 8 bits), use or all (the default)")
    p.add_argument("--work", type=work_names, metavar="WORK,..",
                   help="these instead of tables, for example resnet50_infer_b1_t2")
    p.add_argument("--peers", type=one_of("peer", [*peers.NAMES, *peers.ABSENT]), metavar="P,..",
                   help="all when left out: " + ", ".join(peers.NAMES))
    p.add_argument("--device", type=one_word("device", ["cpu", "cuda"]), default="cpu", help="cpu or cuda")
    p.add_argument("--scale", type=one_word("scale", list(plan.SCALES)), default="full",
                   help="full (the default: hours) or small (20 minutes)")
    p.add_argument("--rounds", type=number(int, 1, 1000), metavar="N", help="around all systems")
    p.add_argument("--seconds", type=number(float, 0.001, 3600), metavar="S", help="of a system in a round")
    p.add_argument("--out", default="survey", metavar="FOLDER",
                   help="where survey.json, survey.md and survey.html are kept (default: survey); rows of earlier runs "
                        "stay in them")
    p.add_argument("--json", metavar="FILE", help="all rows, as a list")
    p.add_argument("--resume", action="store_true", help="measure only what FOLDER does not have yet")
    p.add_argument("--install-only", action="store_true", help="make the environments of the peers and stop")
    p.add_argument("--report-only", action="store_true", help="write the pages from what FOLDER has and stop")
    p.add_argument("--repeat-of", metavar="FILE",
                   help="survey.json of an earlier run (or what --json wrote): the pages say how far ratios repeat")
    p.add_argument("--list", action="store_true", help="the works of the chosen tables")
    p.add_argument("--profile", metavar="FOLDER", help="write Lamina's profile of each work there")
    return p


def parse(words=None):
    p = parser()
    a = p.parse_args(words)
    if a.work and a.table != ["all"]:
        p.error("--work and --table exclude each other: a work belongs to its table")
    if "all" in a.table:
        a.table = [*plan.TABLES, "use"]
    a.peers = list(dict.fromkeys(a.peers)) if a.peers else [*peers.NAMES, *peers.ABSENT]
    rounds, seconds = plan.EFFORT[a.scale]
    a.rounds, a.seconds = a.rounds or rounds, a.seconds or seconds
    return a
