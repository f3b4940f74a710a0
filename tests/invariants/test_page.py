"""The page of invariants is that of the tests."""

from __future__ import annotations

from tests.invariants.page import PAGE, collected, relations, text


def test_the_page_of_invariants_is_up_to_date() -> None:
    """Whoever changes a relation or its tests writes the page again: python -m tests.invariants.page."""
    assert PAGE.read_text(encoding="utf-8") == text()


def test_every_relation_has_a_test_that_pytest_finds() -> None:
    """Relations 1 to 65, once each, of a known kind; every test named is found by pytest."""
    of = relations()
    assert [relation.number for relation in of] == list(range(1, 66))
    quick, slow = collected(of)
    cases = quick + slow
    for relation in of:
        assert relation.kind in ("E", "B", "S", "N")
        assert relation.tests, relation.number
        assert [test for test in relation.tests if not cases[test]] == [], relation.number
