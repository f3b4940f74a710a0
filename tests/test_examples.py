"""The bids in examples/ print what their docstrings say, and the page of examples is theirs."""

import re
import runpy
import subprocess
from pathlib import Path

import pytest

from tests.examples_page import BIDS, FOLDER, PAGE, bid, text

ROOT = FOLDER.parent

#: A number as it is printed, with its thousands.
NUMBER = re.compile(r"\d[\d,]*(?:\.\d+)?")


def words(said: str) -> str:
    """What is said without its numbers: plans, measures, and which way each goes."""
    return " ".join(NUMBER.sub("#", said).split())


def numbers(said: str) -> list[tuple[float, int]]:
    """The numbers, each with its decimals."""
    found = [number.rstrip(",").replace(",", "") for number in NUMBER.findall(said)]
    return [(float(number), len(number.partition(".")[2])) for number in found]


def differs(written: str, printed: str) -> str:
    """How a headline differs from the one that is written down; nothing if it does not.

    Words have to agree to the letter, numbers to one in the last digit that is printed: another processor may
    round a number that lies on an edge to the other side.
    """
    if words(written) != words(printed):
        return "other words"
    for (ours, decimals), (theirs, _) in zip(numbers(written), numbers(printed), strict=True):
        if abs(ours - theirs) > 1.000001 * 10.0**-decimals:
            return f"{theirs:g} instead of {ours:g}"
    return ""


@pytest.mark.slow
@pytest.mark.parametrize("name", BIDS)
def test_a_bid_prints_the_headline_it_says(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With its own seed and worlds: the docstring's headline, and a page for the meeting."""
    monkeypatch.chdir(tmp_path)
    runpy.run_path(str(FOLDER / f"{name}.py"), run_name="__main__")
    printed, page = capsys.readouterr().out.split("\n\nThe page for the meeting: ")
    assert not differs(bid(name).headline, printed), f"{name}.py now prints\n{printed}"
    assert (tmp_path / page.strip()).read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


@pytest.mark.parametrize("name", BIDS)
def test_what_is_said_in_short_is_in_the_headline(name: str) -> None:
    """Every number of the sentence is one of the headline, which is held against what is printed."""
    said = bid(name)
    known = {number for number, _ in numbers(said.headline)}
    wanted = [number for number, _ in numbers(said.in_short)]
    assert wanted
    assert set(wanted) <= known


def test_the_page_of_examples_is_up_to_date() -> None:
    """Whoever changes an example writes the page again: python -m tests.examples_page."""
    assert PAGE.read_text(encoding="utf-8") == text()


def test_every_example_is_on_the_page() -> None:
    named = set(re.findall(r"(\w+\.py)\b", PAGE.read_text(encoding="utf-8")))
    assert {path.name for path in FOLDER.glob("*.py")} <= named


@pytest.mark.parametrize("name", BIDS)
def test_a_bid_is_one_screen_and_writes_where_git_does_not_look(name: str) -> None:
    """Ten to thirty lines of code; the page goes to a folder that .gitignore covers."""
    source = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    code = [line for line in source.split('"""')[2].splitlines() if line.strip()]
    assert 10 <= len(code) <= 35
    written = f"results/{name}.html"
    assert f"folder / '{name}.html'" in source
    assert 'Path("results")' in source
    if (ROOT / ".git").exists():
        for where in (written, f"examples/{written}"):
            ignored = subprocess.run(["git", "check-ignore", "-q", where], cwd=ROOT, check=False)
            assert ignored.returncode == 0, where


@pytest.mark.parametrize(
    ("written", "printed", "found"),
    [
        ("1.4 lower (1.3 to 1.6)", "1.4 lower (1.3 to 1.6)", ""),
        ("1.4 lower (1.3 to 1.6)", "1.5 lower (1.3 to 1.6)", ""),
        ("1.4 lower (1.3 to 1.6)", "1.6 lower (1.3 to 1.6)", "1.6 instead of 1.4"),
        ("£1.3m more, £237,000", "£1.3m more, £239,000", "239000 instead of 237000"),
        ("1.4 lower", "1.4 higher", "other words"),
        ("1.4 lower", "cannot be told apart (1.4 lower to 0.1 higher)", "other words"),
    ],
)
def test_a_headline_that_has_changed_is_seen(written: str, printed: str, found: str) -> None:
    """A direction, a verdict or a number that is another, but not the last digit of one that was rounded."""
    assert differs(written, printed) == found
