"""What was chosen about a file of cases, kept to be used again, here or by the command."""

import json
import tempfile
from collections.abc import Mapping
from pathlib import Path

import streamlit as st

from checking.cohort_columns import UNREAD
from checking.cohort_upload import MAPPING, MAPPING_REFUSED, Upload
from hamknee.base import HamkneeError
from hamknee.network import ColumnMapping, Vocabulary, read_mapping
from parts.texts import plain

LARGEST = 2**20
"""Bytes of a file of choices."""


def show_saving(upload: Upload) -> None:
    """Offer the choices as a file, and take those of an earlier one."""
    with st.expander("Use these choices again"):
        st.markdown(
            "What you chose for columns and values, as a file. Open it here with the next file of "
            "the same kind, or give it to the command: `hamknee score --mapping words.toml`."
        )
        st.download_button(
            "Save the choices",
            mapping_toml(upload.mapping),
            file_name="words.toml",
            mime="application/toml",
            on_click="ignore",
            key="cohort-save",
        )
        st.file_uploader(
            "Choices from earlier",
            type=["toml"],
            key=MAPPING,
            max_upload_size=1,
            on_change=take_choices,
            args=(upload,),
        )
        if refused := st.session_state.get(MAPPING_REFUSED):
            st.error(refused)


def mapping_toml(mapping: ColumnMapping) -> str:
    """Return a mapping as the TOML that `read_mapping` reads.

    >>> print(mapping_toml(ColumnMapping({"Beginn": "onset"}, {"onset": {"akut": "sudden"}})))
    [columns]
    "Beginn" = "onset"
    <BLANKLINE>
    [values.onset]
    "akut" = "sudden"
    <BLANKLINE>
    """
    parts = [_table("columns", mapping.columns)]
    for name, values in mapping.values.items():
        if values:
            parts.append(_table(f"values.{name}", values))
    return "\n".join(parts)


def _table(name: str, entries: Mapping[str, str]) -> str:
    # What JSON writes of a text is a text of TOML too.
    lines = (f"{json.dumps(theirs)} = {json.dumps(ours)}\n" for theirs, ours in entries.items())
    return f"[{name}]\n{''.join(lines)}"


def take_choices(upload: Upload) -> None:
    """Choose what an earlier file of choices says, where the columns are there."""
    st.session_state.pop(MAPPING_REFUSED, None)
    if (file := st.session_state.get(MAPPING)) is None:
        return
    try:
        choose(upload, read_choices(upload.vocabulary, file.getvalue()))
    except HamkneeError as error:
        lines = "\n".join(f"- {plain(line.strip())}" for line in str(error).splitlines()[:10])
        st.session_state[MAPPING_REFUSED] = f"**These choices cannot be used.**\n\n{lines}"


def read_choices(vocabulary: Vocabulary, data: bytes) -> ColumnMapping:
    """Return the mapping in the bytes of a file.

    Raises
    ------
    HamkneeError
        With every fault of the file.
    """
    if len(data) > LARGEST:
        raise HamkneeError(f"found a file of {len(data):,} bytes; allowed: {LARGEST:,}")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "words.toml")
        path.write_bytes(data)
        return read_mapping(vocabulary, path)


def choose(upload: Upload, mapping: ColumnMapping) -> None:
    """Make a mapping what is chosen; of what it does not say, or the file lacks, the guess stays.

    Parameters
    ----------
    upload : Upload
        The file of cases.
    mapping : ColumnMapping
        As it was saved.
    """
    there = set(map(str, upload.frame.columns))
    said = {theirs: ours for theirs, ours in mapping.columns.items() if theirs in there}
    kept = {
        ours: theirs
        for ours, theirs in upload.columns.items()
        if theirs not in said and ours not in said.values()
    }
    upload.columns = kept | {ours: theirs for theirs, ours in said.items() if ours}
    for name, values in mapping.values.items():
        if name in upload.columns:
            chosen = upload.meanings.setdefault((upload.columns[name], name), {})
            chosen.update({value.text: UNREAD for value in upload.unreadable(name)})
            chosen.update({theirs: ours for theirs, ours in values.items() if theirs in chosen})
    for key in [key for key in st.session_state if str(key).startswith("cohort-choice-")]:
        del st.session_state[key]
