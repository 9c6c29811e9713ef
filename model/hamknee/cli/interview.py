"""An interview in the terminal: the question to ask first, its answer, the new ranking."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field

from rich.console import Console

from hamknee.cli.terminal import ranking
from hamknee.guidance import find_guidance, level_questions
from hamknee.inference import Case, Model
from hamknee.network import Variable
from hamknee.reasoning import Questions, stop_rule
from hamknee.sensitivity import credible_interval

SHOWN = 5
"""How many conditions the ranking between two questions shows."""

KEYS = "0 don't know, b back, s stop"


@dataclass
class Interview:
    """One interview. What was asked is kept in order, so that it can be taken back.

    Parameters
    ----------
    model : Model
        What decides which question comes next.
    start : mapping
        What is known before the first question.
    console : Console
        Where to print.
    read : callable
        Returns what was typed at a prompt; raises EOFError where nothing more will come.
    """

    model: Model
    start: Mapping[str, object]
    console: Console
    read: Callable[[str], str]
    answers: dict[str, object] = field(default_factory=dict)
    """Each question asked, with the state or states answered, or None for "don't know"."""
    going_on: bool = False
    """Whether the person chose to go on although the stop rule said stop."""

    def case(self) -> Case:
        """Return everything known so far."""
        known = {name: answer for name, answer in self.answers.items() if answer is not None}
        return self.model.case({**self.start, **known})

    @property
    def not_known(self) -> tuple[str, ...]:
        """What was asked in vain."""
        return tuple(name for name, answer in self.answers.items() if answer is None)

    def run(self) -> Case:
        """Ask until the person or the stop rule stops; return everything known then."""
        self._show()
        while (question := self._next()) is not None:
            typed = self._ask(question)
            if typed == {"s"}:
                break
            if typed == {"b"}:
                self._back()
            elif typed == {"0"}:
                self.answers[question.name] = None
            else:
                self.answers[question.name] = {question.state_names[int(n) - 1] for n in typed}
            self._show()
        return self.case()

    def _show(self) -> None:
        """Print the ranking with its intervals."""
        interval = credible_interval(self.model, self.case())
        self.console.print()
        self.console.print(ranking(interval, self.console, SHOWN))

    def _next(self) -> Variable | None:
        """Print the next question and why it is asked, and return it; None to stop."""
        # What was asked is not asked again, also where the answer left several states open.
        skip = {*self.answers, *self._unsafe()}
        first = [name for name in self._first() if name not in skip]
        rule = stop_rule(self.model, self.case(), skip=skip, first=first)
        if rule.stop and not (self.going_on and rule.questions.best):
            self.console.print(f"\n{rule.text}")
            if not rule.questions.best or self._typed("Enter to stop, g to go on: ") != "g":
                return None
            self.going_on = True
        variable = self.model.vocabulary[rule.questions.best[0]]
        self._print_question(variable, rule.questions)
        return variable

    def _first(self) -> tuple[str, ...]:
        """Return the questions that could still change how urgent it is."""
        if find_guidance(self.model) is None:
            return ()
        return level_questions(self.model, self.case(), not_known=self.not_known).names

    def _unsafe(self) -> Collection[str]:
        """Return the questions that must not be asked now, because to find out could do harm."""
        guidance = find_guidance(self.model)
        return () if guidance is None else guidance.unsafe_questions(self.case().evidence)

    def _print_question(self, variable: Variable, questions: Questions) -> None:
        self.console.print(f"\n{variable.question}", style="bold")
        if variable.help:
            self.console.print(variable.help, style="dim")
        if variable.caution:
            self.console.print(variable.caution)
        self.console.print(questions.because, style="dim")
        for number, state in enumerate(variable.states, start=1):
            described = f" ({state.description})" if state.description else ""
            self.console.print(f"  {number}  {state.label}{described}")

    def _ask(self, variable: Variable) -> set[str]:
        """Return the numbers of the answers, or 0, b or s; anything else is asked again."""
        numbers = [str(number) for number in range(1, len(variable.states) + 1)]
        several = ", or several such as 1 2: one of them" if variable.several else ""
        while True:
            typed = self._typed(f"{numbers[0]} to {numbers[-1]}{several} ({KEYS}): ")
            words = set(typed.replace(",", " ").split())
            if words in ({"0"}, {"b"}, {"s"}):
                return words
            if words and words <= set(numbers) and (len(words) == 1 or variable.several):
                return words
            self.console.print(f"{typed!r} is no answer; allowed: {', '.join(numbers)}, {KEYS}.")

    def _typed(self, prompt: str) -> str:
        """Return what was typed; the end of the input means stop."""
        try:
            return self.read(prompt).strip().lower()
        except EOFError:
            return "s"

    def _back(self) -> None:
        """Take the last answer back."""
        if self.answers:
            self.answers.popitem()
        else:
            self.console.print("This is the first question.")
