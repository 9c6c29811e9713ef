"""What has changed, told to those who do not see it: a line that screen readers read out."""

import streamlit as st

# A screen reader reads what changes inside a region that was there before (WCAG 4.1.3). Streamlit
# puts new elements in the place of old ones, so this keeps one element and exchanges its words.
#
# A question that was answered in place makes room for the next one, and the focus would be lost
# with it. It then comes here, from where the next stop is the answer (WCAG 2.4.3).
_WORDS = """
export default function ({ data, parentElement }) {
    const region = parentElement.querySelector("[role=status]");
    if (region.textContent === data) return;
    const first = region.textContent === "";
    region.textContent = data;
    if (!first) setTimeout(() => {
        if (document.activeElement === document.body) region.focus({ preventScroll: true });
    }, 200);
}
"""

_region = st.components.v2.component(
    "hamknee_announcing",
    html='<p role="status" tabindex="-1"></p>',
    js=_WORDS,
    isolate_styles=False,
)


def announce(words: str) -> None:
    """Let screen readers read out some words, in plain text, once they have changed.

    Once on a page.
    """
    with st.container(key="announced"):
        _region(data=words, key="announced-region")
