"""Files and settings nobody should write: each is a service that runs, or is refused in words that help."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import math
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, assume, example, given, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests.hostile.policies import POLICIES, policy
from tests.hostile.worlds import SERVICES, START, run_and_check
from tests.refusals import made_or_refused
from workforce_sim.authority.pathway import Pathway
from workforce_sim.data.csww import COUNTS, census_of, read_csww
from workforce_sim.files import write_text

PRESETS = {name: ws.Authority.preset(name).to_toml() for name in ws.Authority.preset_names()}
SMALL = {name: service.to_toml() for name, service in SERVICES.items()}
TOML = SMALL["pathway"]

many = settings(max_examples=300, suppress_health_check=list(HealthCheck))
few = settings(max_examples=40, suppress_health_check=list(HealthCheck))


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for files that every example writes anew."""
    return tmp_path_factory.mktemp("hostile")


def runs_or_is_refused(make: Callable[[], ws.Authority]) -> bool:
    """Whether an authority came of it; it runs for a month, or is refused before the run."""
    made = made_or_refused(make)
    if made is None:
        return False
    simulation = made_or_refused(lambda: ws.Simulation(made, [], START, 1 / 12, log=True))
    if simulation is None:
        return False
    run_and_check(made, years=1 / 12)
    return True


# ---- Bytes ----------------------------------------------------------------------------------------------


@many
@given(data=st.binary(max_size=400))
@example(data=b"")
@example(data=b"\xef\xbb\xbf")
@example(data=b"\xff\xfe" + TOML.encode("utf-16-le")[:200])
@example(data=b"\x00" * 50)
def test_bytes_are_no_authority(data: bytes, scratch: Path) -> None:
    """Any bytes in a file are refused by name, never half read."""
    file = scratch / "bytes.toml"
    file.write_bytes(data)
    assert made_or_refused(lambda: ws.Authority.from_file(file)) is None


@many
@given(end=st.integers(0, len(TOML)))
def test_a_file_cut_short_is_refused_or_whole(end: int) -> None:
    """A download that stopped gives a service that runs only if nothing that is required was lost."""
    made = made_or_refused(lambda: ws.Authority.from_toml(TOML[:end]))
    assert made is None or set(made.grades) <= set(SERVICES["pathway"].grades)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32", "cp037"])
def test_other_encodings_are_refused(encoding: str, tmp_path: Path) -> None:
    """A file saved in another encoding is refused, with the path and what the system says."""
    file = tmp_path / "other.toml"
    file.write_bytes(TOML.encode(encoding))
    assert made_or_refused(lambda: ws.Authority.from_file(file)) is None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "ascii"])
def test_a_byte_order_mark_is_no_mistake(encoding: str, tmp_path: Path) -> None:
    """What other programs put in front of a file changes nothing."""
    file = tmp_path / "mark.toml"
    file.write_bytes(TOML.replace("England", "Anytown").encode(encoding, "ignore"))
    assert ws.Authority.from_file(file).census == SERVICES["pathway"].census


def test_windows_line_ends_change_nothing(tmp_path: Path) -> None:
    """A file that went through another system reads the same."""
    file = tmp_path / "lines.toml"
    file.write_bytes(TOML.replace("\n", "\r\n").encode())
    assert ws.Authority.from_file(file) == SERVICES["pathway"]


BEYOND_TOML = {
    "a number of five thousand digits": "x = " + "9" * 5000,
    "a number of ten thousand hexadecimal digits": "name = 0x" + "f" * 10_000,
    "lists in lists in lists": "x = " + "[" * 50_000,
    "tables in tables": "x = " + "{a=" * 20_000,
    "dotted keys without end": "a." * 2_000 + "a = 1",
    "a date that is none": "x = 2015-02-30",
    "a key twice": "name = 'a'\nname = 'b'",
    "a section twice": "[census]\ncaseload = 1.0\n[census]\ncaseload = 2.0",
    "half a character": 'name = "\\uD800"',
    "a name that is a number": "1 = 2",
    "an empty name": '"" = 2',
}


