"""The report room: what charts say about themselves, and a page that states the answer and hides nothing."""

import datetime as dt
import re
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import matplotlib
import numpy as np
import pytest

import workforce_sim as ws
from workforce_sim.measures.paths import MEASURES
from workforce_sim.numbers import figure, plain, pounds
from workforce_sim.report.answer import answers, report_months
from workforce_sim.report.badge import badge
from workforce_sim.report.charts.difference import JOINT, difference_chart
from workforce_sim.report.charts.drift import drift_chart
from workforce_sim.report.charts.fan import BANDS, fan_chart
from workforce_sim.report.charts.posts import posts_chart
from workforce_sim.report.charts.style import BASELINE, LAYERS, LOOKS, Chart
from workforce_sim.report.printed.page import page

START = "2025-10-01"
HOSTILE = "<script>alert(1)</script>"
#: Fan, differences, posts; who holds how many; why the caseload changes; drift twice; one child.
PICTURES = 8
PLANS = {
    "Do nothing": [],
    "10 posts": [ws.NewPosts(10, start=START)],
    "5% pay": [ws.PayChange(percent=5, start="2026-01-01")],
}


def study(scenarios: dict, years: float = 1, replications: int = 10, **changes: object) -> ws.Result:
    authority = ws.Authority.preset("england-2025").with_changes(**changes)
    made = ws.Study(authority, scenarios, start=START, years=years, seed=3, replications=replications)
    return made.run(progress=False, processes=1)


@pytest.fixture(scope="module")
def result() -> ws.Result:
    return study(PLANS)


@pytest.fixture(scope="module")
def html(result: ws.Result) -> str:
    return page(result)


@pytest.fixture
def undrawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Charts are made but not painted, where a test is about words: painting takes most of the time."""
    monkeypatch.setattr(Chart, "png", lambda chart: f"{chart.workforce_sim_alt} unpainted".encode())


class Page(HTMLParser):
    """What a reader meets, in order: tags with their attributes, and the text of every paragraph."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def all(self, *tags: str) -> list[tuple[str, dict[str, str | None]]]:
        return [found for found in self.tags if found[0] in tags]


def words_on(figure: matplotlib.figure.Figure) -> str:
    found = [artist.get_text() for artist in figure.findobj(matplotlib.text.Text)]
    return " ".join(" ".join(found).split())


# -- charts -----------------------------------------------------------------------------------


@pytest.mark.parametrize("narrow", [False, True])
def test_a_fan_chart_says_what_its_bands_are(result: ws.Result, narrow: bool) -> None:
    said = words_on(fan_chart(result, "caseload", narrow=narrow))
    assert f"{BANDS} {badge(['caseload'], 1)}" in said
    assert "Dark band: half of the simulated worlds; light band: nine in ten" in said
    assert "Chance only: assumptions held fixed." in said
    assert "children per case-holder FTE" in said
    for name in result.scenarios:
        assert name in said


def test_a_fan_chart_draws_the_quantiles(result: ws.Result) -> None:
    (panel,) = fan_chart(result, "caseload", ["10 posts"]).axes
    samples = result.samples("caseload", "10 posts")
    assert panel.lines[0].get_ydata()[-1] == pytest.approx(np.median(samples[:, -1]))
    light, dark = (c.get_paths()[0].vertices[:, 1] for c in panel.collections[:2])
    assert light.max() == pytest.approx(np.quantile(samples, 0.95, axis=0).max())
    assert dark.min() == pytest.approx(np.quantile(samples, 0.25, axis=0).min())


def test_three_scenarios_have_a_panel_each_on_one_axis(result: ws.Result) -> None:
    panels = [p for p in fan_chart(result, "caseload").axes if p.get_visible()]
    assert len(panels) == 3
    assert len({p.get_ylim() for p in panels}) == 1
    assert panels[0].get_ylim()[0] == 0
    assert len(fan_chart(result, "caseload", result.scenarios[:2]).axes) == 1


def test_the_start_of_each_policy_is_marked(result: ws.Result) -> None:
    said = words_on(fan_chart(result, "caseload"))
    assert "1 = 10 new posts, from 1 October 2025; 2 = +5% pay, from 1 January 2026" in said
    panel = fan_chart(result, "caseload").axes[2]
    (mark,) = [line for line in panel.lines if len(line.get_xdata()) == 2]
    assert mark.get_xdata()[0] == matplotlib.dates.date2num(dt.date(2026, 1, 1))


