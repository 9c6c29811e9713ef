"""Ways to break priors.csv, each with the one message it deserves."""

import csv
import io
from collections.abc import Callable

from hamknee.base.files import shipped
from hamknee.network.rows import COLUMNS

Edit = Callable[[str], str]

SHIPPED = shipped("data/priors.csv").read_text(encoding="utf-8")
HEADER = ",".join(COLUMNS)
YES = "pop,yes,condition=rupture;onset=sudden,"
NO = "pop,no,condition=rupture;onset=sudden,"
A_NUMBER = "a number from 0 to 1 with a decimal point"
A_COUNT = "a number above 0 with a decimal point"

# How to break a file ----------------------------------------------------------------------------


def cell(column: str, found: str, row: str = YES) -> Edit:
    """Put something else into one cell of the row that starts with `row`."""

    def edit(text: str) -> str:
        old = next(line for line in text.splitlines() if line.startswith(row))
        cells = next(csv.reader([old]))
        cells[COLUMNS.index(column)] = found
        new = io.StringIO()
        csv.writer(new, lineterminator="\n").writerow(cells)
        return text.replace(f"{old}\n", new.getvalue())

    return edit


def line(change: Callable[[str], str], row: str = YES) -> Edit:
    """Change the line that starts with `row` as a text."""

    def edit(text: str) -> str:
        old = next(line for line in text.splitlines() if line.startswith(row))
        return text.replace(f"{old}\n", change(f"{old}\n"))

    return edit


def header(found: str) -> Edit:
    """Put something else in place of the header."""
    return lambda text: text.replace(HEADER, found, 1)


def without(start: str) -> Edit:
    """Leave out every line that starts so."""
    return lambda text: "".join(li for li in text.splitlines(True) if not li.startswith(start))


def together(*edits: Edit) -> Edit:
    """Break a file in several places."""

    def edit(text: str) -> str:
        for one in edits:
            text = one(text)
        return text

    return edit


def pop(yes: str, no: str, basis: str = "judgement") -> Edit:
    """Put other numbers into one column."""
    numbers = cell("probability", yes), cell("probability", no, NO)
    return together(*numbers, cell("basis", basis), cell("basis", basis, NO))


def setting_depends_on_sex(text: str) -> str:
    """Give the setting a parent that stands below it."""
    rows = [li for li in text.splitlines() if li.startswith("setting,")]
    split = [row.replace(",,", f",sex={sex},", 1) for sex in ("female", "male") for row in rows]
    return text.replace("\n".join(rows), "\n".join(split))


# One broken copy, one message -------------------------------------------------------------------
# {line} is the first line that the edit changed, {before} and {after} the ones around it.

