"""What to do: what is safe for every likely cause first, then what differs, and what to leave.

A measure is advised to everybody only if it helps every likely condition. What helps some is
named with the conditions it is for, and what a condition that is not excluded forbids is held
back from all, with the reason. A text that the answers rule out is not told: nobody raises a leg
against a swelling that is not there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from hamknee.base import FrozenMapping, Kind, copied_property, percent, shown, takes
from hamknee.guidance.fields import Wordings
from hamknee.guidance.texts import Condition, Measure, suits
from hamknee.guidance.triaging import Triage, triage
from hamknee.inference import A_MODEL, AnyCase, Model

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Item:
    """One piece of advice.

    Parameters
    ----------
    section : str
        ``now``, ``withheld``, ``do``, ``dont``, ``rehabilitation``, ``expect``, ``seek_help``,
        ``professional`` or ``limits``.
    text : str
        One or a few plain sentences.
    source : str
        Keys of references.bib, or "judgement".
    measure : str
        Name of the measure advised; empty for other texts.
    only_for : tuple of str
        Conditions it is for; empty where it suits every likely one.
    """

    section: str
    text: str
    source: str
    measure: str = ""
    only_for: tuple[str, ...] = ()


@shown
@dataclass(frozen=True)
class Advice:
    """What to do, section by section.

    Parameters
    ----------
    items : tuple of Item
        In the order in which they are to be read.
    likely : tuple of str
        Conditions that the advice has to suit, most probable first.
    withheld : frozenset of str
        Measures that are held back, because of a warning sign or a condition not excluded.
    triage : Triage
        The level, with its reasons.

    Examples
    --------
    >>> import hamknee
    >>> case, flags = {"onset": "sudden", "pop": "yes"}, {"cannot_bear_weight": True}
    >>> advice = hamknee.advice(hamknee.load(), case, flags)
    >>> advice.level, "stretching" in advice.withheld
    ('same_day', True)
    >>> list(advice.sections)[:4]
    ['now', 'withheld', 'do', 'dont']
    >>> list(advice.table)
    ['section', 'text', 'measure', 'only_for', 'source']
    """

    items: tuple[Item, ...]
    likely: tuple[str, ...]
    withheld: frozenset[str]
    triage: Triage

    @property
    def level(self) -> str:
        """Name of the triage level."""
        return self.triage.level

    @cached_property
    def sections(self) -> Mapping[str, tuple[str, ...]]:
        """The texts of each section that holds any, in order."""
        names = dict.fromkeys(item.section for item in self.items)
        return FrozenMapping(
            (name, tuple(item.text for item in self.items if item.section == name))
            for name in names
        )

    @copied_property
    def table(self) -> pd.DataFrame:
        """One row a piece of advice: section, text, measure, only_for, source."""
        import pandas as pd

        rows = [(i.section, i.text, i.measure, "|".join(i.only_for), i.source) for i in self.items]
        return pd.DataFrame(rows, columns=["section", "text", "measure", "only_for", "source"])

    @cached_property
    def text(self) -> str:
        """The sections with their headings, a line for each piece."""
        words = self.triage.guidance.words
        return "\n\n".join(
            "\n".join([words[name], *(f"- {text}" for text in texts)])
            for name, texts in self.sections.items()
        )


@takes(model=A_MODEL)
def advice(
    model: Model,
    evidence: AnyCase,
    flags: Mapping[str, object] | None = None,
    *,
    not_known: Collection[str] = (),
) -> Advice:
    """Return what to do now, what to leave, rehabilitation, when to seek help, and the limits.

    Parameters
    ----------
    model, evidence, flags, not_known
        As for `triage`.

    Returns
    -------
    Advice

    Raises
    ------
    FlagError, HamkneeError, EvidenceError, ImpossibleEvidenceError
        As for `triage`.

    Examples
    --------
    >>> import hamknee
    >>> model, case = hamknee.load(), {"onset": "gradual", "location": "posteromedial"}
    >>> advice = hamknee.advice(model, case, {"cannot_bear_weight": True})
    >>> for line in advice.sections["now"]:
    ...     print(line)
    See a doctor today: Have it looked at today: by a doctor, at urgent care or at a
    hospital. Go at night or at the weekend too.
    Do not start to exercise before a doctor has seen it. What is listed here is only for
    the hours until then.
    >>> advice.sections["withheld"][0]
    'No gentle exercises, strengthening while the muscle lengthens, heavier load,
    stretching or running and sport: Cannot bear weight.'
    >>> "rehabilitation" in advice.sections  # not before somebody has looked at it
    False
    """
    return advice_for(triage(model, evidence, flags, not_known=not_known))


@takes(triaged=Kind("a triage, as hamknee.triage returns it", (Triage,)))
def advice_for(triaged: Triage) -> Advice:
    """Return the advice that goes with a triage.

    Examples
    --------
    >>> import hamknee
    >>> from hamknee.guidance import advice_for
    >>> urgent = hamknee.triage(hamknee.load(), {}, {"breathless_or_chest_pain": True})
    >>> list(advice_for(urgent).sections)  # no self-care while an ambulance is called
    ['now', 'dont', 'seek_help', 'professional', 'limits']
    """
    maker = _Maker(triaged)
    sections = (
        maker.now, maker.hold_back, maker.do, maker.dont, maker.rehabilitation, maker.expect,
        maker.seek_help, maker.professional, maker.limits,
    )  # fmt: skip
    items = tuple(item for section in sections for item in section())
    likely = tuple(condition.name for condition in maker.likely)
    return Advice(items, likely, maker.withheld, triaged)


class _Maker:
    """Writes the sections of the advice for one triage."""

    def __init__(self, triaged: Triage) -> None:
        self.triage = triaged
        self.guidance = triaged.guidance
        self.words = triaged.guidance.words
        self.target = triaged.interval.posterior.target
        self.evidence = triaged.interval.posterior.evidence
        self.likely = self._likely()
        self.not_excluded = [
            condition
            for condition in self.guidance.conditions.values()
            if condition.avoid and self._high(condition) >= condition.excluded_below
        ]
        avoided = [entry.avoid for entry in self.not_excluded]
        avoided += [flag.avoid for flag in triaged.raised]
        self.withheld = frozenset(name for names in avoided for name in names)

    def _likely(self) -> list[Condition]:
        """Return the conditions the advice has to suit: the first, and all that are likely."""
        posterior = self.triage.interval.posterior
        first, *rest = posterior.order
        floor = self.guidance.self_care.likely_from
        chosen = [first, *(i for i in rest if posterior.probabilities[i] >= floor)]
        names = [self.target.state_names[i] for i in chosen]
        self.untold = [name for name in names if name not in self.guidance.conditions]
        return [self.guidance.conditions[name] for name in names if name not in self.untold]

    def _high(self, condition: Condition) -> float:
        return float(self.triage.interval.high[self.target.position[condition.name]])

    def _label(self, condition: Condition) -> str:
        return self.target.state(condition.name).both_names

    def _labels(self, measures: tuple[str, ...]) -> str:
        labels = [self.guidance.measures[name].label for name in measures]
        return labels[0] if len(labels) == 1 else f"{', '.join(labels[:-1])} or {labels[-1]}"

    def now(self) -> Iterator[Item]:
        about = self.triage.about
        yield Item("now", f"{about.label}: {about.action}", about.source)
        yield Item("now", about.instead, about.source)

    def hold_back(self) -> Iterator[Item]:
        for flag in self.triage.raised:
            # Once is enough where a condition holds back the same, with its reason.
            again = any(set(flag.avoid) <= set(c.avoid) for c in self.not_excluded)
            if flag.avoid and not again:
                text = self.words["hold_back_flag"].format(
                    measures=self._labels(flag.avoid), flag=flag.label
                )
                yield Item("withheld", text, flag.source)
        avoided = {name for flag in self.triage.raised for name in flag.avoid}
        for condition in self.not_excluded:
            if not self.triage.about.self_care and avoided.issuperset(condition.avoid):
                continue  # in an emergency the sign says it all
            text = self.words["hold_back"].format(
                measures=self._labels(condition.avoid),
                condition=self._label(condition),
                high=percent(self._high(condition)),
                because=condition.because,
            )
            yield Item("withheld", text, condition.source)

    def do(self) -> Iterator[Item]:
        if self.triage.about.self_care:
            yield from self._measures("do", "self_care")
        if self.triage.about.rehabilitation:
            yield Item("do", self.guidance.self_care.how_long, self.guidance.self_care.source)

    def dont(self) -> Iterator[Item]:
        """Yield what to leave: nobody is harmed by leaving it, so it is told to all.

        Where there is no time for self-care, only what could do harm.
        """
        rules, self_care = self.guidance.self_care, self.triage.about.self_care
        lists = [(entry.dont, entry.source) for entry in self.not_excluded]
        if self_care:
            lists += [(rules.dont, rules.source)]
            lists += [(entry.dont, entry.source) for entry in self.likely]
        sources: dict[str, str] = {}
        for wordings, source in lists:
            sources |= {text: source for text in self._suited(wordings) if text not in sources}
        for text, source in sources.items():
            yield Item("dont", text, source)

    def _suited(self, wordings: Wordings) -> list[str]:
        """Return the texts that are for somebody with these answers."""
        return [wording.text for wording in wordings if suits(wording, self.evidence)]

    def rehabilitation(self) -> Iterator[Item]:
        if self.triage.about.rehabilitation:
            yield from self._measures("rehabilitation", "rehabilitation")

    def _measures(self, section: str, group: str) -> Iterator[Item]:
        """Yield the measures of a group: those for every likely condition first."""
        partly = []
        for measure in self.guidance.measures.values():
            helped = tuple(c.name for c in self.likely if measure.name in c.helps)
            if measure.group != group or measure.name in self.withheld or not helped:
                continue
            if not self._suited(measure.text):
                continue
            if len(helped) == len(self.likely) and not self.untold:
                yield Item(section, self._told(measure), measure.source, measure.name)
            else:
                partly.append((measure, helped))
        for measure, helped in partly:
            labels = " or ".join(self.target.state(name).both_names for name in helped)
            text = self.words["only_for"].format(conditions=labels, text=self._told(measure))
            yield Item(section, text, measure.source, measure.name, helped)

    def expect(self) -> Iterator[Item]:
        for condition in self.likely if self.triage.about.self_care else ():
            probability = self.triage.interval.posterior[condition.name]
            text = self.words["expect_of"].format(
                condition=self._label(condition),
                probability=percent(probability),
                expect=condition.expect,
                recovery=condition.recovery,
            )
            yield Item("expect", text, condition.source, only_for=(condition.name,))

    def seek_help(self) -> Iterator[Item]:
        """Yield every warning sign by level, whether it was asked or not."""
        for level in self.guidance.levels.values():
            flags = [
                flag.label for flag in self.guidance.flags.values() if flag.level == level.name
            ]
            if flags:
                text = self.words["level_if"].format(level=level.label, flags="; ".join(flags))
                yield Item("seek_help", text, level.source)

    def professional(self) -> Iterator[Item]:
        """Yield what is for everybody, and what is for a condition that is likely or a danger."""
        concerned = {condition.name for condition in [*self.likely, *self.not_excluded]}
        for entry in self.guidance.professional.values():
            if entry.conditions and concerned.isdisjoint(entry.conditions):
                continue
            yield Item("professional", f"{entry.label}: {entry.text}", entry.source)

    def limits(self) -> Iterator[Item]:
        for name in self.untold:
            text = f"{self.target.state(name).both_names}: {self.words['no_texts']}"
            yield Item("limits", text, self.guidance.enough.source, only_for=(name,))
        for entry in self.guidance.limits.values():
            yield Item("limits", entry.text, entry.source)

    def _told(self, measure: Measure) -> str:
        """Return a measure, and for how long where it does not only bridge the hours."""
        how_long = f" {measure.how_long}" if self.triage.about.rehabilitation else ""
        return self._suited(measure.text)[0] + how_long
