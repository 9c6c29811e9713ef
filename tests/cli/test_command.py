"""The command line, as a person or a program uses it."""

import errno
import io
import json
import sys
from pathlib import Path

import pytest
import typer

import hamknee
from hamknee.base.files import shipped
from hamknee.cli.command import app, main
from hamknee.inference.model import Model
from hamknee.reasoning.questions import next_questions
from tests.support.command_line import run

README_CASE = [
    "onset=sudden",
    "pop=yes",
    "location=posteromedial|posterolateral",
    "setting=sports_clinic",
    "age=31",
]


def test_diagnose_ranks_the_conditions_and_says_it_in_a_sentence(capsys):
    code, out, err = run(capsys, "diagnose", *README_CASE)
    assert (code, err) == (0, "")
    assert "Most likely: Distal hamstring strain" in out
    model = hamknee.load()
    labels = [state.label for state in model.vocabulary.target.states]
    table = out[out.index(" Start") : out.index("comes first in")]
    printed = sorted((label for label in labels if label in table), key=table.index)
    case = {"onset": "sudden", "pop": "yes", "setting": "sports_clinic", "age": 31}
    case["location"] = {"posteromedial", "posterolateral"}
    assert printed == list(model.posterior(case).table["label"])
    assert "90 % interval" in out
    first = hamknee.level_questions(model, case).names
    assert next_questions(model, case, first=first).text in out
    assert "does not diagnose" in out
    assert model.sha256[:12] in out


def test_json_holds_the_numbers_the_library_gives_most_probable_first(capsys):
    code, out, _ = run(capsys, "diagnose", "--json", *README_CASE)
    answer = json.loads(out)
    assert code == 0
    assert set(answer) == {"priors", "evidence", "triage", "p_evidence", "conditions"}
    model = hamknee.load()
    case = {"onset": "sudden", "pop": "yes", "setting": "sports_clinic", "age": "under_40"}
    case["location"] = {"posteromedial", "posterolateral"}
    posterior = model.posterior(case)
    assert answer["priors"] == {"source": model.source, "sha256": model.sha256}
    assert answer["evidence"] == case | {"location": ["posteromedial", "posterolateral"]}
    assert answer["p_evidence"] == pytest.approx(posterior.p_evidence, rel=1e-12)
    conditions = answer["conditions"]
    assert {c["condition"]: c["probability"] for c in conditions} == pytest.approx(
        {s.name: posterior[s.name] for s in posterior.target.states}, abs=1e-15
    )
    keys = {"condition", "label", "probability", "low", "high", "p_top"}
    assert all(set(c) == keys for c in conditions)
    assert all(c["low"] <= c["high"] for c in conditions)
    assert sum(c["p_top"] for c in conditions) == pytest.approx(1)
    probabilities = [c["probability"] for c in conditions]
    assert probabilities == sorted(probabilities, reverse=True)


def test_no_findings_give_the_starting_probabilities(capsys):
    code, out, _ = run(capsys, "diagnose")
    assert code == 0
    assert "Nothing is known yet." in out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["explain", "--condition", "ruptur"], "'ruptur' is not a state of condition"),
        (
            ["explain", "--condition", "strain", "--against", "strain"],
            "a contrast needs two states",
        ),
        (["sensitivity", "pop=yes", "--level", "1.5"], "found a level of 1.5; allowed"),
        (["sensitivity", "pop=maybe"], "'maybe' is not a state of pop"),
        (["ask", "pop=maybe"], "'maybe' is not a state of pop"),
    ],
)
def test_bad_input_to_the_other_commands_ends_in_the_same_way(capsys, arguments, message):
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_explain_says_why_in_words_and_bits(capsys):
    code, out, _ = run(capsys, "explain", *README_CASE, "--condition", "rupture")
    assert code == 0
    assert "times as often with Hamstring tendon torn right through as with the other causes" in out
    answer = json.loads(run(capsys, "explain", "--json", *README_CASE, "--condition", "rupture")[1])
    total = sum(row["shapley"] for row in answer["weights"])
    assert total == pytest.approx(answer["end_bits"] - answer["start_bits"], abs=1e-9)
    assert {row["variable"] for row in answer["weights"]} == {"onset", "pop", "location", "age"}


def test_explain_contrasts_two_conditions(capsys):
    arguments = [*README_CASE, "--condition", "strain", "--against", "tendinopathy"]
    _, out, _ = run(capsys, "explain", *arguments)
    assert "times as often with Partly torn hamstring near the knee as with" in out
    assert json.loads(run(capsys, "explain", "--json", *arguments)[1])["against"] == "tendinopathy"


