"""How soon to seek help: warning signs first, then what the probabilities cannot exclude.

Each warning sign and each rule asks for a level, and the most urgent one holds. So nothing can
lower a level that a warning sign has asked for, however improbable the cause behind it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from hamknee.base import (
    KeptArrays,
    ProblemsError,
    copied_property,
    listing,
    part_suggestion,
    percent,
    shown,
    suggestion,
    takes,
)
from hamknee.guidance.guidance_file import guidance_for
from hamknee.guidance.rules import AppliedRules
from hamknee.guidance.texts import Flag, Guidance, Level, matches
from hamknee.inference import A_MODEL, AnyCase, Model
from hamknee.network import Evidence, value_words
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

OPEN_SIGNS = "open_signs"
"""The reason that names the open warning signs without which no lesser level is told."""

HOLDS = ("not_enough", OPEN_SIGNS)
"""The reasons that only hold a lesser level back: they go when more is known."""


class FlagError(ProblemsError):
    """Warning signs that do not exist, or answers that are none.

    Parameters
    ----------
    problems : list of str
        Every problem found, a sentence each.

    Examples
    --------
    >>> import hamknee
    >>> hamknee.triage(hamknee.load(), {}, {"night_sweats": True})
    Traceback (most recent call last):
    ...
    hamknee.guidance.triaging.FlagError: unknown warning sign 'night_sweats' (did you mean
    'night_sweats_weight_loss_mass'?); allowed: breathless_or_chest_pain, ...
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