def test_a_difference_chart_says_what_its_band_is_and_draws_it(result: ws.Result) -> None:
    chart = difference_chart(result, "caseload")
    said = words_on(chart)
    assert JOINT in said
    assert "difference from “Do nothing”" in said
    (panel,) = chart.axes
    mean, low, high = result.difference("caseload", "10 posts")
    band = panel.collections[0].get_paths()[0].vertices[:, 1]
    assert band.min() == pytest.approx(low.min())
    assert band.max() == pytest.approx(high.max())
    assert panel.get_ylim()[0] < 0 < panel.get_ylim()[1]
    assert plain(mean[-1], 1) in said


def test_layers_of_the_posts_chart_add_up_to_the_posts(result: ws.Result) -> None:
    chart = posts_chart(result, "10 posts")
    (panel,) = chart.axes
    tops = [layer.get_paths()[0].vertices[:, 1].max() for layer in panel.collections]
    assert tops[-1] == pytest.approx(result.samples("posts_fte", "10 posts").mean(axis=0).max())
    assert panel.get_ylim()[0] == 0
    said = words_on(chart)
    for label in ("permanent workers", "covered by agency", "empty posts", "Posts are not people", "FTE"):
        assert label in said


@pytest.mark.parametrize("draw", [fan_chart, difference_chart, posts_chart, drift_chart])
def test_charts_show_nothing_save_nothing_and_leave_settings_alone(
    draw: object, result: ws.Result, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import matplotlib.pyplot as plt

    monkeypatch.chdir(tmp_path)
    before, open_figures = dict(matplotlib.rcParams), plt.get_fignums()
    chart = draw(result)  # type: ignore[operator]
    assert isinstance(chart, matplotlib.figure.Figure)
    assert chart.png() == draw(result).png()  # type: ignore[operator]
    assert dict(matplotlib.rcParams) == before
    assert plt.get_fignums() == open_figures
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("measure", [m.name for m in MEASURES])
def test_every_measure_can_be_drawn(result: ws.Result, measure: str) -> None:
    assert fan_chart(result, measure).workforce_sim_alt
    assert difference_chart(result, measure).workforce_sim_alt


@pytest.mark.parametrize("measure", ["turnover_rate", "cost_gbp", "workers_per_child"])
def test_measures_that_are_not_there_from_the_start_are_drawn(result: ws.Result, measure: str) -> None:
    assert fan_chart(result, measure, narrow=True).png().startswith(b"\x89PNG")
    assert difference_chart(result, measure).png().startswith(b"\x89PNG")


def test_alternative_texts_have_the_numbers(result: ws.Result) -> None:
    middle = np.median(result.samples("caseload", "10 posts")[:, -1])
    assert plain(middle, 1) in fan_chart(result, "caseload").workforce_sim_alt
    mean, low, high = (path[-1] for path in result.difference("caseload", "10 posts"))
    said = difference_chart(result, "caseload").workforce_sim_alt
    assert f"{plain(mean, 1)} in October 2026 (95% interval {plain(low, 1)} to {plain(high, 1)})" in said
    permanent = result.samples("in_post_fte", "5% pay")[:, -1].mean()
    assert f"{plain(permanent, 0)} have a permanent worker" in posts_chart(result).workforce_sim_alt


def test_nothing_to_compare_is_said_so() -> None:
    with pytest.raises(ws.InputError, match="two or more scenarios"):
        difference_chart(study({"Do nothing": []}, years=0.25))


def test_no_two_looks_are_alike_without_colour() -> None:
    looks = [BASELINE, *LOOKS]
    assert len({str(look.line) for look in looks}) == len(looks)
    assert len({look.marker for look in looks}) == len(looks)
    greys = [np.dot(matplotlib.colors.to_rgb(colour), [0.299, 0.587, 0.114]) for colour, _ in LAYERS]
    assert np.diff(greys).min() > 0.2


# -- the page ---------------------------------------------------------------------------------


def first_paragraph(html: str) -> str:
    (found, *_) = re.findall(r"<p class=\"lead\">(.*?)</p>", html, flags=re.DOTALL)
    return str(found)


def test_the_first_paragraph_is_the_answer_with_its_numbers(result: ws.Result, html: str) -> None:
    said, last = first_paragraph(html), result.months()
    level = result.table(at=[last])["mean"]
    load = result.compare("10 posts", measures="caseload", at=report_months(result)).iloc[-1]
    cost = result.compare("10 posts", measures="cost_to_date_gbp", at=report_months(result)).iloc[-1]
    assert said.startswith("In 10 simulated futures of Median authority, England 2025, “10 posts”")
    assert "after one year" in said
    for name in ("10 posts", "Do nothing"):
        assert plain(level["caseload", name, last], 1) in said
    fewer = f"{plain(-load['difference'], 1)} fewer (95% interval {plain(-load['high'], 1)} to "
    assert fewer + plain(-load["low"], 1) in said
    assert f"{pounds(cost['difference'], -3)} more over the year" in said
    assert f"{pounds(cost['low'], -3)} to {pounds(cost['high'], -3)}" in said
    gain = (result.samples("caseload", "10 posts") < result.samples("caseload", "Do nothing"))[:, last]
    assert f"lower in {gain.sum()} of 10 worlds" in said


def test_agency_is_told_by_number_and_by_share(result: ws.Result) -> None:
    said = answers(result, result.months())[0].detail
    level = result.table(at=[result.months()])["mean"]
    for measure in ("agency_fte", "agency_rate"):
        for name in ("10 posts", "Do nothing"):
            assert figure(measure, level[measure, name, result.months()], 1) in said
    assert "agency workers (full-time equivalent)" in said
    assert "share of all workers" in said


def test_the_page_says_when_plans_cannot_be_told_apart(result: ws.Result) -> None:
    for name, answer in zip(result.scenarios[1:], answers(result, result.months()), strict=True):
        verdict = result.compare(name, measures="caseload")["verdict"].iloc[-1]
        assert ("cannot be told apart" in answer.lead) == (verdict == "cannot be told apart")


def test_every_number_of_the_tables_is_there(result: ws.Result, html: str) -> None:
    text = " ".join(Page(html).words)
    for (measure, _, _), row in result.table().iterrows():
        near = [figure(measure, row["mean"], places) for places in (-4, -3, -2, -1, 0, 1, 2)]
        assert any(number in text for number in near), (measure, row["mean"])


def test_the_whole_register_and_all_that_is_left_out_are_there(result: ws.Result, html: str) -> None:
    text = " ".join(" ".join(Page(html).words).split())
    register = result.authority.assumptions()
    assert all(" ".join(str(source).split()) in text for source in register["source"])
    weak = [int((register["evidence"] == kind).sum()) for kind in ("assumption", "memory")]
    assert f"{len(register)} settings, weakest evidence first: {weak[0]} are assumptions" in text
    assert f"{weak[1]} are from memory" in text
    kinds = [text.index(f"{kind.capitalize()} (") for kind in ("assumption", "memory", "derived", "read")]
    assert kinds == sorted(kinds)
    for gap in (
        "What waiting does",
        "Supervision by a guess",
        "No ordinary absence",
        "Thresholds",
        "chance only",
        "ot back-tested",
    ):
        assert gap in text
    for line in (line for lines in result.interventions.values() for line in lines):
        assert line in text


def test_nothing_is_fetched_or_run(html: str) -> None:
    assert "<script" not in html.lower()
    for tag, attributes in Page(html).tags:
        for name, value in attributes.items():
            assert not name.startswith("on"), tag
            if name in ("src", "href", "srcset", "action", "poster", "data"):
                assert value is not None
                assert value.startswith(("data:image/png;base64,", "#")), (tag, name, value[:40])
    assert "@import" not in html
    assert "url(" not in html


def test_the_page_can_be_read_without_seeing_it(html: str) -> None:
    found = Page(html)
    assert found.all("html")[0][1]["lang"] == "en-GB"
    levels = [int(tag[1]) for tag, _ in found.all("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in pairwise(levels))
    images = found.all("img")
    assert [a["class"] for _, a in images] == ["wide", "narrow"] * PICTURES  # paper and desks, telephones
    assert all(len(attributes["alt"] or "") > 80 for _, attributes in images)
    assert all("scope" in attributes for _, attributes in found.all("th"))
    assert len(found.all("caption")) == len(found.all("table"))
    ids = [attributes["id"] for _, attributes in found.tags if "id" in attributes]
    named = [a["aria-labelledby"] for _, a in found.tags if "aria-labelledby" in a]
    assert set(named) <= set(ids)
    assert len(ids) == len(set(ids))


@pytest.mark.usefixtures("undrawn")
@pytest.mark.filterwarnings("ignore::workforce_sim.FewRunsWarning")
def test_hostile_names_are_text() -> None:
    names = [HOSTILE, '"><img src=http://x.test onerror=alert(1)> {{ 7*7 }} $\\frac{1}{0}$', "_x'); --"]
    scenarios = dict(zip(names, PLANS.values(), strict=True))
    found = page(study(scenarios, years=0.25, replications=2, name=f"{HOSTILE} & Co", note="<b>{{ 1 }}</b>"))
    assert "<script" not in found
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; Co" in found
    assert "{{ 7*7 }}" in found
    assert len(Page(found).all("img")) == 2 * PICTURES
    assert not Page(found).all("b")
    assert all(name in " ".join(Page(found).words) for name in names)


@pytest.mark.usefixtures("undrawn")
@pytest.mark.filterwarnings("ignore::workforce_sim.FewRunsWarning")
@pytest.mark.parametrize(
    ("scenarios", "years", "replications"),
    [
        ({"Do nothing": []}, 1, 10),
        ({"Do nothing": []}, 0.5, 1),
        ({"Do nothing": [], "10 posts": [ws.NewPosts(10, start=START)]}, 0.5, 2),
        ({"Do nothing": [], "Also nothing": []}, 1.5, 1),
    ],
)
def test_small_studies_have_a_page(scenarios: dict, years: float, replications: int) -> None:
    result = study(scenarios, years, replications)
    found = page(result)
    text = " ".join(Page(found).words)
    assert not re.search(r"\bnan\b|\binf\b", text)
    charts = PICTURES - 1 - (len(scenarios) == 1)
    assert len(Page(found).all("img")) == 2 * (charts + ("One child’s" in text))
    if replications == 1:
        assert "1 simulated future of" in text
        assert "95% interval 1" not in text
    if len(scenarios) == 1:
        assert "nothing to compare it with" in text
        assert "The differences" not in text
    if "Also nothing" in scenarios:
        assert "makes no difference" in text
        assert report_months(result) == [12, 18]


def rows_of(html: str) -> list[str]:
    return re.findall(r'<th class="group" scope="rowgroup" colspan="\d+">([^<]*) <span>', html)


def test_what_a_director_asks_for_is_in_both_tables(result: ws.Result, html: str) -> None:
    groups = rows_of(html.partition('<h2 id="assumptions">')[0])
    for label in ("Assessments in time", "Re-referrals, last 12 months", "Children in limbo"):
        assert groups.count(label) == 2
    assert groups.count("Three workers or more, last 12 months") == 2


@pytest.mark.usefixtures("undrawn")
def test_measures_that_a_service_lacks_are_left_out() -> None:
    plans = {"Do nothing": [], "10 posts": [ws.NewPosts(10, start=START)]}
    result = study(plans, pathway=None)
    assert np.isnan(result.samples("assessments_in_time_rate", "10 posts")).all()
    html = page(result)
    text = " ".join(Page(html).words)
    assert "Assessments in time" not in text
    assert "Re-referrals" not in text
    assert "Three workers or more" in text
    assert "One stage of casework" in text
    assert not re.search(r"\bnan\b|\binf\b", text)
    assert "no values in this study" in words_on(fan_chart(result, "assessments_in_time_rate"))
    first_year = rows_of(page(study(plans, years=0.5)))
    assert "Turnover, last 12 months" not in first_year
    assert "Assessments in time" in first_year


def test_a_report_is_written_whole_or_not_at_all(result: ws.Result, html: str, tmp_path: Path) -> None:
    with pytest.raises(ws.InputError, match="folder"):
        result.report(tmp_path / "missing" / "page.html")
    assert list(tmp_path.iterdir()) == []
    made = result.report(tmp_path / "page.html").read_text("utf-8")
    assert made == html, "the same result gives the same page, byte for byte"
    assert [file.name for file in tmp_path.iterdir()] == ["page.html"]


def test_the_lines_that_run_it_again_are_python(result: ws.Result, html: str) -> None:
    import html as entities

    run = html.partition('<h2 id="run">')[2].partition("</section>")[0]
    (code,) = re.findall(r"<pre[^>]*><code>(.*?)</code></pre>", run, flags=re.DOTALL)
    lines, last = entities.unescape(code).rsplit("\n", 1)
    assert last == 'study.run().report("page.html")'
    made: dict[str, ws.Study] = {}
    exec(lines, made)
    assert made["study"].plan == result.plan
    assert made["study"].replications == result.replications
