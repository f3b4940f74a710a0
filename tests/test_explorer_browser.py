"""The explorer in a real browser: JupyterLab, a slider that is moved, and the numbers that the library gives.

As a script it measures what a planner waits for, with 200 posts and 100 worlds:

    python -m tests.test_explorer_browser [picture.png]
"""

import importlib.util
import json
import os
import random
import secrets
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import workforce_sim as ws
from workforce_sim.report.answer import answers

NEEDED = ("playwright", "jupyterlab", "ipywidgets")
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "chrome", "msedge")

# Notes when a slider is let go and when each picture is on the screen.
WATCH = """() => {
  window.released = 0; window.seen = [];
  for (const kind of ['pointerup', 'mouseup', 'keyup'])
    document.addEventListener(kind, () => { window.released = performance.now(); }, true);
  const note = () => {
    const figure = document.querySelector('figure[data-worlds]');
    if (!figure) return;
    const at = {...figure.dataset}, last = window.seen.at(-1);
    if (last && JSON.stringify(last.at) === JSON.stringify(at)) return;
    const entry = {at, seconds: null};
    window.seen.push(entry);
    requestAnimationFrame(() => requestAnimationFrame(() => { entry.now = performance.now(); }));
  };
  new MutationObserver(note).observe(document.body, {childList: true, subtree: true});
}"""


class Seen(NamedTuple):
    """A picture: seconds since the slider was let go, worlds it rests on, and where the sliders were."""

    seconds: float
    worlds: int
    posts: float
    pay: float


@contextmanager
def shared_luck_kept() -> Iterator[None]:
    """Playwright draws from the random numbers that the whole process shares; nothing else may notice."""
    state = random.getstate()
    try:
        yield
    finally:
        random.setstate(state)


def missing() -> str:
    """What is not installed, in words; nothing if all is there."""
    absent = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    absent += [] if any(map(shutil.which, BROWSERS)) else ["a Chromium"]
    return f"not installed: {', '.join(absent)}" if absent else ""


