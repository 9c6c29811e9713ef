"""What the readers of network files promise: distributions, and the same from what they write."""

import math
from collections.abc import Callable
from functools import cache, partial
from pathlib import Path

import numpy as np

from hamknee.base.errors import HamkneeError
from hamknee.formats.interchange import FORMATS, export, read_network, read_nodes

from . import small


def network(data: bytes, folder: Path, *, format: str) -> None:  # noqa: A002
    """Columns that add up, a model that answers, and the same network from a file of our own."""
    path = folder / f"in.{format}"
    path.write_bytes(data)
    nodes = read_nodes(path)
    for node in nodes:
        assert np.isfinite(node.table).all()
        assert (node.table >= 0).all()
        np.testing.assert_allclose(node.table.sum(axis=-1), 1, rtol=0, atol=1.1e-6)
        assert len(set(node.states)) == len(node.states) == node.table.shape[-1]
        assert len(node.parents) == node.table.ndim - 1
    model = read_network(path, target=nodes[0].name)
    assert math.isclose(model.posterior({}).probabilities.sum(), 1, rel_tol=1e-9)
    written = folder / f"out.{format}"
    try:
        export(model, written)
    except HamkneeError:  # a name that other programs would read differently
        return
    again = read_network(written, target=nodes[0].name)
    assert list(again.cpts) == list(model.cpts)
    for name, cpt in model.cpts.items():
        assert again.vocabulary[name].state_names == model.vocabulary[name].state_names
        assert again.cpts[name].parents == cpt.parents
        np.testing.assert_array_equal(again.cpts[name].probabilities, cpt.probabilities)


def checks() -> dict[str, Callable[[bytes, Path], None]]:
    return {f"network.{name}": partial(network, format=name) for name in FORMATS}


@cache
def seeds(format: str) -> tuple[bytes, ...]:  # noqa: A002
    from tempfile import TemporaryDirectory

    with TemporaryDirectory() as folder:
        path = Path(folder, f"seed.{format}")
        export(small.model(), path)
        return (path.read_bytes(),)