@pytest.mark.parametrize("text", BEYOND_TOML.values(), ids=BEYOND_TOML)
def test_text_beyond_toml_is_refused(text: str) -> None:
    """Whatever the reader of TOML stumbles over is a problem of the file, with something to mend."""
    assert made_or_refused(lambda: ws.Authority.from_toml(text)) is None
    assert made_or_refused(lambda: ws.Authority.from_toml(f"{TOML}\n{text}")) is None


PATHS: dict[str, Any] = {
    "nothing": None,
    "a number": 3,
    "bytes": b"mine.toml",
    "no characters": "\0.toml",
    "too long": "x" * 5000,
    "a folder": ".",
    "empty": "",
    "half a character": "\ud800.toml",
}


@pytest.mark.parametrize("path", PATHS.values(), ids=PATHS)
def test_paths_that_are_none_are_refused(path: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading and writing refuse what is no path, and what the system cannot find."""
    monkeypatch.chdir(tmp_path)
    assert made_or_refused(lambda: ws.Authority.from_file(path)) is None
    assert made_or_refused(lambda: read_csww(path)) is None
    assert made_or_refused(lambda: SERVICES["one stage"].to_file(path)) is None
    assert not list(tmp_path.iterdir())


# ---- One token changed -----------------------------------------------------------------------------------

TOKENS = re.compile(r'"[^"\n]*"|[\w.+-]+|[\[\]{}=,]')
JUNK = [
    *("0", "-1", "1", "0.0", "-0.0", "1.5", "nan", "inf", "-inf", "1e308", "-1e308", "5e-324", "1e-9", "1e9"),
    *("true", "false", '""', '"none"', '"12"', "[]", "{}", "[1.0]", "[[]]", "{ a = 1 }", "0001-01-01"),
    *(
        "9999-12-31",
        "2024-02-29",
        "12:00:00",
        "2015-04-01T00:00:00Z",
        "0x10",
        "1_000",
        "10000000000000000000",
    ),
    *("", "=", "[", "]", "#", '"""', "name", "agency", "'england'", '"\\u0000"', '"\\n"'),
]


def one_token_changed(text: str, which: float, junk: str) -> str:
    """The text with the token at this share of its length made another."""
    tokens = list(TOKENS.finditer(text))
    token = tokens[int(which * (len(tokens) - 1))]
    return text[: token.start()] + junk + text[token.end() :]


@settings(max_examples=250, suppress_health_check=list(HealthCheck))
@given(
    service=st.sampled_from(sorted(SMALL)),
    which=st.floats(0, 1, allow_nan=False),
    junk=st.sampled_from(JUNK),
)
def test_a_changed_token_runs_or_is_refused(service: str, which: float, junk: str) -> None:
    """A slip of the keyboard in the file of a small service: it runs, or says what to mend."""
    runs_or_is_refused(lambda: ws.Authority.from_toml(one_token_changed(SMALL[service], which, junk)))


@pytest.mark.slow
@pytest.mark.parametrize("preset", sorted(PRESETS))
@settings(max_examples=400, suppress_health_check=list(HealthCheck))
@given(which=st.floats(0, 1, allow_nan=False), junk=st.sampled_from(JUNK) | st.text(max_size=12))
def test_a_changed_token_of_a_preset_runs_or_is_refused(preset: str, which: float, junk: str) -> None:
    """The same in the files that come with the library, which run for a quarter."""
    text = one_token_changed(PRESETS[preset], which, junk)
    made = made_or_refused(lambda: ws.Authority.from_toml(text))
    if made is not None and made_or_refused(lambda: ws.Simulation(made, [], START, 0.25)) is not None:
        run_and_check(made)


# ---- Settings from Python --------------------------------------------------------------------------------