@contextmanager
def jupyterlab(folder: Path, code: str) -> Iterator[str]:
    """JupyterLab with one notebook of one cell; its address."""
    cell = {"cell_type": "code", "id": "one", "metadata": {}, "execution_count": None, "outputs": []}
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    notebook = {"cells": [cell | {"source": code}], "metadata": kernel, "nbformat": 4, "nbformat_minor": 5}
    (folder / "explorer.ipynb").write_text(json.dumps(notebook), encoding="utf-8")
    settings = folder / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    quiet = {"fetchNews": "false", "checkForUpdates": False}
    (settings / "notification.jupyterlab-settings").write_text(json.dumps(quiet), encoding="utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    token = secrets.token_hex(16)
    environment = os.environ | {
        "PYTHONPATH": str(Path(ws.__file__).parents[1]),
        "JUPYTER_CONFIG_DIR": str(folder / "config"),
        "JUPYTER_RUNTIME_DIR": str(folder / "runtime"),
        "JUPYTERLAB_SETTINGS_DIR": str(folder / "settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(folder / "workspaces"),
        "IPYTHONDIR": str(folder / "ipython"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--ServerApp.port_retries=0", f"--IdentityProvider.token={token}"]
    with (folder / "lab.log").open("wb") as log:
        lab = subprocess.Popen(
            [*command, f"--ServerApp.root_dir={folder}"], cwd=folder, env=environment, stdout=log, stderr=log
        )
    try:
        address = f"http://127.0.0.1:{port}"
        for _ in range(240):
            with suppress(OSError):
                urllib.request.urlopen(f"{address}/api?token={token}", timeout=5).close()
                break
            if lab.poll() is not None:
                break
            time.sleep(0.25)
        else:
            lab.kill()
        assert lab.poll() is None, (folder / "lab.log").read_text("utf-8", "replace")
        yield f"{address}/lab/tree/explorer.ipynb?token={token}"
    finally:
        lab.terminate()
        with suppress(subprocess.TimeoutExpired):
            lab.wait(10)
        lab.kill()


@contextmanager
def opened(folder: Path, code: str) -> Iterator[Any]:
    """The page of a notebook whose one cell has been run, its explorer there."""
    from playwright.sync_api import sync_playwright

    with jupyterlab(folder, code) as address, sync_playwright() as playwright:
        path = next(found for name in BROWSERS if (found := shutil.which(name)))
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1280, "height": 1200})
        page.set_default_timeout(45_000)
        page.goto(address)
        page.locator(".jp-CodeCell .cm-content").first.click()
        page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status='idle']")
        page.keyboard.press("Shift+Enter")
        page.wait_for_selector("figure[data-worlds]")
        page.evaluate(WATCH)
        yield page
        browser.close()


def slider(page: Any, label: str) -> Any:
    """A slider, by the label of the box above it."""
    return page.locator(".widget-vbox:has(> .widget-text)", has=page.get_by_label(label)).locator(
        ".noUi-target"
    )


def wait_for(page: Any, worlds: int, **amounts: float) -> None:
    """Until all worlds of a position are shown."""
    marks = "".join(f"[data-{name}='{amount:g}']" for name, amount in amounts.items())
    page.wait_for_selector(f"figure[data-worlds='{worlds}']{marks}", state="attached")
    page.get_by_text(f"All {worlds} worlds.").wait_for()


def shown_since(page: Any) -> list[Seen]:
    """What has been shown since the slider was let go; the last picture, at 0 s, if it was there by then."""
    page.wait_for_timeout(300)
    released, seen = page.evaluate("[window.released, window.seen]")
    since = [entry for entry in seen if entry["now"] > released] or [seen[-1] | {"now": released}]
    found = []
    for entry in since:
        worlds, posts, pay = (float(entry["at"][name]) for name in ("worlds", "posts", "pay"))
        found.append(Seen((entry["now"] - released) / 1000, int(worlds), posts, pay))
    return found


def drag(page: Any, label: str, share: float) -> None:
    """Drag a slider to a share of its length, in a few moves, and let go."""
    at = slider(page, label).locator(".noUi-handle").bounding_box()
    length = slider(page, label).bounding_box()
    x, y, end = at["x"] + at["width"] / 2, at["y"] + at["height"] / 2, length["x"] + share * length["width"]
    page.mouse.move(x, y)
    page.mouse.down()
    for i in range(1, 6):
        page.mouse.move(x + (end - x) * i / 5, y)
        page.wait_for_timeout(50)
    page.mouse.up()


def by_hand(start: str, years: float, seed: int, worlds: int, posts: int, pay: int) -> ws.Result:
    """The study that a position stands for, as a planner would write it."""
    policies = [ws.NewPosts(posts, start=start), ws.PayChange(pay, start=start)]
    scenarios = {"Do nothing": [], f"{posts} new posts and +{pay}% pay": policies}
    authority = ws.Authority.preset("england-2025")
    return ws.Study(authority, scenarios, start, years, seed, worlds).run(progress=False)


@pytest.mark.slow
@pytest.mark.skipif(bool(missing()), reason=missing() or "all is there")
def test_a_slider_that_is_moved_shows_the_numbers_of_the_study_by_hand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # a year and 20 worlds of the median authority; posts by dragging, pay by keyboard
    code = (
        "import workforce_sim as ws\n"
        "authority = ws.Authority.preset('england-2025')\n"
        "ws.explore(authority, '2025-10-01', years=1, seed=7, replications=20, look_ahead=0)"
    )
    with shared_luck_kept(), opened(tmp_path, code) as page:
        wait_for(page, 20, posts=0, pay=0)
        before = page.locator("figure[data-worlds] img").get_attribute("src")
        drag(page, "New posts (FTE)", 0.5)
        wait_for(page, 20, posts=20, pay=0)
        slider(page, "Pay rise (%)").locator(".noUi-handle").focus()
        page.keyboard.press("ArrowRight")
        wait_for(page, 20, posts=20, pay=1)
        seen = shown_since(page)
        after = page.locator("figure[data-worlds] img").get_attribute("src")
        alt = page.locator("figure[data-worlds] img").get_attribute("alt")
        words = page.locator(".workforce-sim-words").all_inner_texts()
        cells = page.locator(".workforce-sim-table tbody td").all_inner_texts()
        page.keyboard.press("ArrowLeft")  # seen before: in full at once
        wait_for(page, 20, posts=20, pay=0)
        again = shown_since(page)
    result = by_hand("2025-10-01", 1, 7, 20, posts=20, pay=1)
    (answer,) = answers(result, 12)
    waited = f"key to picture {seen[0].seconds:.2f} s ({seen[0].worlds} of 20 worlds)"
    with capsys.disabled():
        print(f"\n{waited}, seen before {again[0].seconds:.2f} s")
    assert words == [answer.lead, answer.detail]
    assert alt == result.plot("caseload").workforce_sim_alt  # type: ignore[attr-defined]
    gap = result.compare(measures="caseload").iloc[0]
    assert f"{abs(gap['difference']):.1f}" in cells[2]
    assert before != after
    assert [s.worlds for s in again] == [20]
    assert all(first.worlds < then.worlds for first, then in pairwise(seen))


def measure(picture: str | None) -> None:
    """What a planner waits for: 200 posts, three years, 100 worlds, processes warm, nothing looked ahead."""
    import tempfile

    code = (
        "import workforce_sim as ws\n"
        "authority = ws.Authority.preset('england-2025')\n"
        "ws.explore(authority, replications=100, look_ahead=0)"
    )
    with tempfile.TemporaryDirectory() as folder, opened(Path(folder), code) as page:
        page.set_default_timeout(300_000)
        wait_for(page, 100, posts=0)
        print("move               first picture         all 100 worlds")
        for share in (0.5, 0.75, 0.25, 0.5):
            drag(page, "New posts (FTE)", share)
            wait_for(page, 100, posts=40 * share)
            seen = shown_since(page)
            print(
                f"posts to {seen[-1].posts:2g}     {seen[0].seconds:5.2f} s, {seen[0].worlds:3d} worlds"
                f"      {seen[-1].seconds:6.2f} s, {seen[-1].worlds} worlds"
            )
        if picture:
            page.screenshot(path=picture)


if __name__ == "__main__":
    if missing():
        sys.exit(f"The explorer cannot be looked at in a browser: {missing()}.")
    measure(sys.argv[1] if len(sys.argv) > 1 else None)
