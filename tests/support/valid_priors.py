"""Any numbers that are allowed, over a small vocabulary, for hypothesis to draw."""

from hypothesis import strategies as st

from hamknee.network.priors import Priors
from hamknee.network.rows import Row, note_problems
from hamknee.network.vocabulary import State, Variable, Vocabulary

SMALL = Vocabulary(
    (
        Variable("cause", "target", "Cause", tuple(State(s, s) for s in ("a", "b", "c"))),
        Variable("sign", "finding", "Sign", tuple(State(s, s) for s in ("yes", "no"))),
    )
)
SOURCES = ("one2001", "two2002")
NOTES = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20
).filter(lambda note: not note_problems(note))


@st.composite
def columns(draw: st.DrawFn, variable: str, given: tuple[tuple[str, str], ...]) -> list[Row]:
    """Draw the rows of one column."""
    states = SMALL[variable].state_names
    parts = draw(st.lists(st.floats(1e-9, 1), min_size=len(states), max_size=len(states)))
    ess = draw(st.floats(1e-3, 1e9))
    return [
        Row(
            variable,
            state,
            given,
            part / sum(parts),
            ess,
            "indirect",
            tuple(draw(st.lists(st.sampled_from(SOURCES), min_size=1, max_size=2, unique=True))),
            draw(NOTES),
        )
        for state, part in zip(states, parts, strict=True)
    ]


@st.composite
def valid_priors(draw: st.DrawFn) -> Priors:
    """Draw all numbers of the small vocabulary, in any order."""
    rows = draw(columns("cause", ()))
    for state in SMALL["cause"].state_names:
        rows += draw(columns("sign", (("cause", state),)))
    return Priors(SMALL, tuple(draw(st.permutations(rows))))
