"""What an address has wrong is named; the rest of it is used."""

from hamknee.inference.model import Model
from tests.support.at_page import diagnose, expected_ranking, for_expert, ranking


def test_what_the_address_has_wrong_is_named(model: Model) -> None:
    page = for_expert(
        onst="sudden",
        swelling="focl",
        pop="yes",
        condition="rupture",
        age="400",
        flag="fever",
        unknown="weaknes",
    )
    notice = page.warning[0].value.replace("\\", "")
    for part in ("'onst'", "'onset'", "'focl'", "'focal'", "'condition'", "400"):
        assert part in notice
    assert ranking(page) == expected_ranking(model, pop="yes")
    notice = diagnose(flag="fever", unknown="weaknes").warning[0].value.replace("\\", "")
    assert "no warning sign 'fever'" in notice
    assert "no question 'weaknes' (did you mean 'weakness'?)" in notice


def test_an_answer_given_twice(model: Model) -> None:
    page = for_expert(onset=["sudden", "days"], pop=["yes", "yes"])
    assert "onset is given twice" in page.warning[0].value
    assert ranking(page) == expected_ranking(model, pop="yes")


def test_words_from_the_address_stay_words() -> None:
    hostile = "![](https://example.org/x.png) <b>[a](https://example.org)</b>"
    page = diagnose(**{hostile: "1", "pop": hostile, "numbers": hostile})
    for warning in page.warning:
        assert "![](" not in warning.value
        assert "<b>" not in warning.value
    assert "\\!\\[\\]\\(" in page.warning[0].value


def test_age_below_the_intended_one_is_said() -> None:
    assert "18 years" in diagnose(age="15").warning[0].value


def test_a_link_made_with_other_numbers_says_so(model: Model) -> None:
    assert not diagnose(onset="sudden", numbers=model.sha256[:12]).warning
    page = for_expert(onset="sudden", numbers="0123456789ab")
    text = page.warning[0].value
    assert "0123456789ab" in text
    assert model.sha256[:12] in text
    assert ranking(page) == expected_ranking(model, onset="sudden")
