"""How hard a text is to read."""

import re


def syllables(word: str) -> int:
    """Return the groups of vowels in a word, without those that are not spoken."""
    groups = len(re.findall("[aeiouy]+", word))
    silent = r"[^aeiouy]e$(?<!le)|[^aeioutdy]ed$|[^aeiouscxzghy]es$"
    return max(1, groups - len(re.findall(silent, word)))


def grade(text: str) -> float:
    """Return the grade by Flesch and Kincaid (1975)."""
    sentences = len(re.findall(r"[.?!:](?=\s|$)", text))
    words = re.findall(r"[a-z']+|\d+", text.lower())
    spoken = sum(map(syllables, words))
    return 0.39 * len(words) / sentences + 11.8 * spoken / len(words) - 15.59
