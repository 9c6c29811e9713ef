"""Every reader with valid files to break, and what it promises of whatever it accepts.

The promise of all of them: a `HamkneeError` that people can read, or a result that keeps the
promise of its reader. Anything else that is raised is a fault of the reader.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory

from hamknee.base.errors import FaultsError, HamkneeError
from hamknee.base.files import shipped
from hamknee.cohort.results_folder import MANIFEST

from . import cohorts, evidence, networks, pages, small, tables, words


@dataclass(frozen=True)
class Target:
    """A reader.

    Parameters
    ----------
    check : callable
        Reads bytes, with a folder to write in, and raises AssertionError if the result is not what
        the reader promises.
    make_seeds : callable
        Returns files that are in order.
    cost : int
        How many times as long as the quickest it takes, about.
    """

    check: Callable[[bytes, Path], None]
    make_seeds: Callable[[], tuple[bytes, ...]]
    cost: int = 1

    @cached_property
    def seeds(self) -> tuple[bytes, ...]:
        return self.make_seeds()

    def accepts(self, data: bytes) -> bool:
        """Return whether the reader accepts something; raise if it does not keep its promise."""
        with TemporaryDirectory(prefix="hamknee-fuzz-") as folder:
            try:
                self.check(data, Path(folder))
            except HamkneeError as error:
                readable(error)
                return False
        return True


def readable(error: HamkneeError) -> None:
    """Hold a refusal to what people are owed: text that says what is wrong and what would do."""
    text = str(error)
    assert text.strip()
    text.encode()  # what cannot be printed would be a second fault
    assert "allowed: " in text or not isinstance(error, FaultsError)
    for fault in getattr(error, "faults", ()):
        assert fault.problem.strip()
        assert fault.allowed.strip()
        assert fault.line is None or fault.line >= 1


def _text(*texts: str) -> Callable[[], tuple[bytes, ...]]:
    return lambda: tuple(text.encode() for text in texts)


def _address() -> tuple[bytes, ...]:
    return (
        b"setting=sports_clinic&onset=sudden&pop=yes&location=posteromedial%7Cposterolateral",
        b"age=31&swelling=yes:0.7|no:0.3&flag=breathless_or_chest_pain&unknown=warmth&numbers=0a1b",
        b"no_flag=cannot_bear_weight|fever_or_unwell&unknown_flag=&onset=days|gradual&bruising=",
    )


def _manifest() -> tuple[bytes, ...]:
    begun = (cohorts.job() / "out" / MANIFEST).read_bytes()
    files = [
        {"name": name}
        for name in ("../b.parquet", "../empty/../out/part.parquet", "a\0.parquet", "part.parquet")
    ]
    return begun, small.as_json({"files": files})


def _footer() -> tuple[bytes, ...]:
    import pyarrow.parquet as pq

    about = pq.read_metadata(cohorts.job() / "out" / "part.parquet")
    return (about.metadata[b"hamknee.report"],)


def _parquet() -> tuple[bytes, ...]:
    return (
        cohorts.parquet(compression="none"),
        cohorts.parquet(compression="snappy", use_dictionary=False, row_group_size=2),
        cohorts.parquet(compression="gzip", version="1.0", data_page_version="2.0"),
    )


TARGETS: Mapping[str, Target] = {
    "priors.csv": Target(words.priors_csv, _text(small.PRIORS), 2),
    "vocabulary.toml": Target(words.vocabulary_toml, _text(small.VOCABULARY), 2),
    "references.bib": Target(words.references_bib, _text(small.REFERENCES)),
    "guidance.toml": Target(
        words.guidance_toml, lambda: (shipped("data/guidance.toml").read_bytes(),), 30
    ),
    "mapping.toml": Target(words.mapping_toml, _text(small.MAPPING)),
    "value": Target(
        words.one_value,
        _text("sign=yes:0.7|no:0.3", "age=31", "age=119.5", "place=home|clinic", "sign="),
    ),
    "address": Target(pages.address, _address),
    "cohort.csv": Target(cohorts.cohort_csv, _text(small.COHORT), 10),
    "cohort.csv in memory": Target(cohorts.cohort_in_memory, _text(small.COHORT), 10),
    "cohort.csv on a page": Target(cohorts.dashboard_csv, _text(small.COHORT), 5),
    "cohort.parquet": Target(cohorts.cohort_parquet, _parquet, 10),
    "cohort.parquet on a page": Target(cohorts.dashboard_parquet, _parquet, 5),
    "cases.csv": Target(cohorts.labelled_csv, _text(small.COHORT), 5),
    "table.csv": Target(tables.table_csv, tables.readable_dialects, 15),
    "workbook.xlsx": Target(tables.workbook, tables.workbooks, 5),
    "part of a workbook": Target(tables.sheet_xml, tables.parts_of_workbooks, 5),
    "statement": Target(evidence.statement, _text(*evidence.STATEMENTS), 5),
    "additions.toml": Target(evidence.additions, _text(evidence.ADDITIONS), 100),
    "coexisting.csv": Target(evidence.coexisting, _text(evidence.COEXISTING)),
    "base rates": Target(
        evidence.base_rates, _text("strain=0.3, clot=1 %", "strain=12,clot=3,other=1", "Clot = 0.5")
    ),
    "base rates.csv": Target(
        evidence.base_rates_file,
        _text("cause,share\nstrain,0.3\nclot,1 %\n", "cause;count\nclot;3\n", "cause\nclot\n"),
        3,
    ),
    "recalibration.json": Target(evidence.recalibration, evidence.layer_json),
    "leg.toml": Target(pages.leg_toml, _text(pages.LEG)),
    **{
        name: Target(check, _text(evidence.FILES[f"evidence/{name}"]), 30)
        for name, check in evidence.checks().items()
    },
    "note of a job": Target(cohorts.manifest_json, _manifest, 20),
    "footer of a result": Target(cohorts.footer_json, _footer, 20),
    **{
        name: Target(check, lambda name=name: networks.seeds(name.partition(".")[2]), 3)
        for name, check in networks.checks().items()
    },
}
"""The readers by what they read."""
