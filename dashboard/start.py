"""Start Streamlit with `server.py`, as ``streamlit run`` does: quiet when it is stopped early."""

import sys
from pathlib import Path

from hamknee_command import leave_quietly


def main() -> None:
    """Serve the dashboard; options of Streamlit may stand behind."""
    leave_quietly()  # until Streamlit, which loads for seconds, listens to Ctrl-C itself
    from streamlit.web.cli import main as streamlit

    streamlit(["run", str(Path(__file__).with_name("server.py")), *sys.argv[1:]], "streamlit")


if __name__ == "__main__":
    main()
