"""A bundle proves its numbers, says what differs, and is read without trust."""

import json
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.studies.own import POST, START, Watching, study
from workforce_sim import InputError, Result, verify
from workforce_sim.study import bundle as bundles
from workforce_sim.study.bundle import bundle_bytes, read_bundle
from workforce_sim.study.world_file import as_bytes, from_bytes


@pytest.fixture(scope="module")
def result() -> Result:
    return study(10).run(progress=False, processes=1)


@pytest.fixture(scope="module")
def honest(result, tmp_path_factory) -> Path:
    return result.bundle(tmp_path_factory.mktemp("bundle") / "bid.zip", report=False)


def parts(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def forged(path: Path, files: dict[str, bytes], *, with_manifest: bool = True) -> Path:
    """A bundle of these files, by somebody who knows how to write a manifest."""
    import hashlib

    if with_manifest:
        digests = {n: hashlib.sha256(d).hexdigest() for n, d in files.items() if n != "manifest.json"}
        manifest = {"format": bundles.FORMAT, "files": digests}
        files = files | {"manifest.json": json.dumps(manifest).encode()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def test_an_honest_bundle_holds(honest) -> None:
    found = verify(honest)
    assert found
    assert found.worlds == (20, 20)
    assert (found.findings, found.differs) == ((), ())
    assert str(found).startswith("The printed numbers hold.\n20 of 20 worlds were run again")


def test_with_the_page_it_holds_too(result, tmp_path) -> None:
    path = result.bundle(tmp_path / "bid.zip")
    assert b"<html" in parts(path)["report.html"]
    assert verify(path, seconds=0.0).worlds[0] == 2, "one world of each scenario in any case"


def test_it_says_what_is_in_it(honest, result) -> None:
    inside = parts(honest)
    assert set(inside) == {
        *("README.txt", "study.toml", "inputs.json", "versions.json", "manifest.json"),
        *("table.csv", "compare.csv", "worlds/0.worlds", "worlds/1.worlds"),
    }
    readme = inside["README.txt"].decode()
    assert all(name in readme for name in ("study.toml", "table.csv", "verify", "seed 1"))
    assert '"numpy"' in inside["versions.json"].decode()


def test_the_same_result_gives_the_same_bytes(result) -> None:
    assert bundle_bytes(result, report=False) == bundle_bytes(result, report=False)


def test_a_printed_number_that_was_changed_is_found(honest, tmp_path) -> None:
    inside = parts(honest)
    line = inside["table.csv"].split(b"\n")[1]
    numbers = line.split(b",")
    numbers[3] = b"%.6f" % (float(numbers[3]) * 1.001)
    inside["table.csv"] = inside["table.csv"].replace(line, b",".join(numbers))
    plain = verify(forged(tmp_path / "plain.zip", inside, with_manifest=False), seconds=0.0)
    assert "table.csv is not what was written into the bundle." in plain.findings
    clever = verify(forged(tmp_path / "clever.zip", inside), seconds=0.0)
    assert clever.findings == ("table.csv does not follow from the worlds in the bundle.",)
    assert not clever
    assert "NOT hold" in str(clever)


def test_worlds_that_were_changed_are_found(honest, tmp_path) -> None:
    """Everything fits, digests and tables too: only running them again shows it."""
    inside = parts(honest)
    better = from_bytes(inside["worlds/1.worlds"])
    better.values[:, 0] -= 0.5
    inside["worlds/1.worlds"] = as_bytes(better)
    plan = study(10).plan
    values = np.stack([from_bytes(inside[f"worlds/{i}.worlds"]).values for i in range(2)])
    lie = Result.of(plan, values, seconds=0.0)
    inside |= {name: text.encode() for name, text in bundles.tables(lie).items()}
    found = verify(forged(tmp_path / "lie.zip", inside), seconds=0.0)
    assert not found
    assert any("of '1 post' differs: Average caseload in month" in said for said in found.findings)


def test_rounding_of_another_machine_is_told_from_another_number(honest, tmp_path, monkeypatch) -> None:
    from workforce_sim.study.arm import Arm

    measure = Arm.measure
    for factor, holds in ((1 + 1e-13, True), (1 + 1e-6, False)):
        with monkeypatch.context() as patch:
            patch.setattr(Arm, "measure", lambda arm, r, factor=factor: measure(arm, r) * factor)
            found = verify(honest, seconds=0.0)
        assert bool(found) is holds
        assert ("another machine's rounding" in str(found)) is holds


def test_other_versions_and_inputs_are_named(honest, tmp_path) -> None:
    inside = parts(honest)
    versions = json.loads(inside["versions.json"])
    versions |= {"numpy": "1.0", "files": versions["files"] | {"casework/desk.py": "0", "old.py": "1"}}
    inside["versions.json"] = json.dumps(versions).encode()
    inside["study.toml"] = inside["study.toml"].replace(b"number = 1,", b"number = 2,")
    inside["study.toml"] = inside["study.toml"].replace(
        b"case_hours_per_day = 4.0", b"case_hours_per_day = 4.5"
    )
    found = verify(forged(tmp_path / "other.zip", inside), seconds=0.0)
    said = "\n".join(found.differs)
    assert "numpy" in said
    assert "2 files of the library that decide numbers: casework/desk.py, old.py" in said
    assert "scenario '1 post': policy 1:" in said
    assert "scenario 'Do nothing': authority:" in said
    assert "case_hours_per_day = 4.5" in said
    assert not found
    assert "What is not as it was:" in str(found)


def test_policies_of_ones_own_need_the_study(tmp_path) -> None:
    one = study(10, scenarios={"own": [Watching(start=START)]})
    path = one.run(progress=False, processes=1).bundle(tmp_path / "own.zip", report=False)
    assert "study.toml" not in parts(path)
    with pytest.raises(InputError, match=r"verify\('bid\.zip', study=study\)"):
        verify(path)
    assert verify(path, one, seconds=0.0)
    assert not verify(path, study(10, scenarios={"own": [POST]}), seconds=0.0)
    assert not verify(path, study(10), seconds=0.0), "other scenarios"


def test_what_cannot_be_known_again_cannot_be_bundled(tmp_path) -> None:
    own = {"own": [lambda env, service, held=[1]: None]}
    result = study(10, scenarios=own).run(progress=False, processes=1)
    with pytest.raises(InputError, match="known again another time"):
        result.bundle(tmp_path / "own.zip")
    with pytest.raises(InputError, match="make the folder"):
        result.bundle(tmp_path / "nowhere" / "own.zip")


# -- files of others --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/passwd", "worlds/../x.worlds", "C:\\x", "more.txt", "worlds/0.worlds.py"]
)
def test_other_names_are_refused(honest, tmp_path, name) -> None:
    path = forged(tmp_path / "bid.zip", parts(honest) | {name: b"x"})
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(InputError, match="which no bundle does"):
        verify(path)
    assert sorted(tmp_path.rglob("*")) == before, "nothing is written out"


def test_a_name_that_is_there_twice_is_refused(honest, tmp_path) -> None:
    path = tmp_path / "bid.zip"
    path.write_bytes(honest.read_bytes())
    with zipfile.ZipFile(path, "a") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("table.csv", "x")
    with pytest.raises(InputError, match="which no bundle does"):
        verify(path)


def test_a_file_that_swells_is_refused(honest, tmp_path, monkeypatch) -> None:
    """What the archive says of the size of its files is not believed."""
    monkeypatch.setattr(bundles, "LARGEST", 3_000_000)
    with zipfile.ZipFile(tmp_path / "bomb.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("table.csv", b"0" * 10_000_000)
    with pytest.raises(InputError, match="it holds more than 3 megabytes"):
        verify(tmp_path / "bomb.zip")


def test_too_many_worlds_to_bundle_is_said(result, monkeypatch) -> None:
    monkeypatch.setattr(bundles, "LARGEST", 1000)
    with pytest.raises(InputError, match="bundle fewer worlds"):
        bundle_bytes(result, report=False)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("manifest.json", b"[]"),
        ("manifest.json", b'{"format": "workforce_sim bundle 9", "files": {}}'),
        ("manifest.json", b"[" * 100_000),
        ("inputs.json", b"{}"),
        ("inputs.json", b'{"x": {"key": 3, "inputs": []}}'),
        ("inputs.json", b"\xff"),
        ("versions.json", b"3"),
        ("worlds/0.worlds", b""),
        ("worlds/1.worlds", b"{}\n"),
        ("study.toml", b"x = ["),
        ("study.toml", b'authority = "/etc/passwd.toml"'),
        ("study.toml", b'folder = "/tmp/x"'),
        ("study.toml", b""),
    ],
)
def test_parts_that_are_not_what_they_should_be_are_refused(honest, tmp_path, name, data) -> None:
    files = parts(honest) | {name: data}
    with pytest.raises(InputError):
        verify(forged(tmp_path / "bid.zip", files, with_manifest=name != "manifest.json"))


