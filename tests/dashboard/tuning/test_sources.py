"""The literature: cited by author and year."""

from hamknee.network.priors import Priors
from tuning.sources import references


def test_sources_are_cited_by_author_and_year(priors: Priors) -> None:
    known = references(priors)
    cited = {
        "decary2017": "Decary et al. 2017",
        "eyanson1979": "Eyanson and Macfarlane 1979",
        "canoso2017": "Canoso 2017",
        "kwak2006a": "Kwak et al. 2006a",  # one of two papers of a year
        "yamada_nd": "Yamada et al., undated",
        "painful_knee_ultrasound_2006": "",
    }
    assert {key: known[key].cited for key in cited} == cited
    every = [source.cited for source in known.values() if source.cited]
    every = [words for words in every if "undated" not in words]  # works that go on being revised
    assert len(set(every)) == len(every)
    assert ">painful_knee_ultrasound_2006</a>" in known["painful_knee_ultrasound_2006"].short
