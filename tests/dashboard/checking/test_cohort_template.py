"""The file to begin with: offered, and read back whole."""

import csv
import io

import numpy as np

from checking.cohort_template import template
from hamknee.inference.model import Model
from tests.support.at_page import (
    sound,
)
from tests.support.check_page import (
    at,
    result,
    session,
    uploaded,
)


def test_the_template_is_read_back_whole(model: Model) -> None:
    data = template(model)
    header, *rows = csv.reader(io.StringIO(data.decode()))
    target = model.vocabulary.target.name
    findings = [name for name in model.vocabulary if name != target]
    assert header == ["case_id", *findings, target]
    assert len(rows) == 2
    page = uploaded(data, "hamknee-template.csv")
    upload = session(page)
    assert upload.named_by == "case_id"
    assert upload.columns == {name: name for name in model.vocabulary}
    assert [upload.unreadable(name) for name in upload.columns] == [[]] * len(header[1:])
    page = sound(page.button(key="cohort-start").click().run())
    scored = result(page)
    assert scored["fault"].isna().all()
    for row, cells in enumerate(rows):
        case = dict(zip(findings, cells[1:-1], strict=True))
        expected = model.posterior(case | {"age": float(case["age"])})
        states = [f"p_{name}" for name in model.vocabulary.target.state_names]
        np.testing.assert_allclose(
            scored.loc[row, states].astype(float), expected.probabilities, atol=1e-12
        )
    assert session(page).evaluation.n == 2


def test_the_template_is_offered() -> None:
    page = at("Your own cases")
    (button,) = (one for one in page.get("download_button") if one.key == "cohort-template")
    assert button.label == "Download a template"
