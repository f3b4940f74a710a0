"""What the cases expect is what theory says: their numbers, worked out once more from the formulas."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import pytest
from scipy.integrate import quad, solve_ivp
from scipy.linalg import expm
from scipy.special import gamma, roots_genlaguerre
from scipy.stats import binom, nbinom, poisson

from tests.validation import agency, careers, handovers, scenarios, turnover
from tests.validation.registry import cases
from tests.validation.staff import WEEKS

Floats = npt.NDArray[np.float64]


def expected(case: str) -> list[Floats]:
    """The values of the lines of a case, in their order."""
    return [np.atleast_1d(np.asarray(line.value, dtype=float)) for line in cases()[case].expected]


def falling(ratios: list[float]) -> Floats:
    """The law of a birth and death chain from the ratios of neighbours."""
    weights = np.cumprod([1.0, *ratios])
    return weights / weights.sum()


def test_a_shared_day() -> None:
    """V12: geometric law and moments at 80%; V14 and V15: the laws with an attention limit."""
    caseload, shares, per_work, weeks, variance, scv = expected("V12")
    assert shares == pytest.approx([0.2 * 0.8**n for n in range(6)])
    assert [*caseload, *per_work, *weeks] == pytest.approx([4, 5, 5])
    assert [*variance, *scv] == pytest.approx([2.8 / 1.2 / 0.04, 2.8 / 1.2])
    shares, caseload = expected("V14")
    p = falling([10 / 12 / min(k, 3) for k in range(1, 80)])
    assert shares == pytest.approx(p[:9], rel=1e-12)
    assert caseload == pytest.approx(p @ np.arange(80), rel=1e-12)
    p = falling([0.9 / min(k / 12, 1) for k in range(1, 900)])
    mean = p @ np.arange(900)
    above, few = p[13:].sum(), p[:7].sum()
    theory = [mean, above, few, mean / 0.9, mean / 0.9 / 12, mean / 1.8]
    assert np.concatenate(expected("V15")) == pytest.approx(theory)


def test_allocation() -> None:
    """V04: Cobham and Kleinrock; V16: geometric caseloads at 85%."""
    assert np.concatenate(expected("V04")) == pytest.approx([0.8 / 0.8 + 1, 0.8 / 0.16 + 1, 0.8 * 0.8 / 0.2])
    one = 0.85 / 0.15
    assert np.concatenate(expected("V16")) == pytest.approx([one, 8 * one, one / 0.15, 0.85**16, 0])


def test_vacancies() -> None:
    """V20: binomial; V21, V40: two-state posts; V22: machine repair."""
    share = 20 / 270
    rate, vacant = WEEKS * (1 - share) / 250, 80 * share
    theory = [share, vacant, vacant * (1 - share), binom.sf(9, 80, share), 80 * rate, WEEKS / 250, vacant]
    assert np.concatenate(expected("V20")) == pytest.approx(theory, rel=1e-7)
    times, clock = np.array([4, 13, 26, 52, 104]), 1 / 250 + 1 / 20
    p = (1 - share) * -np.expm1(-clock * times)
    new, variance = expected("V21")
    assert new == pytest.approx(80 * p[:4])
    assert variance == pytest.approx((80 * p * (1 - p))[:4])
    filled, variance, before, after, half = expected("V40")
    assert filled == pytest.approx(480 * (1 - share) + 80 * p)
    assert variance == pytest.approx(480 * share * (1 - share) + 80 * p * (1 - p))
    assert [*before, *after, *half] == pytest.approx([480 / 1.08, 560 / 1.08, math.log(2) / clock])
    p = falling([(40 - v) / 150 / (min(v + 1, 2) / 12) for v in range(40)])
    mean = p @ np.arange(41)
    hires = (40 - mean) / 150
    theory = [mean, p[:6].sum(), hires * WEEKS, mean / hires, mean / 40, 40 * 12 / 162]
    assert np.concatenate(expected("V22")) == pytest.approx(theory, rel=1e-7)


def generator(convert: float) -> Floats:
    """The rates between permanent, agency and empty of a post."""
    leave, end, hire, cover = agency.LEAVE, agency.END, agency.HIRE, agency.COVER
    return np.array([[-leave, 0, leave], [convert, -convert - end, end], [hire, cover, -hire - cover]])


def test_agency_cover() -> None:
    """V23: Markov posts before and after the offer; V25: competing risks; V47: cost is linear in the mix."""
    slow, fast = agency.stationary(0.25), agency.stationary(0.5)
    assert slow @ generator(0.25) == pytest.approx(np.zeros(3), abs=1e-12)
    one, two = (slow @ expm(years * generator(0.5)) for years in (1, 2))
    around = np.mean([slow @ expm(years * generator(0.5)) for years in agency.AROUND_A_YEAR], axis=0)
    assert around == pytest.approx(one, rel=1e-3)
    shares = [p[1] / (p[0] + p[1]) for p in (slow, fast, one, two)]
    converted = 720 * 0.25 * slow[1]
    theory = [*slow, *shares[:2], *one, *shares[2:], *(720 * slow), converted, 0.168]
    assert np.concatenate(expected("V23")) == pytest.approx(theory)
    pay = agency.SALARY
    cost = [720 * (pay * (p[0] + p[1]) + agency.PREMIUM * p[1]) for p in (slow, fast)]
    premium = [720 * agency.PREMIUM * p[1] for p in (slow, fast)]
    theory = [0, *cost, premium[0], premium[1] - premium[0]]
    assert np.concatenate(expected("V47")) == pytest.approx(theory)

    def there(u: float) -> float:
        return math.exp(-0.6 * u - (u / 0.8) ** 1.5)

    by = [0.6 * quad(there, 0, t, epsabs=1e-13)[0] for t in (0.25, 0.5, 1.0, 12.0)]
    exponential = [1 / 7, 4 / 7, *(-math.expm1(-1.75 * t) / 7 for t in (0.25, 0.5, 1.0))]
    theory = [*exponential, *by, quad(there, 0, 12, epsabs=1e-13)[0], -math.expm1(-0.6)]
    assert np.concatenate(expected("V25")) == pytest.approx(theory)


def test_career_levels() -> None:
    """V24: the chain of the level of the person in a post."""
    move = np.diag(careers.UP, 1)
    move -= np.diag(move.sum(axis=1) + careers.GO)
    rates = move + np.outer(careers.GO, careers.IN)
    mix, turnover_rate, one, five, leavers = expected("V24")
    assert mix @ rates == pytest.approx(np.zeros(3), abs=1e-12)
    assert turnover_rate == pytest.approx(mix @ careers.GO)
    start = np.array([140.0, 420.0, 140.0])
    assert one == pytest.approx(start @ expm(rates))
    assert five == pytest.approx(start @ expm(5 * rates))
    gone = quad(lambda t: float(start @ expm(t * rates) @ careers.GO), 0, 5)[0]
    assert leavers == pytest.approx(gone)


def test_turnover_and_stays() -> None:
    """V26: the published ratio; V28: Weibull stays; V29 and V30: renewal."""
    leaving, growth = turnover.HAZARD, turnover.GROWTH
    reads, left = -math.expm1(-growth) / growth, -math.expm1(-leaving)
    leavers = np.arange(700)
    ratio = binom.pmf(leavers, 700, left) @ (leavers / (700 - leavers))
    theory = [leaving, math.sqrt(leaving / 700), leaving * reads, ratio, math.expm1(leaving), 0.205]
    assert np.concatenate(expected("V26")) == pytest.approx([*theory, leaving / reads, left])
    survival, deviation, median, mean, first = expected("V28")
    looks = np.array([0.5, 1, 2, 5])
    assert survival == pytest.approx(np.exp(-((looks / 3) ** 0.7)))
    assert [*median, *mean] == pytest.approx([3 * math.log(2) ** (1 / 0.7), 3 * gamma(1 + 1 / 0.7)])
    assert first == pytest.approx(-math.expm1(-((1 / 3) ** 0.7)))

    def spread(t: float) -> float:  # with u = time^0.7, whose hazard is constant
        scale = 3**-0.7
        followed = quad(
            lambda u: scale * math.exp(scale * u) / (1 - u ** (1 / 0.7) / 8), 0, t**0.7, epsabs=1e-12
        )[0]
        return math.exp(-((t / 3) ** 0.7)) * math.sqrt(followed / 2000)

    assert deviation == pytest.approx([spread(t) for t in looks], rel=1e-6)
    by, yearly = expected("V29")
    t = np.array([1, 2, 5])
    assert by == pytest.approx(100 * (t / 2 - 1 / 4 + np.exp(-2.0 * t) / 4))
    assert yearly == pytest.approx([50])
    scale = 5 / math.gamma(1 + 1 / 0.7)
    early = -math.expm1(-(scale**-0.7))
    young = quad(lambda u: math.exp(-((u / scale) ** 0.7)) / 5, 0, 1, epsabs=1e-12)[0]
    assert np.concatenate(expected("V30")) == pytest.approx([0.2, early, young, early])


def test_changes_of_worker() -> None:
    """V31: geometric; V32: Poisson and negative binomial; V33, V34: gaps; V35: one rate or a gamma law."""
    p = 1 / 1.126
    theory = [1.126, p, p * (1 - p), p * (1 - p) ** 2, 0.126, 0.168]
    milwaukee = 0.745 * 0.255 ** np.arange(6)
    assert np.concatenate(expected("V31")) == pytest.approx([*theory, *milwaukee])
    published = [0.745, 0.175, 0.052, 0.022, 0.003, 0.001]
    assert np.abs(milwaukee - published).max() == pytest.approx(0.015, abs=1e-4)
    year, law = poisson(0.9), nbinom(2, 2 / 0.75 / (2 / 0.75 + 0.9))
    theory = [year.pmf(0), year.pmf(1), year.sf(1), year.sf(1), law.pmf(0), law.pmf(1), law.sf(1)]
    assert np.concatenate(expected("V32")) == pytest.approx([*theory, law.mean() + 1, law.var()])
    gaps = 40 * 0.168 / WEEKS
    waits, endless = 1.5 + 2 * gaps, 2 / (2 + WEEKS / 0.168)
    theory = [40 + waits, waits, waits / (40 + waits), endless, gaps]
    assert np.concatenate(expected("V33")) == pytest.approx(theory, rel=1e-7)
    d = 0.6 / WEEKS
    again = math.expm1(9 * d)
    theory = [again * (1 / d + 1), again, math.exp(-9 * d), 9 * (1 + d)]
    assert np.concatenate(expected("V34")) == pytest.approx(theory, rel=1e-7)
    england, birmingham, some, one_rate, law_of_rates, differ = expected("V35")
    assert poisson.sf(1, [*england, *birmingham]) == pytest.approx([0.27, 0.24])
    assert poisson.sf(0, some) == pytest.approx([0.6])
    theory = [poisson.sf(1, some[0]), poisson.sf(1, 2 * some[0]), poisson.sf(2, 2 * some[0])]
    assert one_rate == pytest.approx(theory)
    mean, shape = law_of_rates
    assert nbinom.sf([0, 1], shape, shape / (shape + mean)) == pytest.approx([0.6, 0.27])
    assert nbinom.sf([1, 2], shape, shape / (shape + 2 * mean)) == pytest.approx(differ)


def test_five_kinds_of_team_stand_for_the_gamma_law() -> None:
    """The points and weights at which teams lose workers give the shares of V35 to three digits."""
    mean, shape = handovers.gamma_fit()
    points, weights = roots_genlaguerre(5, shape - 1)
    shares = [weights / gamma(shape) @ poisson.sf(n, 2 * points * mean / shape) for n in (1, 2)]
    assert shares == pytest.approx(expected("V35")[-1], rel=2e-4)


def test_the_fluid_of_an_overloaded_service() -> None:
    """V41 and V42: the two equations, integrated."""
    filled = scenarios.FILLED

    def course(leaving: object, start: float, cases: float, posts: int, until: int) -> Floats:
        def flows(_: float, y: Floats) -> list[float]:
            left = y[1] * (leaving(y[0] / y[1]) if callable(leaving) else leaving)
            return [150 - 0.35 * min(y[0] / 14, y[1]), (posts - y[1]) * filled - left]

        weeks = np.arange(until + 1)
        return solve_ivp(
            flows, [0, until], [cases, start], t_eval=weeks, rtol=1e-10, atol=1e-8, max_step=0.25
        ).y

    looks = list(scenarios.LOOKS)
    cases_, workers = course(1 / 250, 480 / 1.08, 25 * 480 / 1.08, 560, 260)
    open_cases, people, caseload, ends, long_run, each, without = expected("V41")
    assert open_cases == pytest.approx(cases_[looks])
    assert people == pytest.approx(workers[looks])
    assert caseload == pytest.approx((cases_ / workers)[looks])
    beyond = cases_ - 14 * workers
    assert ends == pytest.approx(np.interp(0, -beyond, np.arange(261)), abs=0.01)
    assert [*long_run, *each] == pytest.approx([150 * 40, 6000 * 1.08 / 560])
    assert without == pytest.approx(course(1 / 250, 480 / 1.08, 25 * 480 / 1.08, 480, 52)[0, -1:])

    def leaving(caseload: float) -> float:
        return scenarios.leaving_factor(caseload) / 312

    start, looks = 480 * filled / (filled + leaving(25)), [26, 52, 104, 156, 208]
    cases_, workers = course(leaving, start, 25 * start, 560, 208)
    open_cases, people, rates, first, _ = expected("V42")
    assert open_cases == pytest.approx(cases_[looks])
    assert people == pytest.approx(workers[looks])
    assert rates == pytest.approx([WEEKS * leaving(c) for c in (cases_ / workers)[looks]], rel=1e-6)
    assert first == pytest.approx(WEEKS * leaving(25), rel=1e-6)