CELLS = {
    "a misspelt variable": (
        cell("variable", "popp"),
        "line {line}, column variable: unknown variable 'popp' (did you mean 'pop'?);"
        " allowed: {variables}",
    ),
    "a misspelt state": (
        cell("state", "yess"),
        "line {line}, column state: unknown state 'yess' of pop (did you mean 'yes'?);"
        " allowed: yes, no",
    ),
    "a state with a capital": (
        cell("state", "Yes"),
        "line {line}, column state: unknown state 'Yes' of pop (did you mean 'yes'?);"
        " allowed: yes, no",
    ),
    "a space before a state": (
        cell("state", " yes"),
        "line {line}, column state: unknown state ' yes' of pop (did you mean 'yes'?);"
        " allowed: yes, no",
    ),
    "a misspelt state in the very first row": (
        cell("state", "primarycar", "setting,primary_care,,"),
        "line 2, column state: unknown state 'primarycar' of setting"
        " (did you mean 'primary_care'?); allowed: primary_care, sports_clinic, emergency",
    ),
    "a state of another variable": (
        cell("state", "gradual"),
        "line {line}, column state: unknown state 'gradual' of pop; allowed: yes, no",
    ),
    "a misspelt parent": (
        cell("given", "conditon=rupture;onset=sudden"),
        "line {line}, column given: unknown variable 'conditon' (did you mean 'condition'?);"
        " allowed: {variables}",
    ),
    "a misspelt state of a parent": (
        cell("given", "condition=rupture;onset=suden"),
        "line {line}, column given: unknown state 'suden' of onset (did you mean 'sudden'?);"
        " allowed: sudden, days, gradual",
    ),
    "a space between the parents": (
        cell("given", "condition=rupture; onset=sudden"),
        "line {line}, column given: unknown variable ' onset' (did you mean 'onset'?);"
        " allowed: {variables}",
    ),
    "a comma between the parents": (
        cell("given", "onset=sudden,condition=rupture"),
        "line {line}, column given: unknown state 'sudden,condition=rupture' of onset;"
        " allowed: sudden, days, gradual",
    ),
    "a parent without a state": (
        cell("given", "condition=rupture;onset"),
        "line {line}, column given: cannot read 'onset';"
        " allowed: parent=state, with ; between several",
    ),
    "a parent named twice": (
        cell("given", "condition=rupture;condition=rupture"),
        "line {line}, column given: condition is a parent twice;"
        " allowed: each parent once, none itself",
    ),
    "a variable that is its own parent": (
        cell("given", "condition=rupture;pop=yes"),
        "line {line}, column given: pop is its own parent; allowed: each parent once, none itself",
    ),
    "a parent left out in one row": (
        cell("given", "condition=rupture"),
        "line {line}, column given: pop has condition=rupture here;"
        " allowed: condition, onset, as in line {first_pop}",
    ),
    "a parent left out in the first row of a variable": (
        cell("given", "condition=tendinopathy", row="pop,yes,condition=tendinopathy;onset=sudden"),
        "line {line}, column given: pop has condition=tendinopathy here;"
        " allowed: condition, onset, as in line {after}",
    ),
    "no parents in one row": (
        cell("given", ""),
        "line {line}, column given: pop has no parents here;"
        " allowed: condition, onset, as in line {first_pop}",
    ),
    "a parent too many in one row": (
        cell("given", "condition=rupture;onset=sudden;sex=male"),
        "line {line}, column given: pop has condition=rupture;onset=sudden;sex=male here;"
        " allowed: condition, onset, as in line {first_pop}",
    ),
    "a probability with a decimal comma, in quotes": (
        cell("probability", "0,6"),
        "line {line}, column probability: found '0,6' with a decimal comma; allowed: " + A_NUMBER,
    ),
    "a probability with a decimal comma, without quotes": (
        line(lambda text: text.replace(",0.", ",0,", 1)),
        "line {line}: found 9 cells (perhaps a decimal comma, or a comma in a cell that is not in"
        " quotes); allowed: 8 cells, one for each column",
    ),
    "a percentage": (
        cell("probability", "60 %"),
        "line {line}, column probability: found '60 %', a percentage; allowed: " + A_NUMBER,
    ),
    "a probability that is NaN": (
        cell("probability", "NaN"),
        "line {line}, column probability: found 'NaN', which is not a finite number;"
        " allowed: " + A_NUMBER,
    ),
    "an infinite probability": (
        cell("probability", "inf"),
        "line {line}, column probability: found 'inf', which is not a finite number;"
        " allowed: " + A_NUMBER,
    ),
    "a probability too large for a computer": (
        cell("probability", "1e400"),
        "line {line}, column probability: found 1e400, which is out of range; allowed: " + A_NUMBER,
    ),
    "a negative probability": (
        cell("probability", "-0.1"),
        "line {line}, column probability: found -0.1, which is out of range; allowed: " + A_NUMBER,
    ),
    "a probability above 1": (
        cell("probability", "1.2"),
        "line {line}, column probability: found 1.2, which is out of range; allowed: " + A_NUMBER,
    ),
    "a probability left empty": (
        cell("probability", ""),
        "line {line}, column probability: the cell is empty; allowed: " + A_NUMBER,
    ),
    "a word for a probability": (
        cell("probability", "often"),
        "line {line}, column probability: found 'often', which is not a finite number;"
        " allowed: " + A_NUMBER,
    ),
    "spaces around a probability": (
        cell("probability", " 0.6"),
        "line {line}, column probability: found ' 0.6' with spaces around it; allowed: " + A_NUMBER,
    ),
    "a 0 that is not logical": (
        cell("probability", "0"),
        "line {line}, column probability: found 0 with basis judgement;"
        " allowed: exactly 0 or 1 only with basis logical",
    ),
    "a 1 that is not logical": (
        pop("1.0", "0.3"),
        "line {line}, column probability: found 1 with basis judgement;"
        " allowed: exactly 0 or 1 only with basis logical",
    ),
    "a column that adds up to more than 1": (
        pop("0.9", "0.2"),
        "line {after}, column probability: P(pop | condition=rupture;onset=sudden) adds up to 1.1;"
        " allowed: 1, within 0.000001",
    ),
    "a column off by two in a million": (
        pop("0.6", "0.400002"),
        "line {after}, column probability: P(pop | condition=rupture;onset=sudden) adds up to"
        " 1.000002; allowed: 1, within 0.000001",
    ),
    "an equivalent sample size left empty": (
        cell("ess", ""),
        "line {line}, column ess: the cell is empty; allowed: " + A_COUNT,
    ),
    "an equivalent sample size of 0": (
        cell("ess", "0"),
        "line {line}, column ess: found 0, which is out of range; allowed: " + A_COUNT,
    ),
    "a negative equivalent sample size": (
        cell("ess", "-5"),
        "line {line}, column ess: found -5, which is out of range; allowed: " + A_COUNT,
    ),
    "an infinite equivalent sample size": (
        cell("ess", "1e999"),
        "line {line}, column ess: found 1e999, which is out of range; allowed: " + A_COUNT,
    ),
    "two equivalent sample sizes in one column": (
        together(cell("ess", "5"), cell("ess", "6.5", NO)),
        "line {after}, column ess: P(pop | condition=rupture;onset=sudden) has several: 5, 6.5;"
        " allowed: the same on each row",
    ),
    "a misspelt basis": (
        cell("basis", "judgment"),
        "line {line}, column basis: unknown basis 'judgment' (did you mean 'judgement'?);"
        " allowed: published, indirect, cohort, judgement, logical",
    ),
    "no basis": (
        cell("basis", ""),
        "line {line}, column basis: unknown basis '';"
        " allowed: published, indirect, cohort, judgement, logical",
    ),
    "published without a source": (
        together(cell("basis", "published"), cell("sources", "")),
        "line {line}, column sources: basis published without a source; allowed: at least one key",
    ),
    "indirect without a source": (
        together(cell("basis", "indirect"), cell("sources", "")),
        "line {line}, column sources: basis indirect without a source; allowed: at least one key",
    ),
    "a misspelt source": (
        cell("sources", "desmet200"),
        "line {line}, column sources: unknown source 'desmet200' (did you mean 'desmet2000'?);"
        " allowed: keys of references.bib, with spaces between",
    ),
    "a comma between sources": (
        cell("sources", "decary2018, decary2017"),
        "line {line}, column sources: unknown source 'decary2018,' (did you mean 'decary2018'?);"
        " allowed: keys of references.bib, with spaces between",
    ),
}