@shown
@dataclass(frozen=True)
class Triage(KeptArrays):
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
        The posterior with its intervals.
    guidance : Guidance
        Where texts and rules are from.
    given : mapping of str to object
        The warning signs as they were answered.

    Examples
    --------
    >>> import hamknee
    >>> triage = hamknee.triage(hamknee.load(), {"pop": "yes"}, {"cannot_bear_weight": False})
    >>> [flag.name for flag in triage.open_urgent][:2]
    ['breathless_or_chest_pain', 'foot_numb_weak_cold_pale']
    >>> triage.table.set_index("flag").loc["cannot_bear_weight", ["level", "answer"]].tolist()
    ['same_day', 'no']
    """

    level: str
    reasons: tuple[Reason, ...]
    answers: Mapping[str, str]
    interval: CredibleInterval
    guidance: Guidance
    given: Mapping[str, object]

    @property
    def provisional(self) -> bool:
        """Whether only what is not known yet keeps the level from being less urgent."""
        return bool(self.deciding) and all(reason.name in HOLDS for reason in self.deciding)

    @cached_property
    def about(self) -> Level:
        """The level with its texts; what to answer first where too little is known."""
        about, words = self.guidance.levels[self.level], self.guidance.words
        if not self.provisional:
            return about
        names = [reason.name for reason in self.deciding]
        label = words["not_enough_label" if "not_enough" in names else "provisional_label"]
        action = words["provisional_action"].format(action=about.action)
        return replace(about, label=label, action=action)

    @cached_property
    def eased(self) -> tuple[tuple[str, str], ...]:
        """The answers without which the level would be more urgent, each with that level."""
        return tuple(_eased(self))

    @cached_property
    def eased_text(self) -> str:
        """What made the level fall, in a sentence for each level; empty where nothing did."""
        words, vocabulary = self.guidance.words, self.interval.case.model.vocabulary
        by_level: dict[str, list[str]] = {}
        for name, level in self.eased:
            by_level.setdefault(level, []).append(vocabulary[name].label)
        return " ".join(
            words["eased"].format(level=self.guidance.levels[level].label, answers="; ".join(names))
            for level, names in by_level.items()
        )

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
    def open_holding(self) -> tuple[Flag, ...]:
        """The open warning signs without which no lesser level is told."""
        return tuple(flag for flag in self.open if flag in self.guidance.holding)

    @copied_property
    def reason_texts(self) -> list[str]:
        """Why, in plain sentences; one of them also where nothing asks for more."""
        return [reason.text for reason in self.reasons] or [self.guidance.words["no_reason"]]

    @copied_property
    def reasons_beside_open(self) -> list[str]:
        """Why, but for the open warning signs, which `open_text` names."""
        if not self.reasons:
            return self.reason_texts
        return [reason.text for reason in self.reasons if reason.name != OPEN_SIGNS]

    @cached_property
    def open_text(self) -> str:
        """Which warning signs are still open, as one sentence."""
        if not self.open:
            return self.guidance.words["all_answered"]
        labels = "; ".join(flag.label for flag in self.open)
        return self.guidance.words["open_flags"].format(flags=labels)

    @copied_property
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
        sentences = [*self.reasons_beside_open, self.eased_text, self.open_text]
        why = " ".join(filter(None, sentences))
        return f"{about.label}. {about.action} {because}: {why}"


@takes(model=A_MODEL)
def triage(
    model: Model,
    evidence: AnyCase,
    flags: Mapping[str, object] | None = None,
    *,
    not_known: Collection[str] = (),
) -> Triage:
    """Return how soon to seek help, decided by warning signs first, then by the posterior.

    The most urgent of all reasons holds. A worrying answer never lowers the level: rules are judged
    with and without it. Less than the level of `Guidance.enough` is told only once the findings it
    names are known or were asked in vain, and no urgent sign is open.

    Parameters
    ----------
    model : Model
        With guidance, and an equivalent sample size for each column.
    evidence : mapping or Case
        One case, as for `Model.case`.
    flags : mapping of str to bool, "unknown" or None, optional
        Answers to the warning signs by name; None, or leaving one out, means not asked.
    not_known : collection of str
        Questions that were asked in vain.

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
    A pop with marked swelling, by what you entered. A tendon may be torn right through.
    It is best seen early, while all ways of treating it are open.
    """
    guidance = guidance_for(model)
    given = check_flags(guidance, flags or {})
    return judged(guidance, credible_interval(model, evidence), given, not_known=not_known)


def judged(
    guidance: Guidance,
    interval: CredibleInterval,
    given: Mapping[str, object],
    raised: Collection[str] = (),
    not_known: Collection[str] = (),
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
    not_known : collection of str
        Questions that were asked in vain.
    """
    case = interval.case
    answers = flag_answers(guidance, given, case.evidence)
    answers |= {n: "follow_up" for n in raised if given.get(n) is not True}
    applied = AppliedRules(guidance, case)
    reasons = [
        *_flag_reasons(guidance, answers),
        *_rule_reasons(applied),
        *_holding_reasons(applied, answers, not_known),
    ]
    reasons.sort(key=lambda reason: guidance.urgency(reason.level))
    level = guidance.most_urgent(reason.level for reason in reasons)
    return Triage(level, tuple(reasons), answers, interval, guidance, dict(given))


def flag_answers(
    guidance: Guidance, given: Mapping[str, object], evidence: Evidence
) -> dict[str, str]:
    """Return the answer to every warning sign, from what was asked and from the findings."""
    return {n: _answer(flag, given.get(n), evidence) for n, flag in guidance.flags.items()}


def check_flags(guidance: Guidance, flags: Mapping[str, object]) -> dict[str, object]:
    """Return answers to warning signs, without those not asked, or raise with every problem."""
    if not isinstance(flags, Mapping):
        raise FlagError([f"flags are a mapping of name to answer, not {flags!r}"])
    problems = []
    for name, answer in flags.items():
        if name not in guidance.flags:
            hint = suggestion(name, guidance.flags) or part_suggestion(name, guidance.flags)
            allowed = listing(guidance.flags)
            problems.append(f"unknown warning sign {name!r}{hint}; allowed: {allowed}")
        elif not (answer is None or isinstance(answer, bool) or answer == UNKNOWN):
            allowed = f"True, False, {UNKNOWN!r}, or None where it was not asked"
            problems.append(f"the answer to {name} is {answer!r}; allowed: {allowed}")
    if problems:
        raise FlagError(problems)
    return {name: answer for name, answer in flags.items() if answer is not None}


