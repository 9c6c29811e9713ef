"""The Check page with a panel open, and a visitor's cohort on it."""

import io
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from streamlit.testing.v1 import AppTest

from tests.support.at_page import APP, sound

THEIRS = """patient_id,Diagnose,When it began,Pop_at the START,swelling,age,sex,warmth,note
=1+1,rupture,sudden,ja,leg,31,m,no,=cmd()
P2,strain,Sudden,nein,none,44,f,no,x
P3,tendinopathy,days,0,none,abc,m,?,x
P4,dvt,gradual,1,leg,77,f,yes,x
P5,meniscal_tear,days,no,focal,52,m,no,x
"""
OURS = [
    {"onset": "sudden", "pop": "yes", "swelling": "leg", "age": 31, "sex": "male", "warmth": "no"},
    {
        "onset": "sudden",
        "pop": "no",
        "swelling": "none",
        "age": 44,
        "sex": "female",
        "warmth": "no",
    },
    None,
    {
        "onset": "gradual",
        "pop": "yes",
        "swelling": "leg",
        "age": 77,
        "sex": "female",
        "warmth": "yes",
    },
    {"onset": "days", "pop": "no", "swelling": "focal", "age": 52, "sex": "male", "warmth": "no"},
]


def at(panel: str, **choices: str) -> AppTest:
    """Return the page with a panel open."""
    page = AppTest.from_file(str(APP), default_timeout=30)
    page.switch_page("views/check.py")
    page.session_state["check-panel"] = panel
    for key, chosen in choices.items():
        page.session_state[f"check-{key}"] = chosen
    return sound(page.run())


def uploaded(data: bytes, name: str = "mine.csv") -> AppTest:
    """Return the page with a file taken."""
    page = at("Your own cases")
    return sound(page.file_uploader[0].upload(name, data, "text/csv").run())


def worked_out(data: bytes, name: str = "mine.csv") -> AppTest:
    """Return the page with the answers to a file."""
    return sound(uploaded(data, name).button(key="cohort-start").click().run())


def session(page: AppTest) -> Any:
    """Return what the session has of the file."""
    return page.session_state["cohort"]


def result(page: AppTest) -> pd.DataFrame:
    """Return the answers to all rows."""
    return pd.concat(session(page).parts, ignore_index=True)


def parquet(table: pa.Table) -> bytes:
    """Return a table as a file."""
    written = io.BytesIO()
    pq.write_table(table, written)
    return written.getvalue()
