"""Visitors of the dashboard without a browser: they speak Streamlit's own protocol.

A browser for each of twenty visitors would measure the browsers. These send what a click sends and
read what comes back; the time is from the click to the message that the page is complete.
"""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ButtonGroup_pb2 import ButtonGroup
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.proto.WidgetStates_pb2 import WidgetState
from websockets.sync.client import ClientConnection, connect

START = "location=calf&onset=sudden&swelling=none&warmth=no&weight_bearing=normal&age=34"
"""A case of which enough is known that the page has a ranking."""

ACT = "2 Your pain"
"""The act of the interview in which the answers are changed."""


@dataclass
class Visitor:
    """One session.

    Parameters
    ----------
    connection : ClientConnection
        To the running dashboard.
    rng : random.Random
        Chooses the answers.
    """

    connection: ClientConnection
    rng: random.Random
    query: str = START
    questions: dict[str, ButtonGroup] = field(default_factory=dict)
    chosen: dict[str, list[str]] = field(default_factory=dict)

    def load(self) -> float:
        """Open the page and turn to the act; return the seconds until it is complete."""
        seconds = self._run()
        act = next(key for key in self.questions if key.endswith("-act"))
        self.chosen[act] = [ACT]
        self._run()
        return seconds

    def click(self) -> float:
        """Choose another answer; return the seconds until the page is complete."""
        key = self.rng.choice(sorted(k for k in self.questions if "-answer-" in k))
        options = [option.content for option in self.questions[key].options[:-1]]
        self.chosen[key] = [self.rng.choice([o for o in options if [o] != self.chosen.get(key)])]
        return self._run()

    def _run(self) -> float:
        message = BackMsg()
        message.rerun_script.query_string = self.query
        for key, answer in self.chosen.items():
            state = WidgetState(id=key)
            state.string_array_value.data.extend(answer)
            message.rerun_script.widget_states.widgets.append(state)
        start = time.perf_counter()
        self.connection.send(message.SerializeToString())
        while True:
            received = ForwardMsg()
            received.ParseFromString(bytes(self.connection.recv(timeout=60)))
            self._read(received)
            if received.WhichOneof("type") == "script_finished":
                return time.perf_counter() - start

    def _read(self, message: ForwardMsg) -> None:
        if message.WhichOneof("type") == "page_info_changed":
            self.query = message.page_info_changed.query_string
        element = message.delta.new_element
        if element.WhichOneof("type") == "button_group":
            self.questions[element.button_group.id] = element.button_group


def visit(address: str, count: int, clicks: int, pause: float, seed: int) -> list[float]:
    """Let visitors click; return the seconds of every click.

    Parameters
    ----------
    address : str
        Of the dashboard.
    count, clicks : int
        How many visitors there are, and how often each clicks.
    pause : float
        Seconds that a visitor thinks between clicks, on average; 0 lets all click in the same
        moment, again and again.
    seed : int
        For answers and pauses.
    """
    together = threading.Barrier(count)

    def one(number: int) -> list[float]:
        rng = random.Random(f"{seed} {number} {pause}")
        url = f"ws://{urlsplit(address).netloc}/_stcore/stream"
        with connect(url, max_size=None, proxy=None) as connection:
            visitor = Visitor(connection, rng)
            visitor.load()
            found = []
            for _ in range(clicks):
                together.wait()
                time.sleep(rng.uniform(0, 2 * pause))
                found.append(visitor.click())
            return found

    with ThreadPoolExecutor(count) as pool:
        return [seconds for found in pool.map(one, range(count)) for seconds in found]
