"""What the browser says when the server does not answer, in words for who uses the page.

These words are in Streamlit's scripts, and were written for who develops with it: they send a
patient whose connection broke to a terminal.
"""

LOST = (
    "The connection is lost. Your answers are in the address of this page, and it tries again by "
    "itself. If nothing happens, load the page again."
)

OWN_WORDS = {
    "Is Streamlit still running? If you accidentally stopped Streamlit, just restart it in your "
    "terminal:": LOST,
    "`streamlit run yourscript.py`": "``",
    "Streamlit server is not responding. Are you connected to the internet?": LOST,
    "Cannot connect to Streamlit (": "This page cannot be reached (",
}
"""What a script says, and what it says here."""


def in_own_words(script: bytes) -> bytes:
    """Return a script with the words of this tool.

    >>> in_own_words(b"codeBlock:`streamlit run yourscript.py`")
    b'codeBlock:``'
    """
    for theirs, own in OWN_WORDS.items():
        script = script.replace(theirs.encode(), own.encode())
    return script
