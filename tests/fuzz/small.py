"""A small world of four questions, as files: the less there is, the more of it a mutation hits."""

import json
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from hamknee.inference.model import Model
from hamknee.network.priors import Priors
from hamknee.network.priors_file import parse_priors
from hamknee.network.vocabulary import Vocabulary, read_vocabulary

VOCABULARY = """\
[place]
role = "context"
label = "Place"
question = "Where?"
group = "background"
minutes = 0.5
states.home = { label = "At home" }
states.clinic = { label = "In a clinic" }

[cause]
role = "target"
label = "Cause"

[cause.states]
strain = { label = "Strain", description = "Some fibres are torn." }
clot = { label = "Clot" }
other = { label = "Something else" }

[age]
role = "trait"
label = "Age"
question = "How old?"
help = "In years."
group = "background"
minutes = 0.1
unit = "years"
minimum = 0
maximum = 120
intended_minimum = 18

[age.states]
young = { label = "Under 40", from = 0, below = 40 }
old = { label = "40 and over", from = 40, below = 121 }

[sign]
role = "finding"
label = "Sign"
question = "Is there a sign?"
group = "history"
core = true
minutes = 1

[sign.states]
yes = { label = "Yes" }
no = { label = "No" }
"""

REFERENCES = """\
@article{smith2020,
  title = {On signs},
  year = {2020},
}

@comment{nothing}
@book{jones1999, title = "Old @ new"}
"""

PRIORS = """\
variable,state,given,probability,ess,basis,sources,note
place,home,,0.75,20,judgement,,
place,clinic,,0.25,20,judgement,,
cause,strain,place=home,0.7,12.5,published,smith2020 jones1999,"as said, in full"
cause,clot,place=home,0.1,12.5,indirect,jones1999,
cause,other,place=home,0.2,12.5,judgement,,"says ""yes"" here"
cause,strain,place=clinic,0.3,8,judgement,,
cause,clot,place=clinic,0.6,8,judgement,,
cause,other,place=clinic,0.1,8,judgement,,
age,young,cause=strain,0.8,30,judgement,,
age,old,cause=strain,0.2,30,judgement,,
age,young,cause=clot,0.15,30,judgement,,
age,old,cause=clot,0.85,30,judgement,,
age,young,cause=other,0.5,30,judgement,,
age,old,cause=other,0.5,30,judgement,,
sign,yes,cause=strain;place=home,0.625,4,judgement,,
sign,no,cause=strain;place=home,0.375,4,judgement,,
sign,yes,cause=clot;place=home,1,4,logical,,
sign,no,cause=clot;place=home,0,4,logical,,
sign,yes,cause=other;place=home,0.3,4,judgement,,
sign,no,cause=other;place=home,0.7,4,judgement,,
sign,yes,cause=strain;place=clinic,0.5,4,judgement,,
sign,no,cause=strain;place=clinic,0.5,4,judgement,,
sign,yes,cause=clot;place=clinic,0.9,4,judgement,,
sign,no,cause=clot;place=clinic,0.1,4,judgement,,
sign,yes,cause=other;place=clinic,0.2,4,judgement,,
sign,no,cause=other;place=clinic,0.8,4,judgement,,
"""

COHORT = """\
id,place,age,sign,cause,note
p1,home,31,yes,clot,plain
p2,clinic,,no,,"a comma, and ""quotes"" too"
p3,home|clinic,old,yes:0.7|no:0.3,strain|other,
p4,,119.5,,other,=1+1
p5,home,young,no,strain,"two
lines"
"""

MAPPING = """\
[columns]
Ort = "place"
Alter = "age"
Zeichen = "sign"
Bemerkung = ""

[values.place]
Praxis = "clinic"
daheim = "home"
unklar = ""

[values.sign]
1 = "yes"
"0" = "no"
vielleicht = "yes:0.6|no:0.4"
"""

SOURCES = frozenset({"smith2020", "jones1999"})


@cache
def vocabulary() -> Vocabulary:
    with TemporaryDirectory() as folder:
        path = Path(folder, "vocabulary.toml")
        path.write_text(VOCABULARY, encoding="utf-8")
        return read_vocabulary(path)


@cache
def priors() -> Priors:
    return parse_priors(PRIORS.encode(), vocabulary(), SOURCES, source="priors.csv")


@cache
def model() -> Model:
    return Model(vocabulary(), priors().cpts())


def as_json(text: object) -> bytes:
    return json.dumps(text, indent=1).encode()
