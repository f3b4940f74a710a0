"""Files nobody should send: a list comes of them, or an error that says where and what to do; never more."""

from __future__ import annotations

import contextlib
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import workforce_sim as ws
from tests.data.council import CASES, STAFF, case, post, write_csv, write_excel
from tests.data.returns import csww_row, files_of_cin, write_csww
from tests.refusals import made_or_refused
from workforce_sim.data import spreadsheet
from workforce_sim.data.case_list import read_case_list
from workforce_sim.data.cin import read_cin
from workforce_sim.data.csww import read_csww
from workforce_sim.data.staff_list import read_staff_list

DAY = "2025-09-30"
SINCE = "2023-09-30"

many = settings(max_examples=120, suppress_health_check=list(HealthCheck))
few = settings(max_examples=50, suppress_health_check=list(HealthCheck))

#: Cells that have done harm elsewhere: formulas, commands, paths, numbers and dates beyond all bounds.
CELLS = st.sampled_from(
    [
        "=1+1",
        '=HYPERLINK("http://example.org","click")',
        "=cmd|'/C calc'!A0",
        "@SUM(A1:A9)",
        "+1+1",
        "-2+3",
        "-1",
        "\u0000",
        "nan",
        "inf",
        "1e400",
        "9" * 400,
        "٣",
        "31/02/2020",
        "29/02/2023",
        "00/00/0000",
        "9999-12-31",
        "1899-12-30",
        "45352",
        "yes",
        "permanent",
        "vacant",
        "\u202e",
        "\ud83d\ude00",
        "a" * 5_000,
        "'; DROP TABLE staff; --",
        "../../etc/passwd",
        "${jndi:ldap://x}",
        "",
        " ",
    ]
) | st.text(max_size=12)


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for files that every example writes anew."""
    return tmp_path_factory.mktemp("hostile_lists")


def staff_or_refused(file: Path) -> Any:
    """The staff list in a file, if there is one."""
    found = made_or_refused(lambda: read_staff_list(file, DAY, observed_from=SINCE))
    if found is not None:
        for p in found.posts:
            assert 0 < p.fte <= 1
            assert (p.start is None) == (p.contract == "vacant")
        made_or_refused(lambda: ws.Authority.from_lists(found))
    return found


def cases_or_refused(file: Path) -> Any:
    """The case list in a file, if there is one."""
    found = made_or_refused(lambda: read_case_list(file, DAY, observed_from=SINCE))
    if found is not None:
        assert all(1 <= v.children <= 20 for v in found.visits)
        found.by_stage()
        found.episodes()
    return found


READERS = [staff_or_refused, cases_or_refused]


@pytest.mark.parametrize("read", READERS)
@many
@given(data=st.binary(max_size=300), kind=st.sampled_from(["csv", "xlsx", "xlsm", "xls", "txt", ""]))
@example(data=b"PK\x03\x04" + b"\0" * 60, kind="xlsx")
@example(data="worker_id,grade\n\u00e9,x\n".encode("cp1252"), kind="csv")
@example(data="worker_id,grade\n1,x\n".encode("utf-16"), kind="csv")
@example(data=b'"never closed', kind="csv")
@example(data=b"a\0b,c\n1,2\n", kind="csv")
def test_bytes_are_no_list(read: Callable[[Path], Any], data: bytes, kind: str, scratch: Path) -> None:
    """Any bytes under any name are refused."""
    file = scratch / (f"list.{kind}" if kind else "list")
    file.write_bytes(data)
    assert read(file) is None


@pytest.mark.parametrize("read", READERS)
@many
@given(column=st.integers(0, 20), cell=CELLS, whole=st.booleans())
def test_a_strange_cell_is_understood_or_refused(
    read: Callable[[Path], Any], column: int, cell: str, whole: bool, scratch: Path
) -> None:
    """Any text in any cell, of a row or in place of the name of a column."""
    names, rows = (STAFF, [post(1), post(2)]) if read is staff_or_refused else (CASES, [case(1), case(2)])
    name = names[column % len(names)]
    with contextlib.suppress(UnicodeEncodeError):  # half a character, which no file can hold
        if whole:
            renamed = tuple(cell if n == name else n for n in names)
            rows = [{(cell if n == name else n): value for n, value in row.items()} for row in rows]
            read(write_csv(scratch / "cell.csv", renamed, rows))
        else:
            rows[0][name] = cell
            read(write_csv(scratch / "cell.csv", names, rows))


@pytest.mark.parametrize("cell", ["=1+1", "=cmd|'/C calc'!A0", "@SUM(A1)", "+A1", "-A1"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_formulas_are_refused_and_not_reckoned(cell: str, kind: str, tmp_path: Path) -> None:
    """With the cell, and how to have values instead."""
    pytest.importorskip("openpyxl")
    rows = [post(1), post(2, fte=cell)]
    write = {"csv": write_csv, "xlsx": write_excel}[kind]
    with pytest.raises(ws.InputError, match="Paste Special, Values") as refused:
        read_staff_list(write(tmp_path / f"s.{kind}", STAFF, rows), DAY)
    assert [p.path for p in refused.value.problems] == ["fte, row 3"]
    assert cell not in str(refused.value)


# -- Excel --------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def workbook(scratch: Path) -> bytes:
    """A good workbook."""
    pytest.importorskip("openpyxl")
    return write_excel(scratch / "good.xlsx", STAFF, [post(i, fte=1) for i in range(3)]).read_bytes()


def repacked(data: bytes, scratch: Path, changes: dict[str, Callable[[bytes], bytes]]) -> Path:
    """The workbook with parts of its package changed."""
    source, target = scratch / "source.xlsx", scratch / "changed.xlsx"
    source.write_bytes(data)
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, changes.get(name, lambda part: part)(old.read(name)))
    return target


SHEET = "xl/worksheets/sheet1.xml"


@few
@given(where=st.floats(0, 1), byte=st.integers(0, 255), length=st.integers(1, 40))
def test_damaged_workbooks_are_refused_or_read(
    where: float, byte: int, length: int, workbook: bytes, scratch: Path
) -> None:
    """A stretch of bytes overwritten anywhere."""
    at = int(where * (len(workbook) - 1))
    file = scratch / "damaged.xlsx"
    file.write_bytes(workbook[:at] + bytes([byte]) * length + workbook[at + length :])
    staff_or_refused(file)


@few
@given(
    part=st.sampled_from([SHEET, "xl/workbook.xml", "xl/styles.xml", "[Content_Types].xml"]),
    where=st.floats(0, 1),
    text=st.sampled_from(
        ["<c/>", '<c r="ZZZ9" t="n"><v>1e999</v></c>', "<", "&lol;", '" t="e"', "\0", "<row/>", "9" * 99]
    ),
)
def test_strange_parts_of_a_workbook_are_refused_or_read(
    part: str, where: float, text: str, workbook: bytes, scratch: Path
) -> None:
    """Well packed, and wrong inside."""

    def changed(data: bytes) -> bytes:
        at = int(where * len(data))
        return data[:at] + text.encode() + data[at:]

    staff_or_refused(repacked(workbook, scratch, {part: changed}))


def test_entities_are_refused_before_they_unfold(workbook: bytes, scratch: Path) -> None:
    """A few lines that would become gigabytes, and one that would read a file of the computer."""
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 12))
    for entities in (f'<!ENTITY l0 "ha">{laughs}', '<!ENTITY l11 SYSTEM "file:///etc/hostname">'):
        start = f"<!DOCTYPE worksheet [{entities}]>".encode()

        def unfolded(data: bytes, start: bytes = start) -> bytes:
            head, body = data.split(b"<worksheet", 1)
            return head + start + b"<worksheet" + body.replace(b"</sheetData>", b"&l11;</sheetData>")

        with pytest.raises(ws.InputError, match="defines entities"):
            read_staff_list(repacked(workbook, scratch, {SHEET: unfolded}), DAY)


def test_a_small_file_that_unpacks_to_a_large_one_is_refused(workbook: bytes, scratch: Path) -> None:
    """A hundred megabytes of spaces are a hundred kilobytes when packed."""
    file = repacked(workbook, scratch, {SHEET: lambda data: data + b" " * 100_000_000})
    assert file.stat().st_size < 1_000_000
    with pytest.raises(ws.InputError, match="MB unpacked"):
        read_staff_list(file, DAY)


def test_what_a_sheet_says_of_its_size_is_not_believed(workbook: bytes, scratch: Path) -> None:
    """It claims every cell Excel can have, and has a row far below: it is read for what is in it, at once."""

    def vast(data: bytes) -> bytes:
        start, rest = data.split(b"<sheetData>", 1)
        return start.replace(b"A1:K4", b"A1:XFD1048576") + b"<sheetData>" + rest

    begun = time.thread_time()
    assert len(read_staff_list(repacked(workbook, scratch, {SHEET: vast}), DAY).posts) == 3
    far = lambda data: data.replace(  # noqa: E731
        b"</sheetData>", b'<row r="1048576"><c r="XFD1048576" t="n"><v>1</v></c></row></sheetData>'
    )
    assert staff_or_refused(repacked(workbook, scratch, {SHEET: far})) is None
    assert time.thread_time() - begun < 30


def test_old_and_other_kinds_of_file_are_told_what_to_be(tmp_path: Path) -> None:
    """.xls, .ods, .pdf, a folder, nothing; a CSV file with semicolons; one in another encoding."""
    for name, data, why in (
        ("a.xls", b"\xd0\xcf\x11\xe0", "Save As"),
        ("a.ods", b"PK", "Save As"),
        ("a.xlsx", b"\xd0\xcf\x11\xe0 encrypted", "not encrypted"),
        ("a.csv", b"worker_id;grade;fte\n1;a;1\n", "commas between the columns"),
        ("b.csv", "worker_id,grade\n1,caf\u00e9\n".encode("cp1252"), "CSV UTF-8"),
        ("c.csv", b"", "a row of column names"),
    ):
        (tmp_path / name).write_bytes(data)
        with pytest.raises(ws.InputError, match=why):
            read_staff_list(tmp_path / name, DAY)
    (tmp_path / "folder.csv").mkdir()
    for path in (tmp_path / "folder.csv", tmp_path / "nowhere.csv"):
        with pytest.raises(ws.InputError, match="a file that can be read"):
            read_staff_list(path, DAY)


def test_without_openpyxl_excel_is_refused_with_what_to_install(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """It is an extra; CSV needs nothing."""
    monkeypatch.setitem(__import__("sys").modules, "openpyxl", None)
    (tmp_path / "s.xlsx").write_bytes(b"PK")
    with pytest.raises(ws.InputError, match=r"workforce_sim\[excel\]"):
        read_staff_list(tmp_path / "s.xlsx", DAY)


# -- size ---------------------------------------------------------------------------------------------------


def test_limits_are_met_by_rows_columns_and_cells(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One more than there may be of each."""
    monkeypatch.setattr(spreadsheet, "MOST_ROWS", 10)
    with pytest.raises(ws.InputError, match="at most 10 rows"):
        read_staff_list(write_csv(tmp_path / "s.csv", STAFF, [post(i) for i in range(10)]), DAY)
    wide = tmp_path / "wide.csv"
    wide.write_text("a," * 201 + "\n", "utf-8")
    with pytest.raises(ws.InputError, match="at most 200 columns"):
        read_staff_list(wide, DAY)
    with pytest.raises(ws.InputError, match="letters in a cell"):
        read_staff_list(write_csv(tmp_path / "s.csv", STAFF, [post(1, grade="a" * 1_001)]), DAY)