@pytest.mark.parametrize("data", [b"", b"PK", b"not a zip file" * 100])
def test_what_is_no_zip_file_is_refused(tmp_path, data) -> None:
    (tmp_path / "bid.zip").write_bytes(data)
    for path in (tmp_path / "bid.zip", tmp_path, tmp_path / "nowhere.zip", 3):
        with pytest.raises(InputError):
            verify(path)


@settings(max_examples=200)
@given(st.data())
def test_damaged_bundles_are_refused_or_seen(honest, tmp_path_factory, data) -> None:
    """Bytes changed, cut or added anywhere: never another error, and never unseen in a file of the bundle."""
    whole = bytearray(honest.read_bytes())
    place = data.draw(st.integers(0, len(whole) - 1))
    change = data.draw(st.sampled_from(["flip", "cut", "drop"]))
    if change == "flip":
        whole[place] ^= data.draw(st.integers(1, 255))
    else:
        del whole[place : None if change == "cut" else place + data.draw(st.integers(1, 50))]
    path = tmp_path_factory.mktemp("fuzz") / "bid.zip"
    path.write_bytes(whole)
    try:
        contents = read_bundle(path)
    except InputError:
        return
    assert contents.changed or inside(contents) == inside(read_bundle(honest))


def inside(contents: bundles.Contents) -> object:
    return contents.texts, [as_bytes(world) for world in contents.worlds]