STRANGE: list[Any] = [
    *(None, True, False, 0, 1, -1, 0.0, -0.0, 1.5, math.nan, math.inf, -math.inf, 1e308, 5e-324, 10**400),
    *(
        "",
        "12",
        "1.0",
        "none",
        "\0",
        "\ud800",
        "x" * 30_000,
        b"12",
        [],
        {},
        (),
        set(),
        [1.0],
        {"a": 1},
        {1: 2},
    ),
    *(
        [[[[]]]],
        Decimal("1.5"),
        np.float64(1.5),
        np.float32(1.5),
        np.int64(3),
        np.bool_(True),
        np.array([1.0]),
    ),
    *(dt.date.min, dt.date.max, dt.date(2024, 2, 29), dt.datetime(2025, 1, 1), dt.time(12), pd.NaT),
    *(pd.Timestamp("2025-01-01"), np.datetime64("2025-01-01"), object(), float, lambda: 0, 1j, range(3)),
]
strange = st.sampled_from(STRANGE) | st.floats() | st.integers() | st.text(max_size=8)
STATED_WHOLE = {"name", "note", "posts", "pathway", "sources", "made_from"}
SECTIONS = sorted(set(ws.Authority.model_fields) - STATED_WHOLE)


@many
@given(data=st.data())
def test_a_strange_value_of_a_setting_runs_or_is_refused(data: st.DataObject) -> None:
    """Any value in any place of an authority, from Python."""
    section = data.draw(st.sampled_from(SECTIONS))
    model = type(getattr(SERVICES["one stage"], section))
    name = data.draw(st.sampled_from(sorted(model.model_fields)))
    value = data.draw(strange)
    service = SERVICES[data.draw(st.sampled_from(sorted(SERVICES)))]
    runs_or_is_refused(lambda: service.with_changes(**{section: {name: value}}))


@few
@given(name=st.sampled_from(sorted(ws.Authority.model_fields)), value=strange)
def test_a_strange_section_runs_or_is_refused(name: str, value: Any) -> None:
    """Any value for a whole section."""
    runs_or_is_refused(lambda: SERVICES["pathway"].with_changes(**{name: value}))


@many
@given(data=st.data())
def test_a_strange_pathway_runs_or_is_refused(data: st.DataObject) -> None:
    """Any value for a stage, an exit, a setting of one, or what is put in place of a stage removed."""
    england = SERVICES["pathway"].pathway
    assert england is not None
    value = data.draw(strange)
    stage, exit_ = data.draw(st.sampled_from(england.stage_names)), england.exit_names[0]
    field = data.draw(st.sampled_from(sorted(type(england.stages[stage]).model_fields)))
    changes: dict[str, Any] = data.draw(
        st.sampled_from(
            [
                {"stages": {stage: {field: value}}},
                {"stages": {stage: {"next": {exit_: value, stage: 0.5}}}},
                {"stages": {stage: value}},
                {"exits": {exit_: value}},
                {"exits": {exit_: {"return_share": value}}},
                {"stages": value},
                {"exits": value},
                {"remove": value},
                {"remove": {stage: value}},
                {"like": value},
                {"like": "england", "stages": value, "remove": {stage: exit_}},
                {"mean_return_days": value},
                {"turned_away": value},
            ]
        )
    )
    runs_or_is_refused(lambda: SERVICES["pathway"].with_changes(pathway=changes))
    made_or_refused(lambda: Pathway(**(england.model_dump() | changes)))


@many
@given(data=st.data())
def test_a_strange_argument_of_a_policy_runs_or_is_refused(data: st.DataObject) -> None:
    """Any value for any argument of any policy: it runs in a service with all it needs, or is refused."""
    kind = data.draw(st.sampled_from(sorted(POLICIES)))
    name = data.draw(st.sampled_from(sorted(getattr(ws, kind).model_fields)))
    made = made_or_refused(lambda: policy(kind, **{name: data.draw(strange)}))
    service = SERVICES["pathway"]
    if made is None or getattr(made, "number", 0) > 1000:  # that many posts are looked at elsewhere
        return
    if made_or_refused(lambda: ws.Simulation(service, [made], START, 1 / 12)) is not None:
        run_and_check(service, [made], years=1 / 12)
        assert made.describe()