def test_hundred_megabytes_that_are_not_there_are_refused_at_once(tmp_path: Path) -> None:
    """By their size, before a byte is read."""
    for name in ("s.csv", "s.xlsx"):
        with open(tmp_path / name, "wb") as stream:
            stream.truncate(100_000_000)
        begun = time.thread_time()
        with pytest.raises(ws.InputError, match="100 MB"):
            read_staff_list(tmp_path / name, DAY)
        assert time.thread_time() - begun < 1


@pytest.mark.slow
def test_files_as_large_as_may_be_are_read_or_refused_in_time(tmp_path: Path) -> None:
    """100 MB of good rows are refused at once; 24 MB, of rows or of commas, within a minute."""
    line = (",".join(str(value) for value in post(1).values()) + "\n").encode()
    header = (",".join(STAFF) + "\n").encode()
    large, full, commas = (tmp_path / f"{name}.csv" for name in ("large", "full", "commas"))
    large.write_bytes(header + line * (100_000_000 // len(line)))
    full.write_bytes(header + line * (24_000_000 // len(line)))
    commas.write_bytes(b"," * 24_000_000)
    for file, most in ((large, 1), (full, 60), (commas, 60)):
        begun = time.thread_time()
        assert made_or_refused(lambda file=file: read_staff_list(file, DAY)) is None
        assert made_or_refused(lambda file=file: read_csww(file)) is None
        assert time.thread_time() - begun < most, file.name


@pytest.mark.slow
def test_a_workbook_as_large_as_may_be_is_read_or_refused_in_time(tmp_path: Path) -> None:
    """40,000 rows; rows of 900,000 and of three million cells."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(list(STAFF))
    for i in range(40_000):
        sheet.append(list(post(i, fte=1).values()))
    book.save(tmp_path / "long.xlsx")
    begun = time.thread_time()
    assert len(read_staff_list(tmp_path / "long.xlsx", DAY).posts) == 40_000
    assert time.thread_time() - begun < 90
    wide = write_excel(tmp_path / "wide.xlsx", STAFF, [post(1)])
    for number, why in ((900_000, "at most 200 columns"), (3_000_000, "half a million cells")):
        cells = b"<row>" + b"<c><v>1</v></c>" * number + b"</row></sheetData>"
        changes = {SHEET: lambda data, cells=cells: data.replace(b"</sheetData>", cells)}
        file = repacked(wide.read_bytes(), tmp_path, changes)
        begun = time.thread_time()
        with pytest.raises(ws.InputError, match=why):
            read_staff_list(file, DAY)
        assert time.thread_time() - begun < 60


# -- the published tables -----------------------------------------------------------------------------------


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(name=st.sampled_from(["b1.csv", "c1.csv", "c4.csv", "d3.csv"]), where=st.floats(0, 1), cell=CELLS)
def test_strange_children_in_need_tables_are_read_or_refused(
    name: str, where: float, cell: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Text put in anywhere: a table of numbers that are finite or missing, or an error."""
    folder = files_of_cin(tmp_path_factory.mktemp("cin"))
    text = (folder / name).read_text("utf-8-sig")
    at = int(where * len(text))
    with contextlib.suppress(UnicodeEncodeError):
        (folder / name).write_text(text[:at] + cell + text[at:], "utf-8")
    table = made_or_refused(lambda: read_cin(folder))
    if table is not None:
        file = write_csww(folder / "csww.csv", csww_row("Anytown"), csww_row("North"))
        made_or_refused(lambda: ws.Authority.from_csww(file, "Anytown", 2025, table))


NUMBERS = st.sampled_from(
    ["0", "0.4", "1", "7.5", "100", "1,000,000", "999999999999.9", "c", "u", "x", "low", ""]
)


@few
@given(
    column=st.sampled_from([name for name in csww_row("Anytown") if name.endswith(("_fte", "cases"))]),
    again=st.sampled_from([name for name in csww_row("Anytown") if name.endswith(("_fte", "cases"))]),
    cell=NUMBERS,
    other=NUMBERS,
)
def test_strange_counts_make_an_authority_or_are_refused(
    column: str, again: str, cell: str, other: str, scratch: Path
) -> None:
    """Nobody, parts of a person, more than there are people, symbols: in any two counts of a row."""
    rows = [csww_row("Anytown", **{column: cell, again: other}), csww_row("North")]
    file = write_csww(scratch / "csww.csv", *rows)
    made = made_or_refused(lambda: ws.Authority.from_csww(file, "Anytown"))
    if made is not None:
        assert made.case_holders_fte() >= 0
        made_or_refused(made.balanced) if made.open_children() < 20_000 else None
