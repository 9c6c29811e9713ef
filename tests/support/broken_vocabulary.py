"""Ways to break vocabulary.toml, each with the one message it deserves."""

from collections.abc import Callable

from hamknee.base.files import shipped

Edit = Callable[[str], str]

SHIPPED = shipped("data/vocabulary.toml").read_text(encoding="utf-8")
AN_IDENTIFIER = "lower-case ASCII letters, digits and underscores, at least one letter"
TOML = "TOML as in the shipped file"


def put(new: str, old: str, after: str = "[pop]") -> Edit:
    """Replace `old` by `new`, once, in what follows the line `after`."""

    def edit(text: str) -> str:
        before, mark, rest = text.partition(f"\n{after}\n")
        assert old in rest
        return before + mark + rest.replace(old, new, 1)

    return edit


def together(*edits: Edit) -> Edit:
    """Break a file in several places."""

    def edit(text: str) -> str:
        for one in edits:
            text = one(text)
        return text

    return edit


def without_target(text: str) -> str:
    """Leave out the first variable, which is the target."""
    return text[text.index("[setting]") :]


# One broken copy, one message -------------------------------------------------------------------
# {line} is the first line that the edit changed; {pop} the line of [pop], {age} the one of [age].

KEYS = {
    "a misspelt role": (
        put('"findin"', '"finding"'),
        "line {line}, column pop.role: unknown role 'findin' (did you mean 'finding'?);"
        " allowed: target, context, trait, finding",
    ),
    "no role": (
        put("", 'role = "finding"\n'),
        "line {pop}, column pop: role is missing; allowed: role is required",
    ),
    "no label": (
        put("", 'label = "Pop at the start"\n'),
        "line {pop}, column pop: label is missing; allowed: label is required",
    ),
    "a number for a label": (
        put("label = 5", 'label = "Pop at the start"'),
        "line {line}, column pop.label: found 5; allowed: a text",
    ),
    "an empty label": (
        put('label = " "', 'label = "Pop at the start"'),
        "line {line}, column pop.label: found an empty text; allowed: a text",
    ),
    "the label of another variable": (
        put('label = "Onset"', 'label = "Pop at the start"'),
        "line {pop}, column pop: label 'Onset' is also the label of onset;"
        " allowed: a label of its own",
    ),
    "no question": (
        put("", 'question = "Was there a pop when it started?"\n'),
        "line {pop}, column pop: question is missing; allowed: question is required",
    ),
    "a misspelt group": (
        put('group = "histery"', 'group = "history"'),
        "line {line}, column pop.group: unknown group 'histery' (did you mean 'history'?);"
        " allowed: history, examination, background",
    ),
    "a text for true": (
        put('core = "yes"', "core = true"),
        "line {line}, column pop.core: found 'yes'; allowed: true or false",
    ),
    "a number for true": (
        put("core = 1", "core = true"),
        "line {line}, column pop.core: found 1; allowed: true or false",
    ),
    "true for a number": (
        put("minutes = true", "minutes = 0.1"),
        "line {line}, column pop.minutes: found True; allowed: a number",
    ),
    "a text for a number": (
        put('minutes = "0.1"', "minutes = 0.1"),
        "line {line}, column pop.minutes: found '0.1'; allowed: a number",
    ),
    "a question that costs nothing": (
        put("minutes = 0", "minutes = 0.1"),
        "line {line}, column pop.minutes: found 0; allowed: a number above 0",
    ),
    "minutes that are NaN": (
        put("minutes = nan", "minutes = 0.1"),
        "line {line}, column pop.minutes: found nan; allowed: a finite number",
    ),
    "minutes too many for a computer": (
        put("minutes = 1" + "0" * 320, "minutes = 0.1"),
        "line {line}, column pop.minutes: found 1" + "0" * 320 + "; allowed: a finite number",
    ),
    "a misspelt key": (
        put("minuts = 0.1", "minutes = 0.1"),
        "line {line}, column pop.minuts: unknown key 'minuts' (did you mean 'minutes'?);"
        " allowed: role, label, question, help, caution, group, core, several, demographic,"
        " minutes,"
        " unit, minimum, maximum, intended_minimum, states",
    ),
    "an unknown key": (
        put("colour = 3\nminutes = 0.1", "minutes = 0.1"),
        "line {line}, column pop.colour: unknown key 'colour';"
        " allowed: role, label, question, help, caution, group, core, several, demographic,"
        " minutes,"
        " unit, minimum, maximum, intended_minimum, states",
    ),
    "a key above all tables": (
        lambda text: "version = 1\n" + text,
        "line 1, column version: found 1; allowed: a table [version] with role, label and states",
    ),
    "a variable with a capital": (
        lambda text: text.replace("[pop", "[Pop"),
        "line {pop}, column Pop: 'Pop' is not an identifier; allowed: " + AN_IDENTIFIER,
    ),
    "a variable with an umlaut": (
        lambda text: text.replace("[pop", '["pöp"'),
        "line {pop}, column pöp: 'pöp' is not an identifier; allowed: " + AN_IDENTIFIER,
    ),
    "a variable that an address has another meaning for": (
        lambda text: text.replace("[pop", "[flag"),
        "line {pop}, column flag: 'flag' is taken;"
        " allowed: any name but case, edits, embed, embed_options, example, expert, flag, no_flag,"
        " numbers, unknown, unknown_flag",
    ),
    "a condition that a scored cohort has another column for": (
        lambda text: text.replace("\nrupture = ", "\nevidence = "),
        "line {line}, column condition.states.evidence: 'evidence' is taken;"
        " allowed: any name but evidence",
    ),
    "two targets": (
        put('role = "target"', 'role = "context"', after="[setting]"),
        "line {line}, column setting.role: setting is a second target beside condition;"
        " allowed: exactly one variable with the role target",
    ),
    "no target": (
        without_target,
        "no variable has the role target; allowed: exactly one",
    ),
    "an empty file": (
        lambda _: "",
        "no variable has the role target; allowed: exactly one",
    ),
}

