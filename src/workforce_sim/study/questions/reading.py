"""Reading what planners write: the name of a measure, a date, and the sentence that states a target."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from workforce_sim.authority.calendar import MONTH_PATTERN, as_date, month_number
from workforce_sim.errors import InputError, Problem, nearest, shown
from workforce_sim.measures.paths import BY_NAME, MEASURES

#: Shown to whoever writes something else.
EXAMPLES = (
    "'average caseload below 16 by 2018-04-01', 'agency rate at most 10 by April 2018' or "
    "'caseload at least 2 lower than Do nothing by 2018'"
)
_DATE = (
    rf"\d{{4}}-\d{{1,2}}-\d{{1,2}}|\d{{4}}-\d{{1,2}}"
    rf"|(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?(?:{MONTH_PATTERN})\s+\d{{4}}|\d{{4}}"
)
_AT_END = re.compile(
    rf"[\s,]+(?:by|on|at|in|before|until)\s+(?:the\s+)?(?P<date>{_DATE})\s*\.?\s*$", re.IGNORECASE
)
_NUMBER = r"(?P<number>[-−]?£?\s*\d[\d,]*(?:\.\d+)?)\s*(?P<size>million\b|thousand\b|m\b|k\b)?"
_SIGN = r"(?P<percent>%|per\s?cent|percentage\s+points?|points?)?"

_UNIT = r"(?:\s+(?!(?:by|on|at|in|before|until)\b)[a-z/-]+)*"

# Longer wordings first: "not below" is not "below".
_LEVELS = (
    ("at_most", r"at most|no more than|not more than|not above|no higher than|not over|up to|<=|≤"),
    ("at_least", r"at least|no less than|not less than|no fewer than|not below|no lower than|not under|>=|≥"),
    ("below", r"below|under|less than|fewer than|lower than|<"),
    ("above", r"above|over|more than|greater than|higher than|exceeding|>"),
)
_BETWEEN = r"(?:is|are|be|to be|must be|should be|will be|of|by)?\s*"
_LOWER = {"lower": "lower_by", "less": "lower_by", "fewer": "lower_by", "below": "lower_by"}
_HIGHER = {"higher": "higher_by", "more": "higher_by", "greater": "higher_by", "above": "higher_by"}
_DIRECTIONS = _LOWER | _HIGHER
_COMPARED = re.compile(
    rf"^(?P<measure>.*?)\s+{_BETWEEN}(?:at least\s+)?{_NUMBER}\s*{_SIGN}"
    rf"(?:\s+[a-z]+){{0,3}}?\s+(?P<direction>{'|'.join(_DIRECTIONS)})(?:\s+than\s+(?P<than>.+?))?\s*$",
    re.IGNORECASE,
)
_OR = {"less": "at_most", "lower": "at_most", "fewer": "at_most", "below": "at_most"}
_OR |= {"more": "at_least", "higher": "at_least", "above": "at_least"}
_OR_SO = re.compile(
    rf"^(?P<measure>.*?)\s+{_BETWEEN}{_NUMBER}\s*{_SIGN}\s+or\s+(?P<direction>{'|'.join(_OR)})\s*$",
    re.IGNORECASE,
)
_COMPARED_BY = re.compile(
    rf"^(?P<measure>.*?)\s+{_BETWEEN}(?P<direction>{'|'.join(_DIRECTIONS)})\s+than\s+(?P<than>.+?)\s+"
    rf"by\s+(?:at least\s+)?{_NUMBER}\s*{_SIGN}(?:\s+or\s+more)?\s*$",
    re.IGNORECASE,
)
_VERB = re.compile(r"\s+(?:(?:must|should|will|to)\s+)?(?:is|are|be|stays?|falls?|rises?)\s*$", re.IGNORECASE)
_FIRST = "the first scenario"
_FILLERS = {"average", "mean", "the", "a", "an", "number", "of", "our", "total", "is", "are", "be", "to"}
_SAME = {"cases": "children", "case": "children", "holder": "holders", "rereferral": "rereferrals"}


def find_measure(name: object, problems: list[Problem]) -> str:
    """The measure of this name or label; adds a problem, and gives caseload, if there is none or several.

    Example:
        >>> [find_measure(name, []) for name in ("Average caseload", "turnover", "AGENCY RATE")]
        ['caseload', 'turnover_rate', 'agency_rate']
    """
    if isinstance(name, str):
        if name in BY_NAME:
            return name
        wanted = " ".join(_words(name))
        exact = [m.name for m in MEASURES if wanted in (" ".join(_words(m.name)), " ".join(_words(m.label)))]
        if exact:
            return exact[0]
        words = set(wanted.split())
        part = [m.name for m in MEASURES if words and any(words <= set(_words(t)) for t in (m.name, m.label))]
        if len(part) == 1:
            return part[0]
        if part:
            fix = f"write one of: {', '.join(part)}"
            problems.append(Problem("measure", shown(name), "one measure; several are meant by this", fix))
            return "caseload"
    known = {text.lower(): m.name for m in MEASURES for text in (m.label, m.name.replace("_", " "), m.name)}
    guess = nearest(name, list(known))
    listed = ", ".join(m.name for m in MEASURES[:12])
    fix = f"did you mean '{known[guess]}'?" if guess else f"such as: {listed}, ... (all are in result.data)"
    problems.append(Problem("measure", shown(name), "the name or the label of a measure", fix))
    return "caseload"


def _words(text: str) -> list[str]:
    """What a measure is told by: without capitals, fillers and the s of a plural."""
    cut = re.split(r"[^a-z0-9%£]+", text.lower().replace("-", ""))
    found = [_SAME.get(w, w) for w in cut if w and w not in _FILLERS]
    return [w[:-1] if w.endswith("s") and len(w) > 3 else w for w in found]


def date_of(value: object, path: str, problems: list[Problem]) -> dt.date | None:
    """A date from a date, or from text; a month is its first day, a year its first of January.

    Example:
        >>> [str(date_of(text, "by", [])) for text in ("2018", "April 2018", "2018-04", "1 apr 2018")]
        ['2018-01-01', '2018-04-01', '2018-04-01', '2018-04-01']
    """
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    found = as_date(value)
    if found is None and isinstance(value, str):
        found = _in_text(" ".join(value.lower().split()))
    if found is None:
        rule = "a date: a year, a month or a day"
        problems.append(Problem(path, shown(value), rule, "'2018-04-01', 'April 2018' or '2018'"))
    return found


def _in_text(text: str) -> dt.date | None:
    numbers = re.fullmatch(r"(\d{4})(?:-(\d{1,2}))?(?:-(\d{1,2}))?", text)
    words = re.fullmatch(
        rf"(?:(\d{{1,2}})(?:st|nd|rd|th)?\s+)?({MONTH_PATTERN})\s+(\d{{4}})", text, re.IGNORECASE
    )
    if numbers:
        year, month, day = (int(part) if part else 1 for part in numbers.groups())
    elif words:
        year, month, day = int(words[3]), month_number(words[2]), int(words[1] or 1)
    else:
        return None
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def read_target(text: object) -> dict[str, Any]:
    """The settings of the target that a sentence states, as :class:`Target` takes them.

    Raises:
        InputError: with everything that cannot be understood.

    Example:
        >>> read_target("average caseload below 16 by 2018-04-01")
        {'measure': 'caseload', 'below': 16.0, 'by': datetime.date(2018, 4, 1)}
    """
    if not isinstance(text, str) or not text.strip():
        raise InputError("the target", [Problem("target", shown(text), "a sentence or a Target", EXAMPLES)])
    problems: list[Problem] = []
    rest, when = text.strip(), None
    dated = _AT_END.search(rest)
    if dated:
        rest, when = rest[: dated.start()].rstrip(), date_of(dated["date"], "by", problems)
    elif re.search(
        r"\bby\s+(?!\d+(\.\d+)?\s*(%|per|or|points?)?\s*$)\S", rest, re.IGNORECASE
    ) and not _stated(rest):
        wrong = re.split(r"\bby\b", rest, flags=re.IGNORECASE)[-1].strip()
        problems.append(Problem("by", shown(wrong), "a date: a year, a month or a day", "by 2018-04-01"))
        rest = rest[: -len(wrong)].rstrip()[:-2].rstrip()
    found = _stated(rest)
    if found is None:
        rule = "a measure, a level (below, at most, ...; or lower or higher than a scenario) and a date"
        problems.append(Problem("target", shown(text, 100), rule, EXAMPLES))
        raise InputError("the target", problems)
    settings, percent = found
    settings["measure"] = find_measure(settings["measure"], problems)
    unit = BY_NAME[settings["measure"]].unit
    if percent and not unit.startswith("%") and not any(p.path == "measure" for p in problems):
        rule = f"a number of {unit}, not a percentage"
        fix = "state the level itself, such as 16, or the difference in that unit"
        problems.append(Problem("level", shown(rest, 100), rule, fix))
    if problems:
        raise InputError("the target", problems)
    return settings | ({"by": when} if when else {})


def _stated(text: str) -> tuple[dict[str, Any], bool] | None:
    """Measure and level of a sentence without its date, and whether the level is a percentage."""
    around = _OR_SO.match(text)
    if around:
        side = _OR[around["direction"].lower()]
        return {"measure": _named(around), side: _number(around)}, bool(around["percent"])
    compared = _COMPARED.match(text) or _COMPARED_BY.match(text)
    if compared:
        other = (compared["than"] or _FIRST).strip(" '\"“”‘’")
        than = {} if other == _FIRST else {"than": other}
        side = _DIRECTIONS[compared["direction"].lower()]
        return {"measure": _named(compared), side: _number(compared)} | than, bool(compared["percent"])
    for side, words in _LEVELS:
        edge = r"(?:^|(?<=[\s\w]))"
        pattern = rf"^(?P<measure>.*?){edge}\s*(?:{words})\s*{_NUMBER}\s*{_SIGN}{_UNIT}\s*$"
        match = re.match(pattern, text, re.IGNORECASE)
        if match and match["measure"].strip():
            return {"measure": _named(match), side: _number(match)}, bool(match["percent"])
    return None


def _named(match: re.Match[str]) -> str:
    return _VERB.sub("", match["measure"].strip())


def _number(match: re.Match[str]) -> float:
    digits = match["number"].replace(",", "").replace("£", "").replace("−", "-").replace(" ", "")
    size = {"m": 1e6, "million": 1e6, "k": 1e3, "thousand": 1e3, "": 1.0}[(match["size"] or "").lower()]
    return float(digits) * size
