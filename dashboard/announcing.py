"""What has changed, told to those who do not see it: a line that screen readers read out."""

import streamlit as st

# A screen reader reads what changes inside a region that was there before (WCAG 4.1.3). Streamlit
# puts new elements in the place of old ones, so this keeps one element and exchanges its words.
_WORDS = """
export default function ({ data, parentElement }) {
    const region = parentElement.querySelector("[role=status]");
    if (region.textContent !== data) region.textContent = data;
}
"""

_region = st.components.v2.component(
    "hamknee_announcing",
    html='<p role="status"></p>',
    js=_WORDS,
    isolate_styles=False,
)


def announce(words: str) -> None:
    """Let screen readers read out some words, in plain text, once they have changed.

    Once on a page.
    """
    with st.container(key="announced"):
        _region(data=words, key="announced-region")
