"""The page in a real browser: no finding of axe at any width or on paper, nothing fetched, no scripts.

Runs where there are a Chromium, Playwright for Python and a copy of axe-core (its ``axe.min.js``, named by
the variable AXE_CORE); nothing of these comes with the library.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Any

import pytest

import workforce_sim as ws
from tests.test_report import HOSTILE, PLANS, study

pytestmark = pytest.mark.slow

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
AXE = Path(os.environ.get("AXE_CORE", "axe.min.js"))

#: Width and height in pixels of a desk, a telephone and A4 paper (96 to the inch), and the medium.
SIZES = {"desk": (1200, 900, "screen"), "telephone": (400, 800, "screen"), "A4": (794, 1123, "print")}


@pytest.fixture(scope="module")
def browser() -> Any:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright for Python is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium on this machine")
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    plans = {HOSTILE: [], **{name: listed for name, listed in PLANS.items() if listed}}
    result: ws.Result = study(plans)
    claim = result.claim("average caseload below 15", "10 posts")
    return result.report(tmp_path_factory.mktemp("page") / "bid.html", answers=[claim])


@pytest.mark.parametrize("size", SIZES)
def test_the_page_has_no_serious_barrier(browser: Any, file: Path, size: str) -> None:
    """Everything unfolded, so that all of it is looked at."""
    if not AXE.is_file():
        pytest.skip("there is no axe-core here: npm install axe-core, then AXE_CORE=.../axe.min.js")
    width, height, medium = SIZES[size]
    context = browser.new_context(viewport={"width": width, "height": height}, bypass_csp=True, offline=True)
    opened = context.new_page()
    opened.emulate_media(media=medium)
    opened.goto(file.as_uri())
    opened.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    opened.evaluate(AXE.read_text("utf-8"))
    found = opened.evaluate("axe.run(document)")
    context.close()
    assert len(found["passes"]) > 20, "axe has looked at the page"
    assert [(v["id"], v["impact"], v["nodes"][0]["html"]) for v in found["violations"]] == []


@pytest.mark.parametrize("size", SIZES)
def test_the_page_fits_and_asks_for_nothing(browser: Any, file: Path, size: str) -> None:
    """From a file, without a network and without scripts; no need to scroll sideways."""
    width, height, medium = SIZES[size]
    context = browser.new_context(
        viewport={"width": width, "height": height}, offline=True, java_script_enabled=False
    )
    opened = context.new_page()
    asked: list[str] = []
    said: list[str] = []
    opened.on("request", lambda request: asked.append(request.url))
    opened.on("console", lambda message: said.append(message.text))
    opened.emulate_media(media=medium)
    opened.goto(file.as_uri())
    assert HOSTILE in opened.inner_text("main")
    assert opened.locator("h1").count() == 1
    body = opened.locator("main").bounding_box()
    assert body["width"] <= width
    shown = [image for image in opened.locator("img").all() if image.is_visible()]
    boxes = [image.bounding_box() for image in shown]
    assert len(shown) == 9, "eight charts and that of the claim, each once"
    assert all(box["x"] >= 0 and box["x"] + box["width"] <= width for box in boxes)
    context.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert said == []


def test_a_keyboard_reaches_what_is_folded(browser: Any, file: Path) -> None:
    context = browser.new_context(viewport={"width": 1200, "height": 900}, offline=True)
    opened = context.new_page()
    opened.goto(file.as_uri())
    for _ in range(80):
        opened.keyboard.press("Tab")
        if opened.evaluate("document.activeElement.tagName") == "SUMMARY":
            break
    else:
        pytest.fail("no summary was reached by the Tab key")
    opened.keyboard.press("Enter")
    assert opened.evaluate("document.activeElement.parentElement.open")
    context.close()


def test_the_page_prints_on_paper(browser: Any, file: Path) -> None:
    context = browser.new_context(offline=True)
    opened = context.new_page()
    opened.goto(file.as_uri())
    printed = opened.pdf(prefer_css_page_size=True)
    context.close()
    assert printed.startswith(b"%PDF")
    assert b"/MediaBox [0 0 594.9" in printed or b"/MediaBox [0 0 595" in printed, "A4"