ROWS = {
    "a row left out": (
        without(YES),
        "line {line}, column state: P(pop | condition=rupture;onset=sudden) has no row for yes;"
        " allowed: yes, no",
    ),
    "a parent combination left out": (
        together(without(YES), without(NO)),
        "line {last_pop}, column given: pop has no rows for condition=rupture;onset=sudden;"
        " allowed: every combination of parent states",
    ),
    "a row twice": (
        line(lambda text: text + text),
        "line {line}, column state: P(pop | condition=rupture;onset=sudden) has yes also in line"
        " {before}; allowed: each state once",
    ),
    "a row twice with another equivalent sample size": (
        together(line(lambda text: text + text), cell("ess", "1")),
        "line {after}, column state: P(pop | condition=rupture;onset=sudden) has yes also in line"
        " {line}; allowed: each state once",
    ),
    "a variable without rows": (
        without("pop,"),
        "column variable: pop has no rows; allowed: one per state",
    ),
    "a cycle": (
        setting_depends_on_sex,
        "line {condition}, column given: the parents form a cycle:"
        " condition → sex → setting → condition; allowed: no variable above itself",
    ),
    "a cell too few": (
        line(lambda text: text.replace(",judgement", "", 1)),
        "line {line}: found 7 cells; allowed: 8 cells, one for each column",
    ),
    "a cell too many": (
        line(lambda text: text.replace("\n", ",more\n")),
        "line {line}: found 9 cells (perhaps a decimal comma, or a comma in a cell that is not in"
        " quotes); allowed: 8 cells, one for each column",
    ),
    "a quote that is never closed": (
        lambda text: text + 'sex,male,condition=dvt,0.5,"10,judgement,,\n' + "x\n" * 3,
        "line {line}: not valid CSV: a quote is opened and not closed;"
        " allowed: quotes in pairs, commas between",
    ),
    "a quote that is closed rows later": (
        line(lambda text: text.replace("pop,yes,", 'pop,"yes,')),
        "line {line}: not valid CSV: ',' expected after '\"'; allowed: quotes in pairs,"
        " commas between",
    ),
    "a huge cell": (
        cell("note", "x" * 200_000),
        "line {line}: not valid CSV: field larger than field limit (131072);"
        " allowed: quotes in pairs, commas between",
    ),
    "the header in the middle of the file": (
        line(lambda text: f"{HEADER}\n{text}"),
        "line {line}, column header: the header stands here again; allowed: in line 1 only",
    ),
}

