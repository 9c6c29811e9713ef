"""A page from elsewhere is refused without asking anybody who this machine is."""

import pytest
from streamlit import net_util
from streamlit.web.server import server_util

from serving.nobody_asked import ask_nobody


def test_a_foreign_origin_is_refused_without_asking_another_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(net_util, "_make_blocking_http_get", lambda url, **_: asked.append(url))
    monkeypatch.setattr(net_util, "get_external_ip", net_util.get_external_ip)
    assert not server_util.is_url_from_allowed_origins("https://elsewhere.example")
    assert asked  # what Streamlit does by itself
    asked.clear()
    ask_nobody()
    assert not server_util.is_url_from_allowed_origins("https://elsewhere.example")
    assert server_util.is_url_from_allowed_origins("http://localhost:8501")
    assert not asked
