"""What has changed, told to those who do not see it: a line that screen readers read out."""

import streamlit as st

# A screen reader reads what changes inside a region that was there before (WCAG 4.1.3). Streamlit
# puts new elements in the place of old ones, so this keeps one element and exchanges its words.
#
# A question that was answered makes room for the next one, and the focus would be lost with it.
# It then goes to the first answer of the next question, or comes here where there is none (WCAG
# 2.4.3).
_WORDS = """
const STOPS = "[role=radio], input, button:not([disabled]), summary";
const there = (element) => element && element.getClientRects().length > 0;
function bring(place, times) {
    const asks = document.querySelector(`.st-key-${place}`);
    const stop = [...(asks ? asks.querySelectorAll(STOPS) : [])].find(there);
    if (stop) {
        stop.focus({ preventScroll: true });
        asks.scrollIntoView({ block: "center" });
    } else if (times) setTimeout(bring, 100, place, times - 1);
}
export default function ({ data, parentElement }) {
    // The page is no stop of its own on the way to the first question: what is in it scrolls it.
    document.querySelector(".stMain")?.setAttribute("tabindex", "-1");
    const region = parentElement.querySelector("[role=status]");
    const first = region.textContent === "", moved = region.dataset.step !== data.step;
    if (region.dataset.place !== data.place) {
        region.dataset.place = data.place;
        if (!first) bring(data.place.split(" ")[1], 20);
    }
    if (region.textContent === data.words && !moved) return;
    region.textContent = data.words;
    region.dataset.step = data.step;
    if (!first) setTimeout(() => {
        if (document.activeElement !== document.body && there(document.activeElement)) return;
        const next = document.querySelector(`.st-key-step-${data.step}`);
        const stop = [...(next ? next.querySelectorAll(STOPS) : [])].find(there);
        (stop || region).focus({ preventScroll: true });
        if (stop && moved) next.scrollIntoView({ block: "nearest" });
    }, 200);
}
"""

_region = st.components.v2.component(
    "hamknee_announcing",
    html='<p role="status" tabindex="-1"></p>',
    js=_WORDS,
    isolate_styles=False,
)


def announce(words: str, step: str = "", place: str = "") -> None:
    """Let screen readers read out some words, in plain text, once they have changed.

    Once on a page.

    Parameters
    ----------
    words : str
        What is read out.
    step : str
        Of an interview, the step that is open: a focus that was lost goes there.
    place : str
        A number, and the key of what is to have the focus when the number is another one.
    """
    with st.container(key="announced"):
        _region(data={"words": words, "step": step, "place": place}, key="announced-region")