@few
@given(
    value=strange,
    name=st.sampled_from(["start", "years", "seed", "replication", "interventions", "census_dates"]),
)
def test_a_strange_argument_of_a_run_is_refused(value: Any, name: str) -> None:
    """Any value for any argument of a run."""
    given_: dict[str, Any] = {"interventions": [], "start": START, "years": 1 / 12} | {name: value}
    made_or_refused(lambda: ws.Simulation(SERVICES["one stage"], **given_))
    scenarios = {"a": given_.pop("interventions")}
    given_ = {k: v for k, v in given_.items() if k in ("start", "years", "seed")}
    made_or_refused(lambda: ws.Study(SERVICES["one stage"], scenarios, **given_))


NEAR = ["naem", "caseload_caps", "notice_day", "childrenperyear", "PRESSURE", "Posts", "gradse", "étape", ""]


@pytest.mark.parametrize("name", NEAR)
@pytest.mark.parametrize("section", [None, "casework", "workforce", "demand"])
def test_unknown_names_are_refused(section: str | None, name: str) -> None:
    """A name that is nearly one is refused, and the nearest one or the whole list is offered."""
    changes = {name: 1.0} if section is None else {section: {name: 1.0}}
    with pytest.raises(ws.InputError) as refused:
        SERVICES["pathway"].with_changes(**changes)
    assert "no setting of this name" in refused.value.problems[0].rule


# ---- The published returns -------------------------------------------------------------------------------

HEADER = ["time_period", "geographic_level", "region_name", "la_name", *COUNTS]
ROW = ["2025", "Local authority", "North", "Anytown", "100", "10", "12", "20", "16", "30", "60", "900"]


def csv_file(folder: Path, *rows: list[str]) -> Path:
    """A file of these rows under the published header."""
    file = folder / "csww.csv"
    file.write_text("\n".join(",".join(row) for row in [HEADER, *rows]) + "\n", encoding="utf-8")
    return file


CELLS = st.sampled_from(
    [
        "",
        "c",
        "low",
        "-",
        "1,000",
        "1,00",
        "1,5",
        "inf",
        "nan",
        "-1",
        "1e5",
        "1_000",
        "0x10",
        "٣",
        "1.5.2",
        "NaN",
        "NA",
        "None",
        "null",
        "true",
        "=1+1",
        " 7 ",
        "9" * 400,
        '"',
        "2025",
        "England",
        "1" * 13,
    ]
)


@many
@given(column=st.integers(0, len(HEADER) - 1), cell=CELLS | st.text(max_size=10))
def test_a_strange_cell_is_read_as_it_stands_or_refused(column: int, cell: str, scratch: Path) -> None:
    """Any text in any cell: a count that is a finite number and no less than 0, missing, or refused."""
    assume(not re.search('[,"\n\r\ud800-\udfff]', cell))
    row = [*ROW]
    row[column] = cell
    table = made_or_refused(lambda: read_csww(csv_file(scratch, ROW, row)))
    if table is None:
        return
    found = table[list(COUNTS)].to_numpy(float)
    assert (np.isnan(found) | (np.isfinite(found) & (found >= 0))).all()
    made_or_refused(lambda: census_of(table, str(table["area"].iloc[1]), 2025))
    made_or_refused(lambda: census_of(table, "Nowhere", 2025))


@many
@given(data=st.binary(max_size=300), whole=st.booleans())
def test_bytes_are_no_returns(data: bytes, whole: bool, scratch: Path) -> None:
    """Any bytes, alone or after a good header, are refused, or read as nothing but missing counts."""
    file = csv_file(scratch)
    file.write_bytes(file.read_bytes() * whole + data)
    table = made_or_refused(lambda: read_csww(file))
    assert table is None or len(table) <= data.count(b"\n") + data.count(b"\r") + 1


