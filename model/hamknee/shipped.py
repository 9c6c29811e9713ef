"""Where the files that come with hamknee are, in a checkout and in an installed copy."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_CHECKOUT = _PACKAGE.parents[1]


def shipped(name: str) -> Path:
    """Return the path of something shipped, such as ``"data/priors.csv"`` or ``"dashboard"``.

    A wheel carries the files inside the package; in a checkout they stand at its top.
    """
    inside = _PACKAGE / name
    return inside if inside.exists() else _CHECKOUT / name
