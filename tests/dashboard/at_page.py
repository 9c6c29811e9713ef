"""One page of the dashboard without a browser."""

from typing import Any

from streamlit.testing.v1 import AppTest

from hamknee.base.files import shipped

APP = shipped("dashboard") / "app.py"


def at_page(view: str, address: dict[str, str] | None = None, **case: str) -> AppTest:
    """Return a page, reached from a case and opened at an address of its own."""
    page = AppTest.from_file(str(APP), default_timeout=30)
    for name, text in case.items():
        page.query_params[name] = text
    if case:
        sound(page.run())
    return go(page, view, address)


def go(page: AppTest, view: str, address: dict[str, str] | None = None) -> AppTest:
    """Turn to another page of the same session, as the navigation does."""
    page.switch_page(f"views/{view}.py")
    page.query_params.clear()
    for name, text in (address or {}).items():
        page.query_params[name] = text
    return sound(page.run())


def sound(page: AppTest) -> AppTest:
    assert not page.exception, page.exception[0].stack_trace
    return page


def address(page: AppTest) -> dict[str, str]:
    return {
        name: text if isinstance(text, str) else text[0] for name, text in page.query_params.items()
    }


def words(page: AppTest) -> str:
    """Return everything the page says, without the marks of Markdown and HTML."""
    blocks: list[Any] = [*page.title, *page.subheader, *page.markdown, *page.caption]
    blocks += [*page.warning, *page.error, *page.code]
    blocks += [block for block in page.html if not block.proto.body.startswith("<style>")]
    told = "\n".join(str(getattr(block, "value", "") or block.proto.body) for block in blocks)
    return told.replace("\\", "").replace("\N{NO-BREAK SPACE}", " ")