def test_a_comma_too_many_does_not_move_the_columns(tmp_path: Path) -> None:
    """Rows with a cell more than there are names (an empty one at the end) are refused, not moved by one."""
    with pytest.raises(ws.InputError, match="row 2"):
        read_csww(csv_file(tmp_path, [*ROW, ""], [*ROW, ""]))
    with pytest.raises(ws.InputError, match="row 3"):
        read_csww(csv_file(tmp_path, ROW, ROW[:-3]))


@pytest.mark.parametrize(
    ("cell", "refused"), [("1,000", False), ("1,5", True), ("12,34", True), ("inf", True)]
)
def test_a_comma_is_no_decimal_point(cell: str, refused: bool, tmp_path: Path) -> None:
    """A comma stands between thousands; where it cannot, nothing is made of it."""
    row = [*ROW]
    row[4] = f'"{cell}"'
    table = made_or_refused(lambda: read_csww(csv_file(tmp_path, row)))
    assert (table is None) == refused


def test_a_column_twice_is_refused(tmp_path: Path) -> None:
    """It could be either."""
    file = csv_file(tmp_path)
    file.write_text(",".join([*HEADER, "cases"]) + "\n" + ",".join([*ROW, "1"]) + "\n", "utf-8")
    with pytest.raises(ws.InputError, match="each column once"):
        read_csww(file)


# ---- Nothing half written --------------------------------------------------------------------------------

OLD = "the file of before\n"


@contextlib.contextmanager
def broken_disk(monkeypatch: pytest.MonkeyPatch, call: str) -> Iterator[None]:
    """A disk that fails at one of the calls by which a file is written."""

    def fails(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    module, name = call.rsplit(".", 1)
    with monkeypatch.context() as patch:
        if name == "write":
            opened = os.fdopen

            def full(*args: Any, **kwargs: Any) -> Any:
                stream = opened(*args, **kwargs)
                stream.write(b"half of")
                stream.flush()
                stream.write = fails  # type: ignore[method-assign]
                return stream

            patch.setattr("os.fdopen", full)
        else:
            patch.setattr(f"{module}.{name}", fails)
        yield


@pytest.mark.parametrize("call", ["tempfile.mkstemp", "stream.write", "os.chmod", "os.replace"])
@pytest.mark.parametrize("there", [True, False], ids=["over another", "new"])
def test_a_full_disk_leaves_the_file_of_before(
    call: str, there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever writing fails it is refused in words, and the folder is as it was."""
    file = tmp_path / "anytown.toml"
    if there:
        file.write_text(OLD)
    with broken_disk(monkeypatch, call):
        assert made_or_refused(lambda: SERVICES["one stage"].to_file(file)) is None
    assert [f.name for f in tmp_path.iterdir()] == ["anytown.toml"] * there
    assert not there or file.read_text() == OLD


def test_half_a_character_leaves_the_file_of_before(tmp_path: Path) -> None:
    """Text that no file can hold is refused, and nothing is left behind."""
    file = tmp_path / "page.html"
    file.write_text(OLD)
    assert made_or_refused(lambda: write_text(file, "half \ud800 a character", "the report")) is None
    assert [f.name for f in tmp_path.iterdir()] == ["page.html"]
    assert file.read_text() == OLD


KILLED = """
import os, signal, sys
from workforce_sim.files import write_text
opened = os.fdopen
def half(*a, **k):
    stream = opened(*a, **k)
    stream.write(b"half of")
    stream.flush()
    os.kill(os.getpid(), signal.SIGKILL)
os.fdopen = half
write_text(sys.argv[1], "all of it", "the report")
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system cannot kill in this way")
def test_a_process_killed_while_writing_leaves_the_file_of_before(tmp_path: Path) -> None:
    """Whoever reads the file finds the old one whole; the half is in another file."""
    file = tmp_path / "page.html"
    file.write_text(OLD)
    ended = subprocess.run([sys.executable, "-c", KILLED, str(file)], check=False)
    assert ended.returncode == -signal.SIGKILL
    assert file.read_text() == OLD
