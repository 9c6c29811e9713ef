"""No other machine is asked for anything, not even for the address of this one."""

from streamlit import net_util


def ask_nobody() -> None:
    """Keep Streamlit from asking a server elsewhere what this machine's public address is.

    It does so when it prints where it can be reached, and for every connection of a page from
    elsewhere, to see whether that is allowed; there is no setting against it. It takes None for
    "not known", and then goes by the addresses that are set.
    """
    net_util.get_external_ip = _not_known


def _not_known() -> None:
    return None
