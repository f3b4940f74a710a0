"""The page of policies is that of the library."""

from tests.policies_page import PAGE, policies, text


def test_the_page_of_policies_is_up_to_date() -> None:
    """Whoever changes a policy's docstring writes the page again: python -m tests.policies_page."""
    assert PAGE.read_text(encoding="utf-8") == text()


def test_every_policy_says_its_effect_and_evidence() -> None:
    """An effect path with units and a class of evidence, in one line each."""
    assert len(policies()) >= 25
    for policy in policies():
        assert policy.effect
        assert "\n" not in policy.effect
        assert policy.evidence in ("read", "derived", "snippet", "memory", "assumption")
