"""Make pages of the public docstrings: python docs/make_reference.py [FOLDER], or make docs.

pdoc sets the pages. What is added here: names are linked to the room that shows them, types stand
as they are written, and no page names a host. A name between single backticks that no page shows,
and that is no parameter, is a fault: what is meant as it stands is between double ones.
"""

import json
import os
import re
import runpy
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pdoc
from jinja2 import pass_context
from markupsafe import Markup
from pdoc import doc_types, render

import hamknee

DOCS = Path(__file__).resolve().parent
FOLDER = DOCS.parent / "build" / "reference"

LIBRARY = runpy.run_path(str(DOCS / "make_library.py"))

DOCUMENTS = {
    "the library with examples": "library.md",
    "the method": "method.md",
    "the model card": "model_card.md",
    "the notebooks": "notebooks/README.md",
}
"""What the foot of each page leads to, in the folder of this file."""

EXTRAS = {"sklearn": "sklearn"}
"""Rooms that `hamknee` does not import by itself, and what has to be installed for them."""

REFERENCE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
CLASS = re.compile(r"\b[A-Z]\w+\b(?![^<]*>)")
TYPES = re.compile(r"<strong>[^<]+</strong>(?: \([^()]*\))?")
CHAIN = re.compile(
    r'<span class="n">hamknee</span>(?:<span class="o">\.</span><span class="n">\w+</span>)+'
)


class Written(str):
    """A type as it is written in the code."""

    __slots__ = ()

    def __repr__(self) -> str:
        """Return it without quotes."""
        return str(self)


class Pages:
    """The pages of a package, and what is found where.

    Parameters
    ----------
    folder : Path
        Where the pages will stand, for what they link to outside.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in hamknee.__all__:  # what is loaded late is not seen by looking
            setattr(hamknee, name, getattr(hamknee, name))
        rooms = [*LIBRARY["rooms"](), *(name for name in EXTRAS if find_spec(EXTRAS[name]))]
        names = ["hamknee", *(f"hamknee.{room}" for room in rooms)]
        self.modules = {name: pdoc.doc.Module.from_name(name) for name in names}
        self.rooms = {name: module for name, module in self.modules.items() if "." in name}
        self.unknown: list[str] = []
        """Names in docstrings that are neither linked nor parameters."""

    def place(self, name: str, at: pdoc.doc.Doc[Any]) -> tuple[str, str] | None:
        """Return page and anchor of a name, as it is understood where it stands."""
        parts = name.removesuffix("()").removeprefix("hamknee.").split(".")
        if f"hamknee.{parts[0]}" in self.rooms:
            room = f"hamknee.{parts[0]}"
            return (room, ".".join(parts[1:])) if self.shows(room, ".".join(parts[1:])) else None
        own_class = at.qualname.split(".")[0]
        if self.shows(at.modulename, f"{own_class}.{'.'.join(parts)}"):
            return at.modulename, f"{own_class}.{'.'.join(parts)}"
        path = ".".join(parts)
        verb = self.object_at("hamknee", parts[0])
        homes = [room for room in self.rooms if self.shows(room, parts[0])]
        homes.sort(
            key=lambda room: (room != at.modulename, self.object_at(room, parts[0]) is not verb)
        )
        homes += ["hamknee"] if self.shows("hamknee", path) else []
        return next(((room, path) for room in homes if self.shows(room, path)), None)

    def object_at(self, page: str, path: str) -> object:
        """Return what a page shows by a name."""
        shown = self.modules[page].get(path)
        return shown.obj if shown else None

    def shows(self, page: str, path: str) -> bool:
        """Return whether a page has an anchor of a name."""
        if not path:
            return True
        shown = self.modules[page].get(path)
        hidden = path.rpartition(".")[2].startswith("_")
        return bool(shown) and not hidden and not self.told_elsewhere(shown)

    def told_elsewhere(self, doc: pdoc.doc.Doc[Any]) -> bool:
        """Return whether a room shows what `hamknee` hands on, or others tell what they add."""
        if doc.kind == "function" and not getattr(doc.obj, "__module__", "").startswith("hamknee"):
            return True
        if doc.name.startswith("__") and doc.name != "__init__":
            return True
        head = doc.qualname.split(".")[0]
        in_a_room = any(module.get(head) for module in self.rooms.values())
        return doc.modulename == "hamknee" and doc.kind != "module" and in_a_room

    def address(self, page: str, at: pdoc.doc.Doc[Any]) -> str:
        """Return how a page is reached from where something stands."""
        start = (at.modulename.count(".")) * "../"
        return f"{start}{page.replace('.', '/')}.html"

    def document(self, path: str, at: pdoc.doc.Doc[Any]) -> str:
        """Return how a document of the repository is reached."""
        page = self.folder / (at.modulename.replace(".", "/") + ".html")
        return Path(os.path.relpath(DOCS / path, page.parent)).as_posix()

    def link(self, text: str, at: pdoc.doc.Doc[Any], name: str | None = None) -> Markup | None:
        """Return a link to a name, or nothing if no page shows it."""
        place = self.place(name or text, at)
        if place is None:
            return None
        page, anchor = place
        address = "" if page == at.modulename else self.address(page, at)
        return Markup('<a href="{}">{}</a>').format(
            f"{address}#{anchor}" if anchor else address, text
        )

    def with_links(self, markdown: str, doc: pdoc.doc.Doc[Any]) -> str:
        """Return a docstring whose names between single backticks are links."""

        def linked(match: re.Match[str]) -> str:
            name = match[1]
            link = self.link(name, doc)
            if link is None and name not in parameters(doc):
                self.unknown.append(f"{doc.fullname}: `{name}`")
            return f"<code>{link}</code>" if link else match[0]

        blocks = re.split(r"(\n\s*\n)", markdown)
        return "".join(
            block if ">>>" in block else REFERENCE.sub(linked, block) for block in blocks
        )

    def linked_inside(self, page: str, doc: pdoc.doc.Doc[Any]) -> Markup:
        """Return a docstring whose examples and types lead to what they name."""

        def linked(match: re.Match[str]) -> str:
            *_, name = dotted = re.findall(r">(\w+)<", match[0])
            path = ".".join(dotted[1:])
            link = self.link(name, doc, path)
            return match[0].replace(f">{name}<", f">{link}<") if link else match[0]

        page = TYPES.sub(lambda types: self.linked_types(types[0], doc), page)
        return Markup(CHAIN.sub(linked, page))

    def linked_types(self, text: str, at: pdoc.doc.Doc[Any]) -> Markup:
        """Return a text whose classes are links."""

        def linked(match: re.Match[str]) -> str:
            return str(self.link(match[0], at) or match[0])

        return Markup(CLASS.sub(linked, text))

    @pass_context
    def linked_signature(self, context: Any, code: str, **_: object) -> Markup:
        """Return a signature whose classes are links."""
        return self.linked_types(code, context["module"])

    def write(self) -> None:
        """Write all pages, the index and what the search needs."""
        set_up(self)
        for name, module in self.modules.items():
            self.keep(f"{name.replace('.', '/')}.html", render.html_module(module, self.modules))
        self.keep("index.html", render.html_index(self.modules))
        self.keep("search.js", render.search_index(self.modules))

    def keep(self, path: str, text: str) -> None:
        """Write a file without the hosts that others name in comments and pictures."""
        text = COMMENT.sub(lambda comment: re.sub(r"https?://\S+", "", comment[0]), text)
        text = re.sub(r"""\sxmlns=["']http://www\.w3\.org/2000/svg["']""", "", text)
        (self.folder / path).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).write_text(text + "\n", encoding="utf-8")


