"""A network of another program as a folder of files: priors.csv and vocabulary.toml."""

import itertools
import json
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from hamknee.base import HamkneeError, read_bytes, write_whole, writing
from hamknee.inference import Model
from hamknee.network import (
    CPT,
    TAKEN,
    TAKEN_AS_TARGET,
    TAKEN_TARGET,
    Priors,
    Row,
    State,
    Variable,
    Vocabulary,
    VocabularyError,
    ess_problems,
)


@dataclass(frozen=True)
class Imported:
    """What was made of a network.

    Parameters
    ----------
    priors : Priors
        Its numbers as rows.
    vocabulary_text : str
        What its vocabulary.toml holds.
    renamed : tuple of (str, str)
        Names that are no identifiers, and what stands for them; they stay as labels.

    Examples
    --------
    >>> import tempfile
    >>> from pathlib import Path
    >>> import hamknee
    >>> from hamknee.formats import as_files
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     as_files(hamknee.load()).save(folder)
    ...     sorted(path.name for path in Path(folder).iterdir())
    ...     again = hamknee.load(Path(folder, "priors.csv"))
    ['priors.csv', 'vocabulary.toml']
    >>> again.posterior({"pop": "yes"}).top == hamknee.load().posterior({"pop": "yes"}).top
    True
    """

    priors: Priors
    vocabulary_text: str
    renamed: tuple[tuple[str, str], ...]

    def __repr__(self) -> str:
        """Say how many numbers, and how many names had to change."""
        return f"Imported({self.priors!r}, {len(self.renamed):,} renamed)"

    def save(self, folder: str | Path) -> None:
        """Write vocabulary.toml and priors.csv.

        Parameters
        ----------
        folder : str or Path
            Made if it is not there; it must hold neither file.

        Raises
        ------
        HamkneeError
            If it holds one of them, or cannot be written.
        """
        folder = Path(folder)
        files = {"vocabulary.toml": self.vocabulary_text, "priors.csv": self.priors.to_csv()}
        for name in files:
            if os.path.lexists(folder / name):
                problem = f"{str(folder / name)!r} is there already"
                raise HamkneeError(f"{problem}; allowed: a folder without it")
        with writing(folder, "a folder that can"):
            folder.mkdir(parents=True, exist_ok=True)
            for name, text in files.items():
                write_whole(folder / name, text)


def as_files(
    model: Model, *, ess: float | None = None, note: str = "", words: str | Path | None = None
) -> Imported:
    """Return what a model becomes as files.

    Parameters
    ----------
    model : Model
        As `read_network` returns it.
    ess : float, optional
        For how many cases each column shall count when data are added to it. Needed where the
        model does not tell it, and used for all columns where it is given.
    note : str
        Of every row.
    words : str or Path, optional
        The vocabulary.toml that the model was read with, to be copied. By default one is made, in
        which roles, questions and groups are placeholders.

    Returns
    -------
    Imported
        Every number is a judgement, or logical where it is exactly 0 or 1.

    Raises
    ------
    HamkneeError
        If an equivalent sample size is missing or not allowed.

    Examples
    --------
    >>> import numpy as np
    >>> from hamknee.formats import as_files
    >>> from hamknee.inference import Model
    >>> from hamknee.network import CPT, State, Variable, Vocabulary
    >>> dose = Variable("Dose (mg)", "target", "Dose", (State("<5", "<5"), State(">5", ">5")))
    >>> cpts = {"Dose (mg)": CPT("Dose (mg)", (), np.array([0.3, 0.7]))}
    >>> files = as_files(Model(Vocabulary((dose,)), cpts), ess=10)
    >>> dict(files.renamed)
    {'Dose (mg)': 'dose_mg', 'Dose (mg)=<5': 'state_5', 'Dose (mg)=>5': 'state_5_2'}
    >>> print(files.priors.to_csv())
    variable,state,given,probability,ess,basis,sources,note
    dose_mg,state_5,,0.3,10,judgement,,
    dose_mg,state_5_2,,0.7,10,judgement,,
    """
    problems = [] if ess is None else ess_problems(ess)
    if ess is None and any(cpt.ess is None for cpt in model.cpts.values()):
        problem = "the file does not tell how many cases each column rests on"
        problems = [(problem, "an equivalent sample size (--ess N)")]
    if problems:
        raise HamkneeError("\n".join(f"{wrong}; allowed: {right}" for wrong, right in problems))
    if words is not None:
        text = read_bytes(Path(words), VocabularyError).decode("utf-8-sig")
        rows = _rows(model.vocabulary, model.cpts, ess, note)
        return Imported(Priors(model.vocabulary, rows), text, ())
    vocabulary, cpts, renamed = _with_identifiers(model)
    priors = Priors(vocabulary, _rows(vocabulary, cpts, ess, note))
    return Imported(priors, _toml(vocabulary), renamed)


