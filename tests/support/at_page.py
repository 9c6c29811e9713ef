"""One page of the dashboard without a browser: opening it, answering on it, reading it."""

import re
from collections.abc import Mapping
from html import unescape
from typing import Any

import pyarrow as pa
from streamlit.testing.v1 import AppTest

import hamknee
from hamknee.base.files import shipped
from hamknee.inference.model import Model
from hamknee.network.evidence import parse_value

APP = shipped("dashboard") / "app.py"

VIEWS = sorted(path.stem for path in (shipped("dashboard") / "views").glob("*.py"))
"""Every page there is, found by its file, so that a new one is tested as well."""

# Opening ----------------------------------------------------------------------------------


def at_page(
    view: str, address: Mapping[str, str | list[str]] | None = None, **case: str
) -> AppTest:
    """Return a page, reached from a case and opened at an address of its own."""
    page = AppTest.from_file(str(APP), default_timeout=30)
    for name, text in case.items():
        page.query_params[name] = text
    if case:
        sound(page.run())
    return go(page, view, address)


def diagnose(**answers: str | list[str]) -> AppTest:
    """Return the first page, opened at the address of a case."""
    return at_page("diagnose", answers)


def for_expert(**answers: str | list[str]) -> AppTest:
    """Return the same as an expert sees it, who gets a ranking however little is known."""
    return diagnose(**answers, expert="yes")


def go(page: AppTest, view: str, address: Mapping[str, str | list[str]] | None = None) -> AppTest:
    """Turn to another page of the same session, as the navigation does."""
    page.switch_page(f"views/{view}.py")
    page.query_params.clear()
    for name, text in (address or {}).items():
        page.query_params[name] = text
    return sound(page.run())


def sound(page: AppTest) -> AppTest:
    assert not page.exception, page.exception[0].stack_trace
    return page


# Answering --------------------------------------------------------------------------------


def act(page: AppTest, name: str) -> AppTest:
    """Turn to an act of the interview."""
    return sound(page.button_group("act").set_value(name).run())


def opened(page: AppTest, name: str, form: str = "answer") -> AppTest:
    """Return a page on which a question can be answered: in its act, or among all questions."""
    key = f"{form}-{name}"
    acts = [group for group in page.button_group if group.key == "act"]
    if acts and not _there(page, key):
        page = act(page, "pain")
    if acts and not _there(page, key):
        page = act(page, "sharpen")
    return page if _there(page, key) else unfolded(page, name, form)


def unfolded(page: AppTest, name: str, form: str = "answer") -> AppTest:
    """Open the group that a question is folded up in. It has to be opened for each run here."""
    for group in ("history", "examination", "background"):
        page.session_state["any"] = True
        page.session_state[f"{form}-group-{group}"] = True
    page = sound(page.run())
    assert _there(page, f"{form}-{name}")
    return page


def _there(page: AppTest, key: str) -> bool:
    return key in {element.key for element in (*page.button_group, *page.number_input)}


def choose(page: AppTest, name: str, option: str, form: str = "answer") -> AppTest:
    """Choose an answer to a question, wherever it stands."""
    page = opened(page, name, form)
    page.button_group(f"{form}-{name}").set_value(option)
    for group in ("history", "examination", "background"):
        page.session_state["any"] = True
        page.session_state[f"{form}-group-{group}"] = True
    return sound(page.run())


def press(page: AppTest, label: str) -> AppTest:
    button = next(button for button in page.button if button.label.replace("\\", "") == label)
    return sound(button.click().run())


def look_at(page: AppTest, section: str) -> AppTest:
    """Open a section below the ranking, by its key."""
    return unfold(page, f"section-{section}")


def unfold(page: AppTest, key: str) -> AppTest:
    """Open what is folded up: its content is made only then."""
    page.session_state[key] = True
    return sound(page.run())


def answer_folded(page: AppTest, folder: str, key: str, option: str) -> AppTest:
    """Answer what is folded up. What was opened has to be opened anew for each run here."""
    page = unfold(page, folder)
    page.button_group(key).set_value(option)
    return unfold(page, folder)


# Reading ----------------------------------------------------------------------------------


def address(page: AppTest) -> dict[str, str]:
    """Return the case in the address, each parameter of which must stand there once."""
    values = {
        name: [text] if isinstance(text, str) else text for name, text in page.query_params.items()
    }
    assert all(len(texts) == 1 for texts in values.values())
    return {name: texts[0] for name, texts in values.items() if name != "expert"}


def html(page: AppTest) -> list[str]:
    """Return what a page shows as HTML, without its style."""
    bodies = [block.proto.body.replace("\N{NO-BREAK SPACE}", " ") for block in page.html]
    return [body for body in bodies if not body.startswith("<style")]


def words(page: AppTest) -> str:
    """Return everything the page says, without what makes it Markdown or HTML."""
    blocks: list[Any] = [*page.title, *page.header, *page.subheader, *page.markdown]
    blocks += [*page.caption, *page.warning, *page.error, *page.code]
    texts = [str(block.value).replace("\\", "") for block in blocks]
    texts += [unescape(re.sub("<[^>]*>", " ", body)) for body in html(page)]
    return "\n".join(texts).replace("\N{NO-BREAK SPACE}", " ")


def folded(page: AppTest) -> list[str]:
    """Return what is over everything that can be folded up."""
    return [expander.label.replace("\\", "") for expander in page.expander]


def links(page: AppTest) -> dict[str, str]:
    """Return the links to other pages by their words, each with the address it leads to."""
    protos = (link.proto for link in page.get("page_link"))
    return {proto.label.replace("\\", ""): proto.query_string for proto in protos}


def asked_next(page: AppTest) -> list[str]:
    """Return the questions that are offered next and open."""
    keys = [group.key or "" for group in page.button_group]
    return [key.removeprefix("next-") for key in keys if key.startswith("next-")]


def drawn(page: AppTest, place: int = 0) -> list[dict[str, object]]:
    """Return the rows of a chart."""
    (dataset,) = page.get("vega_lite_chart")[place].proto.datasets
    return list(pa.ipc.open_stream(dataset.data.data).read_all().to_pylist())


def ranking(page: AppTest) -> list[tuple[str, str, str]]:
    """Return name, probability and interval of every row of the ranking, also those folded up."""
    page = unfold(page, "others")
    causes = [table for table in tables(page) if 'class="causes"' in table]
    return [(name, now, ends) for table in causes for name, now, ends in cells(table)]


def expected_ranking(model: Model, **answers: str) -> list[tuple[str, str, str]]:
    """Return the rows that the ranking should have, from the library."""
    known = {name: parse_value(model.vocabulary[name], text) for name, text in answers.items()}
    interval = hamknee.credible_interval(model, known)
    states = [model.vocabulary.target.states[place] for place in interval.posterior.order]
    return [
        (state.everyday + (state.label if state.plain else ""), row.now, row.interval)
        for state, row in zip(states, interval.ranking, strict=True)
    ]


def cells(table: str) -> list[list[str]]:
    """Return the text of every cell of the body of a table in HTML, row by row."""
    rows = re.findall(r"<tr>(.*?)</tr>", table.partition("<tbody>")[2])
    return [
        [
            unescape(re.sub("<[^>]*>", "", cell))
            for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row)
        ]
        for row in rows
    ]


def tables(page: AppTest) -> list[str]:
    """Return the tables of a page that stand in HTML of their own."""
    return [body for body in html(page) if body.startswith("<table")]