STATES = {
    "a single state": (
        lambda text: text.replace('no = { label = "No", description = "There was no pop', "# "),
        "line {states}, column pop.states: number of states: 1; allowed: at least two",
    ),
    "no states": (
        lambda text: text[: text.index("[prior_hamstring_injury.states]")],
        "line {last}, column prior_hamstring_injury: states is missing;"
        " allowed: states is required",
    ),
    "a list for the states": (
        lambda text: text[: text.index("[prior_hamstring_injury.states]")] + "states = [1, 2]",
        "line {end}, column prior_hamstring_injury.states: found [1, 2]; allowed: a table",
    ),
    "a text for a state": (
        put('yes = "Yes" #', "yes = {"),
        "line {line}, column pop.states.yes: found 'Yes'; allowed: a table with a label",
    ),
    "a state without a label": (
        put("yes = {", 'yes = { label = "Yes",'),
        "line {line}, column pop.states.yes: label is missing; allowed: label is required",
    ),
    "a misspelt key of a state": (
        put("descripton", "description"),
        "line {line}, column pop.states.yes.descripton: unknown key 'descripton'"
        " (did you mean 'description'?); allowed: label, description, plain, from, below",
    ),
    "a state with a capital": (
        put("Yes = {", "yes = {"),
        "line {line}, column pop.states.Yes: 'Yes' is not an identifier; allowed: " + AN_IDENTIFIER,
    ),
    "a state that is a number": (
        put("1 = {", "yes = {"),
        "line {line}, column pop.states.1: '1' is not an identifier; allowed: " + AN_IDENTIFIER,
    ),
    "two states with one label": (
        put('no = { label = "Yes"', 'no = { label = "No"'),
        "line {line}, column pop.states.no: label 'Yes' is also the label of yes;"
        " allowed: a label of its own",
    ),
}

