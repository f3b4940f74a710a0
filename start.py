"""One command from a fresh clone to a result; needs Python 3.11 or later and nothing else.

    python3 start.py bid         run the budget bid, examples/birmingham_budget_bid.py
    python3 start.py test        run the tests        (pytest; try: test -m slow)
    python3 start.py answers     every known answer, what the library says and whether it agrees
    python3 start.py notebook    open JupyterLab      (stop it with Ctrl-C)
    python3 start.py docs        the documentation as a site: docs/_build/html/index.html

On Windows write `py` for `python3`. The first run makes an environment in .venv and installs the library
there; later runs start at once. Whatever follows the command is passed on. To begin afresh, delete .venv.
"""

import hashlib
import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

OLDEST = (3, 11)
ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "start.json"  # what was installed, from which pyproject.toml

# command: (extra of pyproject.toml to install, what to run with the Python of .venv)
COMMANDS = {
    "bid": ("", ["examples/birmingham_budget_bid.py"]),
    "test": ("test", ["-m", "pytest"]),
    "answers": ("test", ["-m", "tests.validation"]),
    "notebook": ("notebook", ["-m", "jupyterlab"]),
    "docs": ("docs", ["-m", "sphinx", "-W", "-n", "--keep-going", "-q", "-E", "docs", "docs/_build/html"]),
}

# Settings meant for another Python would be followed by this one as well.
FOREIGN = {"PYTHONPATH", "PYTHONHOME", "__PYVENV_LAUNCHER__"}
ENVIRONMENT = {name: value for name, value in os.environ.items() if name.upper() not in FOREIGN}

NO_VENV = """This Python ({}) cannot make virtual environments: its venv or ensurepip module is missing.
On Debian or Ubuntu install them with
    sudo apt install python3-venv
elsewhere install Python from python.org; then run the same command again."""

NO_ENVIRONMENT = """The environment in .venv could not be made; the message above says why.
Often the disk is full or the folder cannot be written to. Put that right and run the same command again."""

NO_INSTALL = """pip could not install the library; its message is above.
Most often there is no connection to the internet, or a proxy stands between: connect, or set HTTPS_PROXY
to your organisation's proxy, and run the same command again. It goes on from what is there."""


class StartError(Exception):
    """Something the person at the keyboard can put right."""


def say(text):
    """Speak on standard error: standard output belongs to what is run."""
    print(text, file=sys.stderr, flush=True)


def succeeds(*command, **options):
    """Run a command and tell whether it went well."""
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, **options).returncode == 0


def make_environment():
    """Make .venv, unless there is one that works."""
    probe = f"import pip, sys; sys.exit(sys.version_info < {OLDEST})"
    if PYTHON.exists() and succeeds(PYTHON, "-c", probe, stderr=subprocess.DEVNULL):
        return
    if not all(importlib.util.find_spec(module) for module in ("venv", "ensurepip")):
        raise StartError(NO_VENV.format(sys.executable))
    what_was_there = " in place of one that does not work" if VENV.exists() else ""
    say(f"Environment: making .venv{what_was_there}, a few seconds.")
    if not succeeds(sys.executable, "-m", "venv", "--clear", VENV):
        raise StartError(NO_ENVIRONMENT)


def installed(source):
    """List the extras already installed from this source ("" is the library on its own)."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
        return stamp["extras"] if stamp["source"] == source and PYTHON.exists() else []
    except (OSError, ValueError, KeyError, TypeError):
        return []


def prepare(extra):
    """Bring .venv up to date; return the seconds spent on the environment and on the installation."""
    # An editable install points at this folder, so a folder that has moved is installed again.
    source = hashlib.sha256((ROOT / "pyproject.toml").read_bytes() + os.fsencode(ROOT)).hexdigest()
    extras = installed(source)
    if extra in extras:
        say("Environment and installation: .venv is up to date.")
        return 0.0, 0.0
    started = time.perf_counter()
    make_environment()
    made = time.perf_counter()
    target = f".[{extra}]" if extra else "."  # the library itself comes with every extra
    say(f"Installation: {target} into .venv, quietly; a minute or more the first time.")
    if not succeeds(PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "-q", "-e", target):
        raise StartError(NO_INSTALL)
    STAMP.write_text(json.dumps({"source": source, "extras": sorted({"", extra, *extras})}), encoding="utf-8")
    return made - started, time.perf_counter() - made


def run(command):
    """Run a command in the foreground; return its exit code."""
    process = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for what is running; it ends, then we do
    code = process.wait()
    return code if code >= 0 else 128 - code  # ended by a signal: the number a shell would give


def main(arguments):
    """Prepare and run one command; return its exit code."""
    if sys.version_info < OLDEST:
        raise StartError(
            "workforce_sim needs Python {}.{} or later; this is {}, at {}.\n"
            "Install a newer one (python.org, or your system's packages) and start this file with it, "
            "for example\n    python3.12 start.py bid".format(*OLDEST, sys.version.split()[0], sys.executable)
        )
    if not arguments or arguments[0] in ("-h", "--help", "help"):
        print(__doc__.strip())
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        raise StartError(f"There is no command {name!r}: write one of {', '.join(COMMANDS)}.")
    if Path.cwd() != ROOT:
        say(f"Folder: working in {ROOT}, where start.py is; paths are read from there.")
    extra, what = COMMANDS[name]
    environment, installation = prepare(extra)
    spent = f"Time: environment {environment:.1f} s, installation {installation:.1f} s"
    if name == "test":
        say(f"{spent}; the run is timed by pytest, whose last line is the result.")
    say(f"Run: python {' '.join([*what, *rest])}")
    started = time.perf_counter()
    code = run([PYTHON, *what, *rest])
    if name != "test":
        say(f"{spent}, run {time.perf_counter() - started:.1f} s.")
    return code


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except StartError as problem:
        sys.exit(f"\n{problem}")
    except KeyboardInterrupt:
        sys.exit("\nStopped. Run the same command again to go on.")
