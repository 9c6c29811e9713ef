"""What a widget shows is set only where it shows something else."""

from typing import Any

import pytest
import streamlit as st

from parts.widgets import apart, show_in_widget


class Session(dict[str, Any]):
    """A session that notes what is set in it."""

    def __init__(self, **values: object) -> None:
        super().__init__(values)
        self.noted: list[str] = []

    def __setitem__(self, key: str, value: object) -> None:
        self.noted.append(key)
        super().__setitem__(key, value)


@pytest.mark.parametrize(
    ("shown", "value", "is_set"),
    [
        ("yes", "yes", False),
        ("yes", None, True),
        (None, None, False),
        (["calf", "leg"], ["leg", "calf"], False),
        (["calf"], [], True),
        (62.5, 62.5 + 1e-12, False),
        (62.5, 62.51, True),
    ],
)
def test_a_choice_made_meanwhile_is_not_undone(
    monkeypatch: pytest.MonkeyPatch, shown: object, value: Any, is_set: bool
) -> None:
    session = Session(widget=shown)
    monkeypatch.setattr(st, "session_state", session)
    show_in_widget("widget", value)
    assert session.noted == (["widget"] if is_set else [])
    show_in_widget("another", value)
    assert session["another"] == value


def test_no_two_choices_are_called_alike_because_a_widget_tells_them_by_their_words() -> None:
    named = {"!": "Leave it", "": "Not known", "unknown": "Not known", "n": "Not known (2)"}
    shown_as = apart(named, named.__getitem__)
    assert list(map(shown_as, named)) == [
        *("Leave it", "Not known", "Not known (2)", "Not known (2) (2)")
    ]
    assert apart([], str.upper)("gone") == "GONE"