BINS = {
    "bins without a unit": (
        put("", 'unit = "years"\n', after="[age]"),
        "line {age}, column age: states have from or below but there is no unit; allowed: a unit",
    ),
    "a misspelt unit": (
        put("unti =", "unit =", after="[age]"),
        "line {line}, column age.unti: unknown key 'unti' (did you mean 'unit'?);"
        " allowed: role, label, question, help, caution, group, core, several, demographic,"
        " minutes,"
        " unit, minimum, maximum, intended_minimum, states",
    ),
    "a unit without a range": (
        put("", "minimum = 0\n", after="[age]"),
        "line {age}, column age: a variable with a unit has no minimum or maximum; allowed: both",
    ),
    "a range turned round": (
        put("maximum = 0", "maximum = 120", after="[age]"),
        "line {line}, column age.maximum: found 0, with a minimum of 0;"
        " allowed: a maximum above the minimum",
    ),
    "a maximum beyond the bins": (
        put("maximum = 130", "maximum = 120", after="[age]"),
        "line {line}, column age.maximum: the bins end at 121, but the maximum is 130;"
        " allowed: bins that reach beyond the maximum",
    ),
    "bins that end at the maximum": (
        put("below = 120", "below = 121", after="[age]"),
        "line {age_maximum}, column age.maximum: the bins end at 120, but the maximum is 120;"
        " allowed: bins that reach beyond the maximum",
    ),
    "an intended minimum outside the range": (
        put("intended_minimum = 180", "intended_minimum = 18", after="[age]"),
        "line {line}, column age.intended_minimum: found 180; allowed: from 0 to 120",
    ),
    "a gap between bins": (
        put("from = 41", "from = 40", after="[age]"),
        "line {line}, column age.states.40_to_59: the bin starts at 41, which leaves a gap or an"
        " overlap; allowed: from = 40, where the bin before ends",
    ),
    "bins that overlap": (
        put("from = 39", "from = 40", after="[age]"),
        "line {line}, column age.states.40_to_59: the bin starts at 39, which leaves a gap or an"
        " overlap; allowed: from = 40, where the bin before ends",
    ),
    "a bin turned round": (
        put("from = 60, below = 40", "from = 40, below = 60", after="[age]"),
        "line {line}, column age.states.40_to_59: found from 60 below 40;"
        " allowed: below greater than from",
    ),
    "a bin without its start": (
        put("", "from = 40, ", after="[age]"),
        "line {line}, column age.states.40_to_59: from or below is missing;"
        " allowed: both, in the variable's unit",
    ),
    "a text for the edge of a bin": (
        put('from = "40"', "from = 40", after="[age]"),
        "line {line}, column age.states.40_to_59.from: found '40'; allowed: a number",
    ),
}

NOT_TOML = {
    "a decimal comma": (
        put("minutes = 0,1", "minutes = 0.1"),
        "line {line}, column character 12: not valid TOML: Expected newline or end of document"
        " after a statement in 'minutes = 0,1'; allowed: " + TOML,
    ),
    "True as in Python": (
        put("core = True", "core = true"),
        "line {line}, column character 8: not valid TOML: Invalid value in 'core = True';"
        " allowed: " + TOML,
    ),
    "a quote that is never closed": (
        put('group = "history', 'group = "history"'),
        "line {line}, column character 17: not valid TOML: Illegal character '\\n' in"
        " 'group = \"history'; allowed: " + TOML,
    ),
    "a bracket that is never closed": (
        lambda text: text.replace("[pop]", "[pop"),
        "line {line}, column character 5: not valid TOML: Expected ']' at the end of a table"
        " declaration in '[pop'; allowed: " + TOML,
    ),
    "a table twice": (
        lambda text: text + "[pop]\n",
        "line {end}, column character 5: not valid TOML: Cannot declare ('pop',) twice in '[pop]';"
        " allowed: " + TOML,
    ),
    "a key twice": (
        put("minutes = 0.1\nminutes = 2", "minutes = 0.1"),
        "line {line}, column character 12: not valid TOML: Cannot overwrite a value in"
        " 'minutes = 2'; allowed: " + TOML,
    ),
    "too many brackets": (
        lambda _: "a = " + "[" * 5000,
        "brackets are nested too deeply; allowed: TOML",
    ),
    "a picture": (
        lambda _: "\0PNG",
        "line 1: found a NUL character, as in a binary file; allowed: plain text",
    ),
}

BROKEN = KEYS | STATES | BINS | NOT_TOML
