"""The words that are read while the page is on its way: what it is, and when not to wait for it."""

import re
from functools import lru_cache

from parts.texts import in_html, shipped_guidance, texts

MARK = b'<div id="root"></div>'
"""Where Streamlit puts the page."""

FONT = re.compile(rb'<link\s+rel="preload"\s[^>]*?\.woff2"\s[^>]*>')
"""What lets the letters be loaded before the scripts: a second of a slow line, and without them the
page is read just as well."""

STYLE = """
#first-words { position: fixed; inset: 0; z-index: 9; overflow: auto; padding: 2rem 1.2rem;
  background: #fff; color: #1b2733; font: 16px/1.5 system-ui, sans-serif; }
#first-words > * { max-width: 44rem; margin: 0 auto 1rem; }
#first-words h1 { font-size: 1.6rem; line-height: 1.25; }
@media (prefers-color-scheme: dark) { #first-words { background: #11181f; color: #e8edf2; } }
"""

# They go as soon as the page has words of its own.
SCRIPT = """
const first = document.getElementById("first-words");
const watch = new MutationObserver(() => {
    if (!document.querySelector(".stMain :is(h1, h2, p, button)")) return;
    first.remove();
    watch.disconnect();
});
watch.observe(document.body, { childList: true, subtree: true });
"""


def with_first_words(page: bytes) -> bytes:
    """Return the page that loads the scripts, with words; any other page as it is."""
    if MARK not in page:
        return page
    title = f"<title>{in_html(texts().title)}</title>".encode()
    page = FONT.sub(b"", page)
    return page.replace(b"<title>Streamlit</title>", title).replace(MARK, _words() + MARK)


@lru_cache(maxsize=1)
def _words() -> bytes:
    guidance = shipped_guidance()
    signs = ""
    for level in guidance.levels.values():
        flags = [flag.label for flag in guidance.urgent if flag.level == level.name]
        line = guidance.words["level_if"].format(level=level.label, flags="; ".join(flags))
        signs += f"<p>{in_html(line)}</p>" if flags else ""
    return (
        f'<div id="first-words"><h1>{in_html(texts().title)}</h1>'
        f"<p>{in_html(texts().informs)} {in_html(texts().loading)}</p>{signs}</div>"
        f"<style>{STYLE}</style><script>{SCRIPT}</script>"
    ).encode()