def parameters(doc: pdoc.doc.Doc[Any]) -> set[str]:
    """Return the names of what a function or class takes."""
    functions = [doc, doc.get("__init__")] if isinstance(doc, pdoc.doc.Class) else [doc]
    return {
        name
        for function in functions
        if isinstance(function, pdoc.doc.Function)
        for name in function.signature.parameters
    }


def as_written(annotation: object, *_: object) -> object:
    """Return a type as it is written, which is shorter than what it stands for."""
    return Written(annotation) if isinstance(annotation, str) else annotation


def raw(documents: list[dict[str, str]], _: Path) -> str:
    """Return the index of the search, which the browser compiles, with or without Node here."""
    return json.dumps(documents)


def set_up(pages: Pages) -> None:
    """Tell pdoc how the pages look and where names lead."""
    pdoc.doc.safe_eval_type = doc_types.safe_eval_type = as_written
    render.precompile_index = raw
    render.configure(
        docformat="numpy",
        show_source=False,
        template_directory=DOCS / "reference",
        footer_text="It informs; it does not diagnose or treat.",
    )
    render.env.filters |= {
        "from_page": pages.document,
        "page_from": pages.address,
        "public_link": lambda name, at: pages.link(name, at) or name,
        "shown_at": pages.place,
        "with_links": pages.with_links,
        "linked_inside": pages.linked_inside,
        "linkify": pages.linked_signature,
    }
    render.env.tests["told_elsewhere"] = pages.told_elsewhere
    render.env.globals |= {"deeds": LIBRARY["DEEDS"], "documents": DOCUMENTS}


def main(arguments: list[str]) -> None:
    """Write the pages, and name what they refer to and do not show."""
    folder = Path(arguments[0]).resolve() if arguments else FOLDER
    pages = Pages(folder)
    pages.write()
    if pages.unknown:
        sys.exit("no page shows:\n" + "\n".join(dict.fromkeys(pages.unknown)))
    sys.stdout.write(f"{folder / 'index.html'}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