HEADERS = {
    "a misspelt column": (
        header(HEADER.replace("probability", "probabilty")),
        "line 1, column header: unknown column 'probabilty' (did you mean 'probability'?);"
        " allowed: variable, state, given, probability, ess, basis, sources, note",
    ),
    "a column name with a space": (
        header(HEADER.replace(",state", ", state")),
        "line 1, column header: unknown column ' state' (did you mean 'state'?);"
        " allowed: variable, state, given, probability, ess, basis, sources, note",
    ),
    "a column too many": (
        header(HEADER + ",comment"),
        "line 1, column header: unknown column 'comment';"
        " allowed: variable, state, given, probability, ess, basis, sources, note",
    ),
    "a column left out": (
        header(HEADER.replace(",ess", "")),
        "line 1, column header: column 'ess' is missing;"
        " allowed: variable, state, given, probability, ess, basis, sources, note",
    ),
    "a column twice": (
        header(HEADER + ",note"),
        "line 1, column header: column 'note' stands twice;"
        " allowed: variable, state, given, probability, ess, basis, sources, note",
    ),
    "semicolons between the columns": (
        lambda text: text.replace(",", ";"),
        "line 1, column header: the columns are separated by semicolons; allowed: commas",
    ),
    "tabs between the columns": (
        lambda text: text.replace(",", "\t"),
        "line 1, column header: the columns are separated by tabs; allowed: commas",
    ),
    "no header": (
        lambda text: text.removeprefix(f"{HEADER}\n"),
        "line 1, column header: found '{first}'; allowed: " + HEADER,
    ),
    "an empty first line": (
        lambda text: "\n" + text,
        "line 1, column header: the line is empty; allowed: " + HEADER,
    ),
    "an empty file": (
        lambda _: "",
        "line 1, column header: the line is empty; allowed: " + HEADER,
    ),
    "a header and nothing else": (
        lambda _: HEADER + "\n",
        "the file has no rows; allowed: one row for each probability",
    ),
}

BROKEN = CELLS | ROWS | HEADERS
