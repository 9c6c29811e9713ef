"""The commands on what to do, and warning signs on the command line."""

import io
import json
import xml.etree.ElementTree as ElementTree
from pathlib import Path

import pytest

import hamknee
from hamknee.guidance.guidance_file import guidance_for
from tests.support.command_line import run

POP = ["onset=sudden", "pop=yes", "swelling=effusion"]


def test_diagnose_prints_level_and_reasons_first(capsys):
    code, out, err = run(capsys, "diagnose", *POP)
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0].startswith("See a doctor today. Have it looked at today")
    assert lines[1].startswith("- A pop with marked swelling, by what you entered.")
    assert out.index("Not answered yet") < out.index("Most likely")
    assert guidance_for(hamknee.load()).limits_text in out


def test_flags_on_the_command_line_change_the_level(capsys):
    assert run(capsys, "diagnose")[1].startswith("Not enough known yet.")
    arguments = ["diagnose", "--flag", "worse_over_weeks", "--flag", "breathless_or_chest_pain"]
    _, out, _ = run(capsys, *arguments, "--no-flag", "cannot_bear_weight")
    assert out.startswith("Emergency. Call an ambulance now.")
    still_open = next(line for line in out.splitlines() if line.startswith("Not answered yet"))
    assert "Cannot bear weight" not in still_open
    assert "Numb, weak" in still_open


NEEDED = ["onset", "location", "swelling", "warmth", "weight_bearing", "age"]


def test_what_was_asked_in_vain_is_waited_for_no_longer(capsys):
    vain = [word for name in NEEDED for word in ("--not-known", name)]
    for command in (["diagnose"], ["follow-up", "--days", "1", "--course", "same"], ["summary"]):
        assert "Not enough known yet" in run(capsys, *command)[1]
        assert "Not enough known yet" not in run(capsys, *command, *vain)[1]
    code, _, err = run(capsys, "diagnose", "--not-known", "warmht", "--not-known", "agee")
    assert code == 2
    assert "did you mean 'warmth'?" in err
    assert "did you mean 'age'?" in err


def test_diagnose_tells_what_may_be_there_too_and_which_answers_ease(capsys):
    case = {"onset": "gradual", "location": "popliteal", "swelling": "focal", "age": "60_and_over"}
    words = [f"{name}={value}" for name, value in case.items()]
    also = hamknee.also_present(hamknee.load(), case)
    assert also.text
    assert also.text in run(capsys, "diagnose", *words)[1]


def test_json_gains_level_and_reasons(capsys):
    answer = json.loads(run(capsys, "diagnose", *POP, "--json")[1])
    assert set(answer["triage"]) == {"level", "provisional", "reasons", "eased"}
    assert answer["triage"]["level"] == "same_day"
    case = dict(part.split("=") for part in POP)
    assert answer["triage"]["reasons"] == hamknee.triage(hamknee.load(), case).reason_texts


@pytest.mark.parametrize("command", ["diagnose", "summary", "follow-up"])
@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--flag", "worse_over_week"], "did you mean 'worse_over_weeks'?"),
        (["--no-flag", "cannot_bear_wieght"], "did you mean 'cannot_bear_weight'?"),
        (["--flag", "breathless"], "did you mean 'breathless_or_chest_pain'?"),
        (
            ["--flag", "worse_over_weeks", "--no-flag", "worse_over_weeks"],
            "worse_over_weeks is given with --flag and with --no-flag; allowed: one of the two",
        ),
        (["pop=maybe"], "'maybe' is not a state of pop"),
    ],
)
def test_bad_input_ends_with_exit_code_2(capsys, command, arguments, message):
    days = ["--days", "3", "--course", "same"] if command == "follow-up" else []
    code, out, err = run(capsys, command, *days, *arguments)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_flags_lists_every_warning_sign(capsys):
    listed = json.loads(run(capsys, "flags", "--json")[1])
    guidance = guidance_for(hamknee.load())
    assert listed == [
        {"name": f.name, "question": f.question, "level": f.level} for f in guidance.flags.values()
    ]
    code, out, _ = run(capsys, "flags")
    assert code == 0
    assert all(name in out for name in guidance.flags)