def _answer(flag: Flag, given: object, evidence: Evidence) -> str:
    """Return the answer to one warning sign; a yes from either side stands."""
    if given is True:
        return "yes"
    if any(matches(pattern, evidence) for pattern in flag.answered_by):
        return "findings"
    if not evidence.below.isdisjoint(flag.answered_below):
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


def flag_levels(guidance: Guidance, answers: Mapping[str, str]) -> list[str]:
    """Return the levels that the warning signs ask for."""
    return [reason.level for reason in _flag_reasons(guidance, answers)]


def _flag_reasons(guidance: Guidance, answers: Mapping[str, str]) -> Iterable[Reason]:
    for name, flag in guidance.flags.items():
        if answers[name] in UP:
            phrase = guidance.words[UP[answers[name]]]
            text = phrase.format(flag=flag.label, why=flag.why)
            yield Reason(flag.level, name, text, flag.source)


def _rule_reasons(applied: AppliedRules) -> Iterable[Reason]:
    """Return the rules that are reached, with or without the worrying answers."""
    words, vocabulary = applied.guidance.words, applied.case.model.vocabulary
    for reached in applied.reached():
        rule = reached.rule
        phrase = words["probable_without" if reached.without else "probable"]
        text = phrase.format(
            condition=vocabulary.target.state(rule.condition).both_names,
            probability=percent(reached.probability),
            why=rule.why,
            answers="; ".join(vocabulary[name].label for name in reached.without),
        )
        yield Reason(rule.level, rule.name, text, rule.source)


def still_needed(
    guidance: Guidance, evidence: Evidence, not_known: Collection[str]
) -> tuple[str, ...]:
    """Return the findings that a lesser level waits for."""
    names = guidance.enough.findings
    return tuple(name for name in names if name not in evidence and name not in not_known)


def _holding_reasons(
    applied: AppliedRules, answers: Mapping[str, str], not_known: Collection[str]
) -> Iterable[Reason]:
    """Return what holds a lesser level back: what is not known yet, and worrying answers."""
    guidance, evidence = applied.guidance, applied.case.evidence
    enough, words, vocabulary = guidance.enough, guidance.words, applied.case.model.vocabulary
    if needed := still_needed(guidance, evidence, not_known):
        labels = "; ".join(vocabulary[name].label for name in needed)
        text = words["not_enough"].format(labels=labels)
        yield Reason(enough.level, "not_enough", text, enough.source)
    signs = [flag.label for flag in guidance.holding if answers[flag.name] in OPEN]
    if signs:
        text = words[OPEN_SIGNS].format(flags="; ".join(signs))
        yield Reason(enough.level, OPEN_SIGNS, text, enough.source)
    worrying = [name for name in applied.worrying if name in enough.findings]
    if worrying:
        known = [
            f"{vocabulary[n].label}: {value_words(vocabulary[n], evidence[n])}" for n in worrying
        ]
        text = words["worrying_answer"].format(answers="; ".join(known))
        yield Reason(enough.level, "worrying_answer", text, enough.source)


def _eased(triage: Triage) -> Iterable[tuple[str, str]]:
    """Yield each reassuring answer without which the level would be more urgent."""
    guidance, case = triage.guidance, triage.interval.case
    applied = AppliedRules(guidance, case)
    now = guidance.urgency(triage.level)
    for name in case.evidence:
        if name in applied.worrying:
            continue
        rest = case.evidence.without(name)
        answers = flag_answers(guidance, triage.given, rest)
        levels = flag_levels(guidance, answers)
        level = guidance.most_urgent([*levels, applied.level_without(name)])
        if guidance.urgency(level) < now:
            yield name, level