def test_sensitivity_lists_the_numbers_and_what_would_change(capsys):
    arguments = [*README_CASE, "--condition", "rupture", "--level", "0.5"]
    code, out, _ = run(capsys, "sensitivity", *arguments, "--most", "3")
    assert code == 0
    number = "“Condition: Complete tendon rupture, given Setting: Sports clinic”"
    assert f"depends most on {number}. Over the 90 % range" in out
    assert "The smallest change of one number" in out
    assert "Smallest in the distance of Chan and Darwiche" in out
    answer = json.loads(run(capsys, "sensitivity", "--json", *arguments)[1])
    widths = [row["width"] for row in answer["tornado"]]
    assert widths == sorted(widths, reverse=True)
    assert sum(row["share"] for row in answer["contributions"]) == pytest.approx(1)
    assert answer["change"]["reachable"] is True
    assert answer["change"]["numbers"][0]["reached"] == pytest.approx(0.5, abs=1e-9)


def test_ask_interviews_and_ends_with_the_ranking(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("1\n0\ns\n"))
    code, out, _ = run(capsys, "ask", "onset=sudden", "setting=sports_clinic")
    assert code == 0
    assert "0 don't know, b back, s stop" in out
    assert out.count("Most likely") == 1
    assert "Onset: In a moment" in out


def test_ask_keeps_the_interview_apart_from_its_json(capsys, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("1\ns\n"))
    code, out, err = run(capsys, "ask", "--json", "onset=sudden")
    answer = json.loads(out)
    assert code == 0
    assert "s stop" in err
    (asked,) = answer["asked"]
    assert list(answer["evidence"]) == ["onset", asked]
    diagnosed = [f"{name}={value}" for name, value in answer["evidence"].items()]
    assert json.loads(run(capsys, "diagnose", "--json", *diagnosed)[1]) == {
        key: value for key, value in answer.items() if key != "asked"
    }


def test_a_mistyped_command_or_option_ends_with_exit_code_2(capsys):
    code, _, err = run(capsys, "diagnos")
    assert code == 2
    assert "diagnose" in err
    assert run(capsys, "diagnose", "--jsonn")[0] == 2
    assert run(capsys, "dashboard", "--port", "70000")[0] == 2


def test_findings_lists_every_variable_and_state(capsys):
    code, out, _ = run(capsys, "findings")
    assert code == 0
    words = out.split()
    for variable in hamknee.load().vocabulary.having("context", "trait", "finding"):
        assert variable.name in words
        assert set(variable.state_names) <= set(words)
    assert words.count("years,") == 1  # or a band of age


def test_version_shows_the_version_and_the_digest(capsys):
    code, out, _ = run(capsys, "--version")
    assert code == 0
    assert hamknee.__version__ in out
    assert hamknee.load().sha256 in out


def own_priors(folder: Path, old: str, new: str) -> Path:
    text = shipped("data/priors.csv").read_text(encoding="utf-8")
    assert text.count(old) == 1
    path = folder / "own.csv"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_another_file_of_numbers_gives_another_answer(capsys, tmp_path):
    text = shipped("data/priors.csv").read_text(encoding="utf-8")
    text = text.replace("setting,primary_care,,0.6,", "setting,primary_care,,0.5,")
    path = tmp_path / "own.csv"
    path.write_text(text.replace("setting,emergency,,0.15,", "setting,emergency,,0.25,"), "utf-8")
    answer = json.loads(run(capsys, "diagnose", "--json", "--priors", str(path))[1])
    assert answer["priors"]["source"] == str(path)
    assert answer["conditions"] != json.loads(run(capsys, "diagnose", "--json")[1])["conditions"]


def test_check_passes_the_shipped_file_and_compares_with_pgmpy(capsys):
    main_code, out, _ = run(capsys, "check")
    assert main_code == 0
    assert "no faults" in out
    difference = float(out.split("100 random cases ")[1].split()[0])
    assert difference < 1e-9


@pytest.mark.parametrize(("difference", "code"), [(5e-10, 0), (2e-9, 1)])
def test_check_fails_where_pgmpy_has_another_answer_in_the_ninth_digit(
    capsys, monkeypatch, difference, code
):
    monkeypatch.setattr("hamknee.formats.difference_from_pgmpy", lambda *_, **__: difference)
    assert run(capsys, "check")[0] == code


def test_check_names_the_fault_of_a_broken_file(capsys, tmp_path):
    path = own_priors(tmp_path, "setting,primary_care,,0.6,", 'setting,primary_care,,"0,6",')
    code, out, err = run(capsys, "check", str(path))
    assert (code, out) == (2, "")
    assert "own.csv, line 2, column probability: found '0,6' with a decimal comma" in err


def test_dashboard_refuses_a_broken_file_before_it_starts(capsys, tmp_path):
    path = own_priors(tmp_path, "setting,primary_care,,0.6,", "setting,primary_care,,6,")
    code, _, err = run(capsys, "dashboard", "--priors", str(path))
    assert code == 2
    assert "own.csv, line 2, column probability" in err