def _rows(
    vocabulary: Vocabulary, cpts: Mapping[str, CPT], ess: float | None, note: str
) -> tuple[Row, ...]:
    rows = []
    for name, cpt in cpts.items():
        parents = [vocabulary[parent].state_names for parent in cpt.parents]
        for column in itertools.product(*(range(len(states)) for states in parents)):
            pairs = zip(cpt.parents, parents, column, strict=True)
            given = tuple((parent, states[i]) for parent, states, i in pairs)
            own = np.nan if cpt.ess is None else cpt.ess[column]
            count = float(own) if ess is None else ess
            for state, p in zip(
                vocabulary[name].state_names, cpt.probabilities[column], strict=True
            ):
                basis = "logical" if p in (0.0, 1.0) else "judgement"
                rows.append(Row(name, state, given, float(p), count, basis, (), note))
    return tuple(rows)


def identifiers(names: Iterable[str], spare: str, taken: Collection[str] = ()) -> dict[str, str]:
    """Return an identifier for each name, each different.

    Parameters
    ----------
    names : iterable of str
        Any texts, all different.
    spare : str
        What stands before those without a letter.
    taken : collection of str
        Identifiers that stand for something else.

    Examples
    --------
    >>> identifiers(["Très fort", "<5", ">5", "yes"], "state")
    {'Très fort': 'tres_fort', '<5': 'state_5', '>5': 'state_5_2', 'yes': 'yes'}
    """
    names = tuple(names)
    chosen = {name: name for name in names if _is_identifier(name) and name not in taken}
    used = {*chosen, *taken}
    for name in names:
        if name in chosen:
            continue
        plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
        start = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
        start = start if re.search("[a-z]", start) else f"{spare}_{start}".rstrip("_")
        tries = (start if n == 1 else f"{start}_{n}" for n in itertools.count(1))
        chosen[name] = next(text for text in tries if text not in used)
        used.add(chosen[name])
    return {name: chosen[name] for name in names}


def _is_identifier(name: str) -> bool:
    return re.fullmatch(r"[a-z0-9_]*[a-z][a-z0-9_]*", name) is not None


def _with_identifiers(
    model: Model,
) -> tuple[Vocabulary, dict[str, CPT], tuple[tuple[str, str], ...]]:
    """Return words and tables whose names are identifiers, and names that are no longer there."""
    target = model.vocabulary.target.name
    new = identifiers(model.vocabulary, "variable", TAKEN)
    if new[target] in TAKEN_AS_TARGET:
        new = identifiers(model.vocabulary, "variable", TAKEN | TAKEN_AS_TARGET)
    labels = _distinct([(v.label, v.name) for v in model.vocabulary.variables])
    variables, renamed = [], [(old, name) for old, name in new.items() if old != name]
    for variable, label in zip(model.vocabulary.variables, labels, strict=True):
        not_states = TAKEN_TARGET if variable.role == "target" else ()
        states = identifiers(variable.state_names, "state", not_states)
        renamed += [(f"{variable.name}={s}", name) for s, name in states.items() if s != name]
        named = tuple(State(states[state.name], state.label) for state in variable.states)
        variables.append(Variable(new[variable.name], variable.role, label, named))
    cpts = {
        new[name]: replace(cpt, variable=new[name], parents=tuple(new[p] for p in cpt.parents))
        for name, cpt in model.cpts.items()
    }
    return Vocabulary(tuple(variables), source=model.source), cpts, tuple(renamed)


def _distinct(labels: Sequence[tuple[str, str]]) -> list[str]:
    """Return labels, with the name beside one that is not the only one."""
    count = Counter(label for label, _ in labels)
    distinct = [label if count[label] == 1 else f"{label} ({name})" for label, name in labels]
    return distinct if len(set(distinct)) == len(distinct) else [name for _, name in labels]


def _toml(vocabulary: Vocabulary) -> str:
    parts = ["# Made from another program's network. Roles, questions, groups and minutes are\n"]
    parts.append("# placeholders, to be written before anybody is asked.\n")
    for variable in vocabulary.variables:
        lines = [f"\n[{variable.name}]", f'role = "{variable.role}"']
        lines.append(f"label = {_quoted(variable.label)}")
        if variable.role != "target":
            lines.append(f"question = {_quoted(variable.label + '?')}")
            lines += ['group = "examination"', "minutes = 1.0"]
        lines.append(f"\n[{variable.name}.states]")
        lines += [f"{s.name} = {{ label = {_quoted(s.label)} }}" for s in variable.states]
        parts.append("\n".join([*lines, ""]))
    return "".join(parts)


def _quoted(text: str) -> str:
    """Return a text as a TOML string, which is one of JSON but for the character DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
