"""Cohorts as files, and what scoring them leaves behind."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from hamknee.cohort.columns import CohortError
from hamknee.cohort.folders import score_file
from hamknee.inference.model import Model

COUNT = 500


def cohort(count: int = COUNT, seed: int = 0) -> pd.DataFrame:
    """Return cases as texts, with blanks, one-of, years, and here and there a fault."""
    rng = np.random.default_rng(seed)
    onset = np.array(["sudden", "days", "gradual", "days|gradual", "sudn", None], dtype=object)
    pop = np.array(["yes", "no", "yes:0.7|no:0.3", None], dtype=object)
    years = [None if year < 20 else str(year) for year in rng.integers(10, 130, count).tolist()]
    return pd.DataFrame(
        {
            "case_id": [f"p{number}" for number in range(count)],
            "onset": rng.choice(onset, count),
            "note": [f'says "a,\n{number}"' for number in range(count)],
            "pop": rng.choice(pop, count),
            "age": years,
        }
    )


def write(frame: pd.DataFrame, path: Path) -> Path:
    if path.suffix == ".csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path, index=False)
    return path


def read(path: Path) -> pd.DataFrame:
    return pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)


def refused(model: Model, source: Path, target: Path, **options: Any) -> str:
    with pytest.raises(CohortError) as raised:
        score_file(model, source, target, **options)
    assert "; allowed: " in str(raised.value)
    return str(raised.value)


def files_below(folder: Path) -> dict[str, bytes]:
    """Return every file below a folder, hidden ones included."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def folder_of(place: Path, parts: int = 6, rows: int = 50) -> Path:
    place.mkdir()
    for part in range(parts):
        below = place / "sub" if part == 3 else place
        below.mkdir(exist_ok=True)
        write(cohort(rows, seed=part), below / f"part-{part}.parquet")
    (place / "_SUCCESS").touch()
    return place
