"""One sentence for words that the command cannot use: which they are, and what is allowed."""

import re
from typing import Any

from hamknee.base import listing, suggestion


def complaint(error: Any) -> str:
    """Return what is wrong with the words of a command, and what is allowed in their place.

    Parameters
    ----------
    error : TyperException
        As Typer raises it for a wrong value, one too many or too few, or an unknown name.

    Returns
    -------
    str
        Empty where help has been shown already.
    """
    if hasattr(error, "possibilities"):
        return _no_such_option(error)
    if hasattr(error, "param_type"):
        return _missing(error)
    if hasattr(error.__cause__, "errors"):
        return _wrong_value(error, error.__cause__.errors()[0])
    if hasattr(error, "option_name"):
        needs = "needs a value" if "requires" in error.message else "takes no value"
        return f"{error.option_name} {needs}"
    commands = getattr(getattr(error.ctx, "command", None), "commands", {})
    if commands and (named := re.match("No such command '(.*?)'", error.message)):
        hint = suggestion(named[1], commands)
        return f"{named[1]!r} is no command{hint}; allowed: {listing(commands)}"
    more = "" if error.ctx is None else f"; '{error.ctx.command_path} -h' tells what is allowed"
    if extra := re.match(r"Got unexpected extra argument.*? \((.*)\)", error.message):
        return f"nothing is asked for that {extra[1]!r} could be{more}"
    text = error.message.strip().rstrip(".")
    return text and f"{text}{more}"


def _no_such_option(error: Any) -> str:
    options = [p.opts[-1] for p in error.ctx.command.params if p.param_type_name == "option"]
    hint = suggestion(error.option_name, options)
    allowed = listing([*options, "--help"])
    path = error.ctx.command_path
    return f"{error.option_name!r} is no option of '{path}'{hint}; allowed: {allowed}"


def _missing(error: Any) -> str:
    path = error.ctx.command_path
    what = f"{_named(error.param)} is missing: {error.param.help or 'it has to be given'}"
    return f"{what.rstrip('.')}; '{path} -h' tells more"


def _wrong_value(error: Any, problem: dict[str, Any]) -> str:
    """Return the sentence for a value that is none, of the first fault that pydantic found."""
    entered, named = problem["input"], _named(error.param)
    return f"{named} cannot be {entered!r}; allowed: {_allowed(error.param, problem)}"


def _allowed(param: Any, problem: dict[str, Any]) -> str:
    if one_of := re.search(r"is not one of (.*?)\.?$", str(problem["msg"])):
        return one_of[1]
    low, high = getattr(param, "min", None), getattr(param, "max", None)
    whole = problem["type"].startswith("int_") or isinstance(low, int)
    kind = "a whole number" if whole else "a number" if "float" in problem["type"] else ""
    if not kind:
        return str(problem["msg"]).removeprefix("Input should be ")
    if low is None:
        return kind
    return f"{kind} of at least {low}" if high is None else f"{kind} from {low} to {high}"


def _named(param: Any) -> str:
    """Return what the words of help call an option or an argument."""
    option = param.param_type_name == "option"
    return str(param.opts[-1] if option else param.metavar or param.name.upper()).strip("[].")
