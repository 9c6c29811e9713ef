"""Cohorts of any size: whose column is what, scoring, files, folders, several machines."""

from hamknee.cohort.columns import (
    ID_COLUMNS,
    CohortError,
    parse_maps,
    plan_columns,
    probability_columns,
)
from hamknee.cohort.distributed import score_dask, score_folder
from hamknee.cohort.folders import score_file
from hamknee.cohort.one_file import Job, score_one_file
from hamknee.cohort.reading import CHUNK_ROWS, Chunk, arrow_column, open_file
from hamknee.cohort.report import Report
from hamknee.cohort.scoring import CohortWarning, score
from hamknee.cohort.writing import write_csv, write_parquet

__all__ = [
    "CHUNK_ROWS",
    "ID_COLUMNS",
    "Chunk",
    "CohortError",
    "CohortWarning",
    "Job",
    "Report",
    "arrow_column",
    "open_file",
    "parse_maps",
    "plan_columns",
    "probability_columns",
    "score",
    "score_dask",
    "score_file",
    "score_folder",
    "score_one_file",
    "write_csv",
    "write_parquet",
]