def test_a_certainty_is_said_in_words_and_json_stays_json(capsys, tmp_path):
    lines = shipped("data/priors.csv").read_text(encoding="utf-8").splitlines()
    for number, line in enumerate(lines):
        if line.startswith("palpable_defect,") and "condition=rupture" not in line:
            variable, state, given, _, ess, *_ = line.split(",")
            probability = "0" if state == "yes" else "1"
            lines[number] = f"{variable},{state},{given},{probability},{ess},logical,,"
    path = tmp_path / "certain.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    arguments = ["explain", "palpable_defect=yes", "pop=yes", "--priors", str(path)]
    assert "rules in Hamstring tendon torn right through" in run(capsys, *arguments)[1]
    answer = json.loads(run(capsys, *arguments, "--json")[1], parse_constant=pytest.fail)
    assert answer["end_bits"] is None
    assert answer["weights"][0]["shapley"] == "rules in"


def starting(capsys: pytest.CaptureFixture[str], *options: object) -> dict[str, float]:
    code, printed, _ = run(capsys, "diagnose", "setting=emergency", "--json", *options)
    assert code == 0
    return {row["condition"]: row["probability"] for row in json.loads(printed)["conditions"]}


def test_base_rates_of_ones_own_place(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], model: Model
) -> None:
    """All four ways to tell them, each against the arithmetic of a Dirichlet or a share."""
    before = model.posterior({"setting": "emergency"})
    shares = starting(capsys, "--base-rates", "strain=30 %,dvt=0.1")
    assert (shares["strain"], shares["dvt"]) == pytest.approx((0.3, 0.1))
    assert shares["rupture"] == pytest.approx(
        before["rupture"] * 0.6 / (1 - before["strain"] - before["dvt"])
    )
    ess = model.cpts["condition"].ess[model.vocabulary["setting"].position["emergency"]]
    expected = (before["strain"] * ess + 12) / (ess + 15)
    (tmp_path / "counts.csv").write_text("condition,count\nstrain,12\nrupture,3\n")
    (tmp_path / "each.csv").write_text("condition\n" + 12 * "strain\n" + 3 * "rupture\n")
    for rates in ("strain=12,rupture=3", tmp_path / "counts.csv", tmp_path / "each.csv"):
        assert starting(capsys, "--base-rates", rates)["strain"] == pytest.approx(expected)


def test_base_rates_of_one_setting_leave_the_others(
    capsys: pytest.CaptureFixture[str], model: Model
) -> None:
    elsewhere = starting(capsys, "--base-rates", "strain=0.3", "--setting", "sports_clinic")
    assert elsewhere["strain"] == pytest.approx(model.posterior({"setting": "emergency"})["strain"])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--setting", "emergency"), "found --setting alone"),
        (("--base-rates", "strain=3,dvt=0.1"), "found counts and shares"),
        (("--base-rates", "strain"), "found 'strain' as a base rate"),
        (("--base-rates", "strian=0.1"), "did you mean 'strain'"),
        (("--base-rates", "strain=0.1,strain=0.2"), "a condition twice"),
        (("--base-rates", "gone.csv"), "there is no file 'gone.csv'"),
        (("--base-rates", "strain=0.3", "--setting", "pub"), "'pub' is not a state of setting"),
    ],
)
def test_base_rates_that_cannot_be_are_one_error(
    capsys: pytest.CaptureFixture[str], options: tuple[str, ...], message: str
) -> None:
    code, _, error = run(capsys, "diagnose", *options)
    assert (code, message in " ".join(error.split())) == (2, True)


COMMANDS = typer.main.get_command(app).commands


def test_every_command_speaks_in_words_unless_it_is_asked_for_json() -> None:
    defaults = {
        name: parameter.default
        for name, command in COMMANDS.items()
        for parameter in command.params
        if "--json" in parameter.opts
    }
    assert len(defaults) > 10
    assert not any(defaults.values())


def test_an_output_that_takes_nothing_ends_with_exit_code_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Full(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(SystemExit) as exit_:
        main(["--version"])
    sys.stdout.close()  # what it goes on with
    assert exit_.value.code == 1
    error = " ".join(capsys.readouterr().err.split())
    assert "standard output cannot be used: No space left" in error
    assert "allowed: a terminal, or a file or program with room for what is printed" in error


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_the_help_of_a_command_loses_no_word(
    command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "400")
    _, printed, _ = run(capsys, command, "--help")
    for parameter in COMMANDS[command].params:
        # A bracket that is not escaped is taken for a style, and vanishes.
        assert (parameter.help or "").replace("\\[", "[") in " ".join(printed.split())