def test_follow_up_updates_level_and_advice(capsys):
    arguments = ["follow-up", "onset=gradual", "--days", "20", "--course", "same"]
    code, out, _ = run(capsys, *arguments)
    assert code == 0
    assert out.startswith("See a professional.")
    assert "After 20 days: about the same." in out
    answer = json.loads(run(capsys, *arguments, "--json")[1])
    assert answer["level_before"] == "see_professional"
    assert answer["triage"]["level"] == "see_professional"
    assert answer["days"] == 20
    assert {"section", "text", "source"} <= set(answer["advice"][0])


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--days", "-1", "--course", "same"], "found -1.0 days; allowed"),
        (["--days", "nan", "--course", "same"], "found nan days"),
        (["--days", "3", "--course", "bettr"], "unknown course 'bettr' (did you mean 'better'?)"),
        (["--days", "many", "--course", "same"], "allowed: a "),
        (["--course", "same"], "--days"),
    ],
)
def test_impossible_follow_ups_end_with_exit_code_2(capsys, arguments, message):
    code, out, err = run(capsys, "follow-up", *arguments)
    assert (code, out) == (2, "")
    assert message in err


def test_summary_prints_markdown_or_writes_html(capsys, tmp_path: Path):
    code, out, _ = run(capsys, "summary", *POP, "--flag", "worse_over_weeks")
    assert code == 0
    assert out.startswith("# Pain where the hamstring meets the knee")
    assert out.endswith("\n")
    assert not out.endswith("\n\n")
    path = tmp_path / "case.html"
    for _ in range(2):  # the second time over the first
        code, out, _ = run(capsys, "summary", *POP, "--html", "-o", str(path))
        assert (code, out) == (0, "")
    page = path.read_text(encoding="utf-8")
    ElementTree.fromstring(page.removeprefix("<!DOCTYPE html>\n"))
    assert [file.name for file in tmp_path.iterdir()] == ["case.html"]


def test_a_summary_that_cannot_be_written_is_refused(capsys, tmp_path: Path):
    for path in (tmp_path / "none" / "case.md", tmp_path):
        code, _, err = run(capsys, "summary", "-o", str(path))
        assert code == 2
        assert "cannot be written" in err


def test_another_vocabulary_is_ranked_without_guidance(capsys, tmp_path: Path):
    (tmp_path / "vocabulary.toml").write_text(
        '[cause]\nrole = "target"\nlabel = "Cause"\n'
        '[cause.states]\na = { label = "A" }\nb = { label = "B" }\n'
    )
    header = "variable,state,given,probability,ess,basis,sources,note\n"
    rows = "cause,a,,0.6,10,judgement,,\ncause,b,,0.4,10,judgement,,\n"
    path = tmp_path / "priors.csv"
    path.write_text(header + rows)
    code, out, _ = run(capsys, "diagnose", "--priors", str(path))
    assert code == 0
    assert out.startswith("No guidance goes with this vocabulary")
    answer = json.loads(run(capsys, "diagnose", "--json", "--priors", str(path))[1])
    assert answer["triage"] is None
    for command in (["flags"], ["summary"], ["diagnose", "--flag", "worse_over_weeks"]):
        code, _, err = run(capsys, *command, "--priors", str(path))
        assert code == 2
        assert "there is no guidance for the vocabulary" in err


def test_a_broken_guidance_beside_the_numbers_is_named_by_check(capsys, tmp_path: Path):
    shipped = Path(guidance_for(hamknee.load()).source)
    for name in ("priors.csv", "guidance.toml"):
        (tmp_path / name).write_bytes((shipped.parent / name).read_bytes())
    path = tmp_path / "guidance.toml"
    path.write_text(path.read_text("utf-8").replace("at_least = 0.03", "at_least = 2"), "utf-8")
    code, _, err = run(capsys, "check", str(tmp_path / "priors.csv"))
    assert code == 2
    assert "column triage.clot_soon.at_least: found 2" in err


def test_an_interview_ends_with_the_level(capsys, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(""))
    code, out, _ = run(capsys, "ask", *POP)
    assert code == 0
    assert out.index("See a doctor today.") < out.index("Most likely")
    assert "'hamknee flags' has the questions" in out
