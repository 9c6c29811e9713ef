"""A file of cases to begin with: every question as a column, and made-up patients as rows."""

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from checking.cohort_results import as_csv
from hamknee import Model
from hamknee.cohort import ID_COLUMNS
from hamknee.inference import draw
from hamknee.network import Variable
from parts.texts import texts

ROWS, SEED = 2, 1
"""Of the made-up patients."""


def offer(model: Model) -> None:
    """Offer the file, which is made when it is asked for."""
    st.download_button(
        "Download a template",
        partial(template, model),
        file_name="hamknee-template.csv",
        mime="text/csv",
        key="cohort-template",
        on_click="ignore",
    )
    st.caption(texts().template)


def template(model: Model) -> bytes:
    """Return the file as CSV: the name of the row first, the diagnosis last.

    The patients are drawn from the model, so that their answers are ones that it can read, and can
    be true together.
    """
    drawn = draw(model, ROWS, np.random.default_rng(SEED))
    columns = {
        variable.name: [cell(variable, code) for code in codes]
        for variable, codes in zip(model.vocabulary.variables, drawn.T.tolist(), strict=True)
    }
    names = {ID_COLUMNS[0]: [f"made-up-{number}" for number in range(1, ROWS + 1)]}
    diagnosis = {model.vocabulary.target.name: columns.pop(model.vocabulary.target.name)}
    return as_csv(pd.DataFrame(names | columns | diagnosis))


def cell(variable: Variable, code: int) -> str:
    """Return a state as one would write it down: where it is a bin, a whole number in it if any."""
    state = variable.states[code]
    if state.lower is None or state.upper is None:
        return state.name
    return f"{max((state.lower + state.upper) // 2, state.lower):g}"
