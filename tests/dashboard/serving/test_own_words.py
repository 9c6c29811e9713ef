"""What the browser says when the server does not answer."""

from serving.own_words import LOST, OWN_WORDS, in_own_words
from serving.quick_start import STATIC


def test_nobody_whose_connection_broke_is_sent_to_a_terminal() -> None:
    scripts = [path.read_bytes() for path in (STATIC / "js").glob("index.*.js")]
    whole = b"".join(scripts)
    for theirs in OWN_WORDS:  # another version of Streamlit may say it otherwise
        assert theirs.encode() in whole
    own = b"".join(map(in_own_words, scripts))
    assert LOST.encode() in own
    for word in (b"yourscript", b"restart it in your terminal", b"Streamlit server is not"):
        assert word in whole
        assert word not in own


def test_other_scripts_stay_as_they_are() -> None:
    assert in_own_words(b"let x = 1") == b"let x = 1"
