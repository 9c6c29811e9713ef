"""The ranking as people: of 1,000 like this, so many have each condition."""

import streamlit as st

from answer import table_html
from drawing import show_chart
from hamknee import natural_frequencies
from hamknee.base import percent
from hamknee.charts import icon_array, icon_rows
from hamknee.sensitivity import CredibleInterval
from texts import plain

PEOPLE = 1000

ALT = "One square for each of 1,000 people with the same answers, grouped by what they have."


def show_people(interval: CredibleInterval) -> None:
    """Show an icon array and how many people have what."""
    found = natural_frequencies(interval.posterior, PEOPLE)
    st.markdown(plain(found.text))
    show_chart(icon_array, found.table, icon_rows, key="people", alt=ALT)
    ends = interval.table
    rows = [
        (label, _people(people), _range(low * PEOPLE, high * PEOPLE))
        for label, people, low, high in zip(
            found.table["label"], found.table["people"], ends["low"], ends["high"], strict=True
        )
    ]
    head = (interval.posterior.target.label, "People", f"{percent(interval.mass)} interval")
    st.html(f'<div class="people">{table_html(head, rows)}</div>')


def _range(low: float, high: float) -> str:
    ends = _people(low), _people(high)
    return ends[0] if ends[0] == ends[1] else " to ".join(ends)


def _people(count: float) -> str:
    """Return how many people; what is rare is not nobody."""
    return f"{count:,.0f}" if count >= 0.5 else "under 1"
