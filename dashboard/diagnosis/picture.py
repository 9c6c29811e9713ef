"""The picture on which one shows where it hurts, where there is one for the vocabulary in use.

What is drawn, and which state of which question a place stands for, is data: leg.toml beside the
numbers, or else the shipped one if all that it names is in the vocabulary.
"""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import streamlit as st

from diagnosis.asking import Form, choose_state, chosen_states
from hamknee.base import shipped
from hamknee.network import Variable, Vocabulary
from parts.widgets import hear

NAME = "leg.toml"

TALLEST = 1000
"""Of a picture that is 100 wide."""

_PATH = re.compile(r"[MLCQZHVSTAmlcqzhvsta0-9 ,.\-]+")
"""What the data of a path is made of; nothing else reaches the page."""


@dataclass(frozen=True)
class View:
    """The leg from one side: outline, lines and places as the data of SVG paths."""

    label: str
    outline: str
    places: Mapping[str, str]
    lines: tuple[str, ...] = ()
    left: str = ""
    right: str = ""


@dataclass(frozen=True)
class Picture:
    """The views, and the question that their places answer."""

    variable: str
    height: int
    views: tuple[View, ...]


def find_picture(vocabulary: Vocabulary, numbers: Path) -> Picture | None:
    """Return the picture that goes with some numbers; None if none does.

    Parameters
    ----------
    vocabulary : Vocabulary
        Which has to have everything that the picture names.
    numbers : Path
        The file of the numbers, beside which a picture of its own may stand.
    """
    own = numbers.with_name(NAME)
    path = own if own.is_file() else shipped(f"data/{NAME}")
    picture = _read(path, path.stat().st_mtime_ns)
    if picture is None or picture.variable not in vocabulary:
        return None
    states = vocabulary[picture.variable].position
    return picture if all(p in states for view in picture.views for p in view.places) else None


@lru_cache(maxsize=4)
def _read(path: Path, changed: int) -> Picture | None:  # noqa: ARG001 - part of the key
    """Return the picture of a file; None where it does not hold one, or more than paths."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        views = tuple(
            View(**{**view, "lines": tuple(view.get("lines", ()))}) for view in table["views"]
        )
        picture = Picture(table["variable"], table["height"], views)
        sound = views and all(map(_is_drawn, views)) and _is_height(picture.height)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None
    return picture if sound and isinstance(picture.variable, str) else None


def _is_drawn(view: View) -> bool:
    """Return whether a view has words where words are due, and paths where these are."""
    words = (view.label, view.left, view.right)
    paths = (view.outline, *view.lines, *view.places.values())
    return all(isinstance(text, str) for text in words) and all(map(_PATH.fullmatch, paths))


def _is_height(height: object) -> bool:
    return isinstance(height, int) and 0 < height <= TALLEST


# The component ----------------------------------------------------------------------------

_HTML = '<div class="leg" role="group"></div>'

_DRAW = """
const SVG = "http://www.w3.org/2000/svg";
const made = (name, attributes, parent) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.append(element);
    return element;
};
function draw(root, data, choose) {
    const seen = new Set();
    root.setAttribute("aria-label", data.label);
    for (const view of data.views) {
        const figure = document.createElement("figure");
        const caption = document.createElement("figcaption");
        caption.textContent = view.label;
        const svg = made("svg", { viewBox: `-8 -2 116 ${data.height + 14}` }, figure);
        made("path", { d: view.outline, class: "outline", "aria-hidden": "true" }, svg);
        for (const d of view.lines) made("path", { d, class: "line", "aria-hidden": "true" }, svg);
        for (const [side, x] of [["left", 8], ["right", 92]]) {
            const text = made("text", { x, y: data.height + 10, "aria-hidden": "true" }, svg);
            text.textContent = view[side];
        }
        for (const [state, d] of Object.entries(view.places)) {
            const name = data.names[state];
            const place = made("path", { d, class: "place", "data-state": state }, svg);
            made("title", {}, place).textContent = name;
            place.addEventListener("click", () => choose(state));
            if (seen.has(state)) {
                place.setAttribute("aria-hidden", "true");  // once for those who go by the keyboard
                continue;
            }
            seen.add(state);
            place.setAttribute("role", "button");
            place.setAttribute("tabindex", "0");
            place.setAttribute("aria-label", name);
            place.addEventListener("keydown", (event) => {
                if (event.key !== "Enter" && event.key !== " ") return;
                event.preventDefault();
                choose(state);
            });
        }
        figure.prepend(caption);
        root.append(figure);
    }
}
export default function ({ data, parentElement, setTriggerValue }) {
    const root = parentElement.querySelector(".leg");
    root.choose = (state) => setTriggerValue("place", state);
    if (root.dataset.drawn !== data.drawn) {
        root.replaceChildren();
        draw(root, data, (state) => root.choose(state));
        root.dataset.drawn = data.drawn;
    }
    for (const place of root.querySelectorAll(".place")) {
        const rank = data.chosen.indexOf(place.dataset.state);
        place.classList.toggle("first", rank === 0);
        place.classList.toggle("also", rank > 0);
        if (place.hasAttribute("role")) place.setAttribute("aria-pressed", String(rank >= 0));
    }
}
"""

_leg = st.components.v2.component("hamknee_picture", html=_HTML, js=_DRAW, isolate_styles=False)


def show_picture(picture: Picture, variable: Variable, form: Form) -> None:
    """Show the picture; a place that is pressed answers the question."""
    key = f"{form.key}-picture"
    with st.container(key="picture"):
        pressed = _leg(
            data={
                "drawn": picture.variable,
                "label": variable.question,
                "height": picture.height,
                "names": {state.name: state.label for state in variable.states},
                "views": [{**vars(view), "places": dict(view.places)} for view in picture.views],
                "chosen": chosen_states(variable, form.case),
            },
            key=key,
            on_place_change=lambda: _take(variable, form, key),
        )
    hear(pressed.place, None, lambda: choose_state(variable, form, str(pressed.place)))


def _take(variable: Variable, form: Form, key: str) -> None:
    """Take the place that was pressed; what a page sends is anyone's."""
    state = st.session_state[key].place
    if state in variable.position:
        choose_state(variable, form, state)
