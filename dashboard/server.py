"""The dashboard as a server: the pages of app.py, sent so that words are seen at once.

`hamknee dashboard` starts it. ``streamlit run app.py`` shows the same pages, only later.
"""

from pathlib import Path

from starlette.middleware import Middleware
from streamlit.starlette import App

from serving.nobody_asked import ask_nobody
from serving.quick_start import QuickStart

ask_nobody()
app = App(Path(__file__).with_name("app.py"), middleware=[Middleware(QuickStart)])
