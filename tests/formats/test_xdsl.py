"""XDSL: names that GeNIe would mistake, short ways to tell a table, and broken files."""

import re
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from hamknee.formats.draft import NetworkFileError
from hamknee.formats.interchange import export, read_network
from tests.support.network_files import HOSTILE, assert_refused, distance, with_states
from tests.support.networks import network


@pytest.mark.parametrize("name", HOSTILE)
def test_xdsl_holds_any_printable_state_beside_an_identifier(tmp_path: Path, name: str) -> None:
    export(with_states(name), tmp_path / "net.xdsl")
    text = (tmp_path / "net.xdsl").read_text(encoding="utf-8")
    assert all(re.fullmatch(r"[^\W\d]\w*", state) for state in re.findall('state id="(.*?)"', text))
    assert distance(with_states(name), read_network(tmp_path / "net.xdsl", target="t")) == 0


def test_parents_come_before_children_in_xdsl_whatever_the_order_of_the_vocabulary(
    tmp_path: Path,
) -> None:
    model = network({"t": ("x", [[0.1, 0.9], [0.3, 0.7]]), "x": ("", [0.2, 0.8])}, "t")
    export(model, tmp_path / "net.xdsl")
    order = re.findall('cpt id="(.*?)"', (tmp_path / "net.xdsl").read_text())
    assert all(a != "t" for a, _ in pairwise(order))
    assert distance(model, read_network(tmp_path / "net.xdsl", target="t")) == 0


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("<nodes>", "<nodes><other id='a' />", "'a' is of the kind 'other'"),
        ("<nodes>", "<dynamic /><nodes>", "found a network in time"),
        ("<parents>t</parents>", "<parents>sign</parents>", "'sign', 'sign' name one twice"),
    ],
)
def test_a_broken_xdsl_file_is_told_as_such(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    assert_refused(tmp_path, "xdsl", old, new, message)


def test_a_noisy_or_is_the_table_that_genie_makes_of_it(tmp_path: Path) -> None:
    # CancerOR2.xdsl and CancerOR2_CPT.xdsl of krzysztof/BayesianLearning, as GeNIe saved both
    causes = ("smoker", "genetic", "coal", "diet")
    nodes = "".join(
        f'<cpt id="{cause}"><state id="t"/><state id="f"/>'
        "<probabilities>0.5 0.5</probabilities></cpt>"
        for cause in causes
    )
    parameters = "0.61 0.39 0 1 0.25 0.75 0 1 0.15 0.85 0 1 0.04 0.96 0 1 0.01 0.99"
    (tmp_path / "net.xdsl").write_text(
        f'<smile><nodes>{nodes}<noisymax id="cancer"><state id="t"/><state id="f"/>'
        f"<parents>{' '.join(causes)}</parents><strengths>0 1 0 1 0 1 0 1</strengths>"
        f"<parameters>{parameters}</parameters></noisymax></nodes></smile>"
    )
    model = read_network(tmp_path / "net.xdsl", target="cancer")
    genie = [
        *(0.7637068, 0.75386125, 0.722008, 0.710425, 0.6849424, 0.671815, 0.629344, 0.6139),
        *(0.39412, 0.368875, 0.2872, 0.2575, 0.19216, 0.1585, 0.0496, 0.01),
    ]
    np.testing.assert_allclose(
        model.cpts["cancer"].probabilities[..., 0].ravel(), genie, atol=1e-12
    )


def test_a_noisy_max_has_its_columns_in_the_order_of_strength(tmp_path: Path) -> None:
    # BadDiet in CancerMAX.xdsl of the same, where the last column, which does nothing, is of 1
    (tmp_path / "net.xdsl").write_text(
        '<smile><nodes><cpt id="diet"><state id="good"/><state id="medium"/><state id="bad"/>'
        "<probabilities>0.55 0.15 0.3</probabilities></cpt>"
        '<noisymax id="cancer"><state id="malignant"/><state id="benign"/><state id="no"/>'
        "<parents>diet</parents><strengths>0 2 1</strengths><parameters>0.04 0.63 0.33 "
        "0.13 0.22 0.65 0 0 1 0 0 1</parameters></noisymax></nodes></smile>"
    )
    table = read_network(tmp_path / "net.xdsl", target="cancer").cpts["cancer"].probabilities
    np.testing.assert_allclose(
        table, [[0.04, 0.63, 0.33], [0, 0, 1], [0.13, 0.22, 0.65]], atol=1e-12
    )


NOISY = """<smile><nodes><cpt id="diet"><state id="good"/><state id="bad"/>
<probabilities>0.6 0.4</probabilities></cpt>
<noisymax id="ill"><state id="yes"/><state id="no"/><parents>diet</parents>
<strengths>{strengths}</strengths><parameters>{parameters}</parameters></noisymax></nodes></smile>
"""


@pytest.mark.parametrize(
    ("strengths", "parameters", "message"),
    [
        ("0", "0.5 0.5 0 1 0.1 0.9", "has 1 strengths and 6 parameters; allowed: 2 and 6"),
        ("0 1", "0.5 0.5 0 1", "has 2 strengths and 4 parameters; allowed: 2 and 6"),
        ("0 1", "0.5 0.5 0.2 1 0.1 0.899", "a column of the noisy-MAX 'ill' adds up to 1.2;"),
        ("1 1", "0.5 0.5 0 1 0.1 0.9", "the strengths of 'diet' in 'ill' are 1.0, 1.0; allowed: e"),
    ],
)
def test_a_noisy_max_that_is_not_whole_is_refused(
    strengths: str, parameters: str, message: str, tmp_path: Path
) -> None:
    (tmp_path / "net.xdsl").write_text(NOISY.format(strengths=strengths, parameters=parameters))
    with pytest.raises(NetworkFileError, match=re.escape(message)):
        read_network(tmp_path / "net.xdsl", target="ill")


@pytest.mark.parametrize("app", ["aGrUM 2.1", "GeNIe"])
def test_several_parents_are_refused_where_agrum_wrote_them_and_one_is_not(
    app: str, tmp_path: Path
) -> None:
    path = tmp_path / "net.xdsl"
    for parents in ("t", "t u"):
        spec = {"t": ("", [0.2, 0.8]), "u": ("", [0.4, 0.6])}
        table = np.full((2,) * (len(parents.split()) + 1), 0.5)
        export(network({**spec, "x": (parents, table)}, "x"), path)
        path.write_text(path.read_text().replace('app="hamknee"', f'app="{app}"'))
        if app == "GeNIe" or parents == "t":
            assert read_network(path, target="x").cpts["x"].parents == tuple(parents.split())
        else:
            with pytest.raises(NetworkFileError, match="'x' has several parents, and aGrUM"):
                read_network(path, target="x")
