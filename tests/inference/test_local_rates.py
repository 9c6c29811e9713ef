"""Base rates of one's own place: Bayes on the prior alone, checked by hand and by pgmpy."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import hamknee
from hamknee.base import HamkneeError, shipped
from hamknee.formats import difference_from_pgmpy
from hamknee.guidance import find_guidance
from hamknee.inference import Model, read_base_rates
from tests.support.networks import in_two_parts, target_in_the_middle

CASE = {"setting": "primary_care", "onset": "sudden", "pop": "yes", "age": 31}


def test_the_posterior_moves_by_the_ratio_of_the_base_rates(model: Model) -> None:
    """P'(c | e) is in proportion to P(c | e) P'(c) / P(c)."""
    local = model.with_base_rates({"strain": 0.2, "dvt": 0.01}, setting="primary_care")
    before = model.posterior({"setting": "primary_care"}).probabilities
    after = local.posterior({"setting": "primary_care"}).probabilities
    expected = model.posterior(CASE).probabilities * after / before
    assert local.posterior(CASE).probabilities == pytest.approx(
        expected / expected.sum(), abs=1e-12
    )


def test_the_others_keep_their_proportions(model: Model) -> None:
    place = {"setting": "emergency"}
    local = model.with_base_rates({"strain": 0.4}, setting="emergency")
    before, after = model.posterior(place), local.posterior(place)
    assert after["strain"] == pytest.approx(0.4)
    assert after["dvt"] / after["rupture"] == pytest.approx(before["dvt"] / before["rupture"])


def test_a_file_may_call_a_condition_by_its_label(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(f"condition,share\n{model.vocabulary['condition'].state('strain').label},0.4\n")
    assert model.with_base_rates(path).posterior({})["strain"] == pytest.approx(0.4)


def test_another_setting_stays(model: Model) -> None:
    local = model.with_base_rates({"strain": 0.4}, setting="emergency")
    club = {"setting": "sports_clinic", "onset": "sudden"}
    assert np.array_equal(local.posterior(club).probabilities, model.posterior(club).probabilities)


def test_without_a_setting_it_holds_everywhere(model: Model) -> None:
    local = model.with_base_rates({"strain": 0.4})
    for setting in model.vocabulary["setting"].state_names:
        assert local.posterior({"setting": setting})["strain"] == pytest.approx(0.4)


def test_counts_are_added_to_what_the_numbers_are_worth(model: Model) -> None:
    local = model.with_base_rates({"strain": 30, "dvt": 10}, setting="primary_care", counts=True)
    ess = model.cpts["condition"].ess
    assert ess is not None
    worth = ess[model.vocabulary["setting"].position["primary_care"]]
    before = model.posterior({"setting": "primary_care"})
    after = local.posterior({"setting": "primary_care"})
    assert after["strain"] == pytest.approx((worth * before["strain"] + 30) / (worth + 40))
    assert after["rupture"] == pytest.approx(worth * before["rupture"] / (worth + 40))
    assert hamknee.credible_interval(local, CASE).text


def test_the_engine_agrees_with_pgmpy_there_too(model: Model) -> None:
    local = model.with_base_rates({"strain": 0.4})
    assert difference_from_pgmpy(local, cases=5, seed=3) < 1e-12


def test_counts_weigh_as_much_as_one_patient_where_nobody_says_what_the_numbers_are_worth() -> None:
    local = target_in_the_middle().with_base_rates({"a": 3, "c": 1}, counts=True)
    before = target_in_the_middle().cpts["target"].probabilities
    expected = (before + np.array([3, 0, 1])) / 5
    np.testing.assert_allclose(local.cpts["target"].probabilities, expected, rtol=1e-12)


def test_it_says_so(model: Model) -> None:
    local = model.with_base_rates({"strain": 0.4}, setting="emergency")
    assert local.source.endswith(", other base rates")
    shares = "Base rates of strain in emergency are those of the shares that were stated."
    assert local.notices == (shares,)
    local = local.with_base_rates({"strain": 12, "dvt": 3}, counts=True)
    assert local.source.count(", other base rates") == 1
    assert local.notices == (shares, "Base rates of strain, dvt are those of 15 patients.")
    assert model.notices == ()


@pytest.mark.parametrize(
    ("rates", "options", "message"),
    [
        ({}, {}, "found no base rate"),
        ({"strian": 0.1}, {}, "did you mean 'strain'"),
        ({"strain": 1.2}, {}, "strain 1.2"),
        ({"strain": 0.7, "dvt": 0.4}, {}, "add up to 1.1"),
        ({"strain": 1.0}, {}, "because other conditions are possible"),
        ({"strain": 0.1}, {"setting": "clinic"}, "is not a state of setting"),
        ({"strain": -1}, {"counts": True}, "strain -1"),
        ({"strain": math.inf}, {"counts": True}, "strain inf"),
        ({"strain": 0}, {"counts": True}, "no patient"),
    ],
)
def test_what_cannot_be_is_refused(
    model: Model, rates: dict[str, float], options: dict[str, object], message: str
) -> None:
    with pytest.raises(HamkneeError, match=message):
        model.with_base_rates(rates, **options)  # type: ignore[arg-type]


def test_where_all_are_named_the_shares_are_those_or_do_not_add_up_to_1() -> None:
    model = in_two_parts()
    shares = {"a": 0.1, "b": 0.2, "c": 0.7}
    after = model.with_base_rates(shares).posterior({})
    assert after.probabilities == pytest.approx([0.1, 0.2, 0.7])
    for wrong in (0.6, 0.8):
        with pytest.raises(HamkneeError, match=f"add up to {0.3 + wrong:.1f}; .* 1 where all are"):
            model.with_base_rates({**shares, "c": wrong})


def test_whatever_is_left_is_for_those_that_are_not_named() -> None:
    after = in_two_parts().with_base_rates({"a": 1 - 1e-6}).posterior({})
    assert after["b"] == pytest.approx(0.375e-6)


def test_the_guidance_of_a_project_stays_with_other_base_rates(tmp_path: Path) -> None:
    project = hamknee.new_project(tmp_path)
    text = shipped("data/guidance.toml").read_text("utf-8")
    (tmp_path / "guidance.toml").write_text(text, "utf-8")
    local = project.model.with_base_rates({"strain": 0.2})
    assert find_guidance(local).source == str(tmp_path / "guidance.toml")
    edited = project.priors.set("sex", "male", given={"condition": "other"}, probability=0.6)
    assert find_guidance(hamknee.load(edited)).source == str(tmp_path / "guidance.toml")


def test_other_base_rates_have_a_digest_of_their_own(model: Model) -> None:
    digests = {model.with_base_rates({"strain": p}).sha256 for p in (0.1, 0.2)} | {model.sha256}
    assert len(digests) == 3
    assert model.with_base_rates({"strain": 0.1}).sha256 in digests


def test_diagnoses_in_a_file_are_counted_and_those_not_known_are_not(
    model: Model, tmp_path: Path
) -> None:
    path = tmp_path / "each.csv"
    path.write_text("id,condition\n1,strain\n2,\n3,dvt\n4,strain\n")
    assert read_base_rates(model, path) == ({"strain": 2, "dvt": 1}, True)


@pytest.mark.parametrize(
    ("network", "parents"),
    [(target_in_the_middle, "cause, other_cause"), (in_two_parts, "nothing")],
)
def test_a_setting_is_refused_where_the_target_does_not_hang_on_one_alone(
    network: Callable[[], Model], parents: str
) -> None:
    with pytest.raises(HamkneeError, match=f"target hangs on {parents}; allowed: no setting"):
        network().with_base_rates({"a": 0.5}, setting="a")


def test_a_diagnosis_that_is_one_of_several_is_not_counted(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "each.csv"
    path.write_text("condition\nstrain\nstrain|rupture\n")
    with pytest.raises(HamkneeError, match="one of several"):
        model.with_base_rates(path)


def test_a_condition_without_a_number_beside_it_is_named(model: Model, tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text("condition,share\nstrain,0.2\ndvt,\n")
    with pytest.raises(HamkneeError, match="found '' as a base rate"):
        model.with_base_rates(path)


def test_a_single_patient_counts() -> None:
    model = in_two_parts()
    before, after = (m.posterior({}) for m in (model, model.with_base_rates({"a": 1}, counts=True)))
    assert after["a"] > before["a"]


def test_beside_the_conditions_of_a_file_stand_shares_or_counts(
    model: Model, tmp_path: Path
) -> None:
    def starting(local: Model) -> list[float]:
        return local.posterior({}).probabilities.tolist()

    path = tmp_path / "rates.csv"
    path.write_text("condition,share\nstrain,0.3\ndvt,0.1\n")
    shares = model.with_base_rates({"strain": 0.3, "dvt": 0.1})
    assert starting(model.with_base_rates(path)) == starting(shares)
    path.write_text("condition,count\nstrain,30\ndvt,10\n")
    counts = model.with_base_rates({"strain": 30, "dvt": 10}, counts=True)
    assert starting(model.with_base_rates(path)) == starting(counts)
    path.write_text("condition,share,count\nstrain,0.3,30\n")
    with pytest.raises(HamkneeError, match="a column share and a column count; allowed: one"):
        model.with_base_rates(path)
