"""The words of a text file in braces (BIF, NET), each with its line, read one by one."""

import re
from dataclasses import dataclass

from hamknee.formats.draft import Draft


@dataclass(frozen=True)
class Word:
    """One word, string or sign.

    Parameters
    ----------
    text : str
        Without the quotes of a string.
    line : int
        From 1.
    quoted : bool
        Whether it stood in quotes.
    """

    text: str
    line: int
    quoted: bool = False


class WordReader:
    """Reads words in order and stops where something else than what is due is found.

    A comment may start right behind a word.

    Parameters
    ----------
    text : str
        What the file holds.
    draft : Draft
        Which takes in what is read.

    Attributes
    ----------
    comment, opening, string, signs : str
        Of the format, for a subclass to set: regular expressions of a comment, of what a comment
        opens with, and of a string in quotes, and the signs that stand alone.
    remark : str
        The sign of a comment that is one only at the start of a line or behind a statement, since
        names may begin with it; empty where the format has none.
    """

    comment: str
    opening: str
    string: str
    signs: str
    remark = ""

    def __init__(self, text: str, draft: Draft) -> None:
        self.draft = draft
        self.words = self._words(text)
        self.place = 0

    @property
    def line(self) -> int:
        """Line of the next word, or of the last one at the end."""
        if not self.words:
            return 1
        return self.words[min(self.place, len(self.words) - 1)].line

    def at_end(self) -> bool:
        """Whether all words were read."""
        return self.place >= len(self.words)

    def sees(self, text: str) -> bool:
        """Whether the next word is this one, and not in quotes."""
        if self.at_end():
            return False
        word = self.words[self.place]
        return word.text == text and not word.quoted

    def next(self, due: str) -> Word:
        """Return the next word, or stop where the file ends; `due` says what should stand there."""
        if self.at_end():
            self.draft.stop(self.line, "the file ends too early", due)
        self.place += 1
        return self.words[self.place - 1]

    def take(self, text: str) -> bool:
        """Read the next word if it is this one."""
        seen = self.sees(text)
        self.place += seen
        return seen

    def expect(self, text: str) -> Word:
        """Read a certain word, or stop."""
        word = self.next(f"{text!r}")
        if word.text != text or word.quoted:
            self.draft.stop(word.line, f"found {word.text!r}", f"{text!r}")
        return word

    def name(self, due: str) -> Word:
        """Read a word that is no sign, or stop."""
        word = self.next(due)
        if not word.quoted and word.text in self.signs:
            self.draft.stop(word.line, f"found {word.text!r}", due)
        return word

    def until(self, end: str) -> list[Word]:
        """Read all words before a sign, and the sign."""
        words = []
        while not self.sees(end):
            words.append(self.next(f"{end!r}"))
        self.expect(end)
        return words

    def numbers(self, words: list[Word]) -> list[float]:
        """Return words as numbers; commas between them are left out, two in a row are not."""
        return self.draft.numbers((word.text, word.line) for word in words)

    def row(self, count: int) -> list[float]:
        """Read so many numbers and the ``;`` behind them, or stop."""
        line = self.line
        values = self.numbers(self.until(";"))
        if len(values) != count:
            self.draft.stop(line, f"found {len(values)} numbers", f"{count}")
        return values

    def _words(self, text: str) -> list[Word]:
        sign = re.escape(self.signs)
        pattern = re.compile(
            rf"(?P<skip>(?:\s|{self.comment})+)|(?P<string>{self.string})|(?P<sign>[{sign}])"
            rf"|(?P<word>(?:(?!{self.opening})[^\s\"{sign}])+)",
        )
        words: list[Word] = []
        place, line = 0, 1
        remark = re.compile(r"[^\n]*")
        while place < len(text):
            begins = self.remark and text.startswith(self.remark, place) and _anew(words, line)
            match = (remark if begins else pattern).match(text, place)
            if match is None:
                quote = text[place] == '"'
                what, allowed = ('"', 'a pair of "') if quote else ("comment", "/* ... */")
                self.draft.stop(line, f"found a {what} that is never closed", allowed)
            if begins:
                pass
            elif match.lastgroup == "string":
                words.append(Word(match[0][1:-1], line, quoted=True))
            elif match.lastgroup != "skip":
                words.append(Word(match[0], line))
            line += match[0].count("\n")
            place = match.end()
        return words


def _anew(words: list[Word], line: int) -> bool:
    """Whether what follows is the first of its line, or of a statement."""
    if not words or words[-1].line < line:
        return True
    return words[-1].text in (";", "}") and not words[-1].quoted
