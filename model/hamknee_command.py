"""Where the command starts: beside the package, so that it stands before anything is loaded.

To load the package takes some tenths of a second, in which Ctrl-C is no fault of anybody.
"""

import os
import signal
from typing import Any

INTERRUPTED = 130
"""The exit code of what Ctrl-C ended, as shells have it."""


def main() -> None:
    """Load the command line, and run it."""
    leave_quietly()
    from hamknee.cli import main as run

    if signal.getsignal(signal.SIGINT) is _leave:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    run()


def leave_quietly() -> None:
    """Let Ctrl-C end the process at once; whoever ignores it, as `nohup` may, goes on to."""
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _leave)


def _leave(*_: Any) -> None:
    os._exit(INTERRUPTED)  # an exception in the middle of an import may be taken for another
