"""How soon to seek help: warning signs first, then what the probabilities cannot exclude.

Each warning sign and each rule asks for a level, and the most urgent one holds. So nothing can
lower a level that a warning sign has asked for, however improbable the cause behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from hamknee.base import ProblemsError, listing, percent, suggestion
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.texts import Flag, Guidance, Level, Rule, matches
from hamknee.inference import AnyCase, Model
from hamknee.network import Evidence
from hamknee.sensitivity import CredibleInterval, credible_interval

if TYPE_CHECKING:
    import pandas as pd


UNKNOWN = "unknown"
"""The answer "I don't know" to a warning sign."""

UP = {
    "yes": "answered_yes",
    "findings": "answered_by_findings",
    "suggested": "suggested_by_findings",
    "follow_up": "answered_by_follow_up",
}
"""The answers that raise a warning sign, with the phrase that tells so."""

OPEN = ("not_asked", UNKNOWN)
"""The answers that leave it open."""


class FlagError(ProblemsError):
    """Warning signs that do not exist, or answers that are none.

    Parameters
    ----------
    problems : list of str
        Every problem found, a sentence each.

    Examples
    --------
    >>> import hamknee
    >>> hamknee.triage(hamknee.load(), {}, {"bear_weight": True})
    Traceback (most recent call last):
    ...
    hamknee.guidance.triaging.FlagError: unknown warning sign 'bear_weight' (did you mean
    'cannot_bear_weight'?); allowed: breathless_or_chest_pain, ...
    """


@dataclass(frozen=True)
class Reason:
    """Why a level was asked for.

    Parameters
    ----------
    level : str
        What it asks for.
    name : str
        Of the warning sign or rule in guidance.toml.
    text : str
        One or two plain sentences.
    source : str
        Keys of references.bib, or "judgement".
    """

    level: str
    name: str
    text: str
    source: str


@dataclass(frozen=True)
class Triage:
    """How soon to seek help, and why.

    Parameters
    ----------
    level : str
        Name of the level: the most urgent that anything asks for.
    reasons : tuple of Reason
        Most urgent first; empty where nothing asks for more than the least urgent level.
    answers : mapping of str to str
        For each warning sign: ``yes``, ``no`` and ``unknown`` as answered; ``findings`` (yes),
        ``suggested`` (counts as yes until answered) and ``denied`` (no) by the findings;
        ``follow_up`` (yes) by the course; ``not_asked``.
    interval : CredibleInterval
        What the rules were judged on.
    guidance : Guidance
        Where texts and rules are from.

    Examples
    --------
    >>> import hamknee
    >>> triage = hamknee.triage(hamknee.load(), {"pop": "yes"}, {"cannot_bear_weight": False})
    >>> [flag.name for flag in triage.open_urgent][:2]
    ['breathless_or_chest_pain', 'foot_numb_weak_cold_pale']
    >>> triage.table.loc[2:4, ["flag", "level", "answer"]]
                            flag     level     answer
    2     calf_swollen_clot_risk  same_day  not_asked
    3  fever_or_unwell_hot_joint  same_day  not_asked
    4         cannot_bear_weight  same_day         no
    """

    level: str
    reasons: tuple[Reason, ...]
    answers: Mapping[str, str]
    interval: CredibleInterval = field(repr=False)
    guidance: Guidance = field(repr=False)

    @property
    def provisional(self) -> bool:
        """Whether nothing asks for more than the least urgent level, but urgent signs are open."""
        return self.level == self.guidance.most_urgent([]) and bool(self.open_urgent)

    @cached_property
    def about(self) -> Level:
        """The level with its texts, which let nobody wait before the urgent signs are answered."""
        about, words = self.guidance.levels[self.level], self.guidance.words
        if not self.provisional:
            return about
        count = len(self.open_urgent)
        action = words["provisional_action"].format(open=count, action=about.action)
        return replace(about, label=words["provisional_label"], action=action)

    @cached_property
    def deciding(self) -> tuple[Reason, ...]:
        """The reasons that ask for the level, without those that ask for less."""
        return tuple(reason for reason in self.reasons if reason.level == self.level)

    @cached_property
    def raised(self) -> tuple[Flag, ...]:
        """The warning signs that are there."""
        return tuple(flag for n, flag in self.guidance.flags.items() if self.answers[n] in UP)

    @cached_property
    def open(self) -> tuple[Flag, ...]:
        """The warning signs that have not been answered, so are not excluded."""
        return tuple(flag for n, flag in self.guidance.flags.items() if self.answers[n] in OPEN)

    @cached_property
    def open_urgent(self) -> tuple[Flag, ...]:
        """The open ones among the urgent warning signs."""
        urgent = [flag.name for flag in self.guidance.urgent]
        return tuple(flag for flag in self.open if flag.name in urgent)

    @cached_property
    def reason_texts(self) -> list[str]:
        """Why, in plain sentences; one of them also where nothing asks for more."""
        return [reason.text for reason in self.reasons] or [self.guidance.words["no_reason"]]

    @cached_property
    def open_text(self) -> str:
        """Which warning signs are still open, as one sentence."""
        if not self.open:
            return self.guidance.words["all_answered"]
        labels = "; ".join(flag.label for flag in self.open)
        return self.guidance.words["open_flags"].format(flags=labels)

    @cached_property
    def table(self) -> pd.DataFrame:
        """One row a warning sign: flag, label, question, level, answer, raised, source."""
        import pandas as pd

        rows = [
            (f.name, f.label, f.question, f.level, self.answers[f.name], f in self.raised, f.source)
            for f in self.guidance.flags.values()
        ]
        columns = ["flag", "label", "question", "level", "answer", "raised", "source"]
        return pd.DataFrame(rows, columns=columns)

    @cached_property
    def text(self) -> str:
        """The level, what to do, why, and what is still open, in plain sentences."""
        about, because = self.about, self.guidance.words["because"]
        reasons = " ".join(self.reason_texts)
        return f"{about.label}. {about.action} {because}: {reasons} {self.open_text}"


def triage(
    model: Model,
    evidence: AnyCase,
    flags: Mapping[str, object] | None = None,
) -> Triage:
    """Return how soon to seek help, decided by warning signs first, then by the posterior.

    Parameters
    ----------
    model : Model
        With guidance, and an equivalent sample size for each column.
    evidence : mapping or Case
        One case, as for `Model.case`.
    flags : mapping of str to bool, "unknown" or None, optional
        Answers to the warning signs by name; None, or leaving one out, means not asked.

    Returns
    -------
    Triage

    Raises
    ------
    FlagError
        If a warning sign does not exist, or an answer is none.
    HamkneeError
        If no guidance goes with the model.
    EvidenceError, ImpossibleEvidenceError
        As for `Model.posterior`.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"onset": "sudden", "pop": "yes", "swelling": "effusion"}
    >>> hamknee.triage(model, case, {"breathless_or_chest_pain": True}).level
    'emergency'
    >>> triage = hamknee.triage(model, case)
    >>> triage.level, triage.reasons[0].name
    ('same_day', 'pop_with_marked_swelling')
    >>> print(triage.reason_texts[0])
    A pop with marked swelling, by what you entered. A tendon may be torn right through;
    it is best seen early, while all ways of treating it are open.
    """
    guidance = guidance_for(model)
    given = check_flags(guidance, flags or {})
    return judged(guidance, credible_interval(model, evidence), given)


def judged(
    guidance: Guidance,
    interval: CredibleInterval,
    given: Mapping[str, object],
    raised: Collection[str] = (),
) -> Triage:
    """Return the triage of a case of which the interval is known.

    Parameters
    ----------
    guidance : Guidance
        Whose signs and rules are meant.
    interval : CredibleInterval
        Of the case.
    given : mapping of str to object
        Answers to the warning signs, as `check_flags` returns them.
    raised : collection of str
        Names of warning signs that the follow-up answers.
    """
    answers = {
        name: "follow_up" if name in raised and given.get(name) is not True
        else _answer(flag, given.get(name), interval.case.evidence)
        for name, flag in guidance.flags.items()
    }  # fmt: skip
    reasons = [*_flag_reasons(guidance, answers), *_rule_reasons(guidance, interval)]
    reasons.sort(key=lambda reason: guidance.urgency(reason.level))
    level = guidance.most_urgent(reason.level for reason in reasons)
    return Triage(level, tuple(reasons), answers, interval, guidance)


def check_flags(guidance: Guidance, flags: Mapping[str, object]) -> dict[str, object]:
    """Return answers to warning signs, without those not asked, or raise with every problem."""
    if not isinstance(flags, Mapping):
        raise FlagError([f"flags are a mapping of name to answer, not {flags!r}"])
    problems = []
    for name, answer in flags.items():
        if name not in guidance.flags:
            hint = suggestion(name, guidance.flags) or _within(name, guidance)
            allowed = listing(guidance.flags)
            problems.append(f"unknown warning sign {name!r}{hint}; allowed: {allowed}")
        elif not (answer is None or isinstance(answer, bool) or answer == UNKNOWN):
            allowed = f"True, False, {UNKNOWN!r}, or None where it was not asked"
            problems.append(f"the answer to {name} is {answer!r}; allowed: {allowed}")
    if problems:
        raise FlagError(problems)
    return {name: answer for name, answer in flags.items() if answer is not None}


def _within(name: object, guidance: Guidance) -> str:
    """Return a hint for a part of a name, because the names are long."""
    near = [flag for flag in guidance.flags if str(name).strip().lower() in flag]
    return f" (did you mean {near[0]!r}?)" if len(near) == 1 else ""


def _answer(flag: Flag, given: object, evidence: Evidence) -> str:
    """Return the answer to one warning sign; a yes from either side stands."""
    if given is True:
        return "yes"
    if any(matches(pattern, evidence) for pattern in flag.answered_by):
        return "findings"
    if given is False:
        return "no"
    if any(matches(pattern, evidence) for pattern in flag.suggested_by):
        return "suggested"
    if given == UNKNOWN:
        return UNKNOWN
    if any(matches(pattern, evidence) for pattern in flag.denied_by):
        return "denied"
    return "not_asked"


def _flag_reasons(guidance: Guidance, answers: Mapping[str, str]) -> Iterable[Reason]:
    for name, flag in guidance.flags.items():
        if answers[name] in UP:
            phrase = guidance.words[UP[answers[name]]]
            text = phrase.format(flag=flag.label, why=flag.why)
            yield Reason(flag.level, name, text, flag.source)


def rules_reached(guidance: Guidance, high: Mapping[str, float]) -> list[Rule]:
    """Return the most urgent rule that each condition reaches, most urgent first.

    Parameters
    ----------
    guidance : Guidance
        Whose rules are meant.
    high : mapping of str to float
        By condition, how probable it could be.
    """
    reached: dict[str, Rule] = {}
    for rule in sorted(guidance.triage.values(), key=lambda rule: guidance.urgency(rule.level)):
        if high[rule.condition] >= rule.at_least:
            reached.setdefault(rule.condition, rule)
    return list(reached.values())


def _rule_reasons(guidance: Guidance, interval: CredibleInterval) -> Iterable[Reason]:
    """Return the rules that the upper ends of the intervals reach."""
    target = interval.posterior.target
    high = dict(zip(target.state_names, map(float, interval.high), strict=True))
    for rule in rules_reached(guidance, high):
        label = target.state(rule.condition).label
        text = guidance.words["not_excluded"].format(
            condition=label, high=percent(high[rule.condition]), why=rule.why
        )
        yield Reason(rule.level, rule.name, text, rule.source)
