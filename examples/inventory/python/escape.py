import re
import unicodedata

MAX_LENGTH = 80


def _encode(text: str, markup: str, prefix: str) -> str:
    # Names can contain anything, and must not become markup. This replaces characters with
    # references by their number. Line breaks, control characters and characters that change
    # the direction of text become spaces.
    spaced = "".join(" " if unicodedata.category(c)[0] in "CZ" else c for c in text)
    line = " ".join(spaced.split())
    short = line[:MAX_LENGTH] + "…" if len(line) > MAX_LENGTH else line
    return re.sub(markup, lambda character: f"{prefix}{ord(character[0])};", short)


def markdown(text: str) -> str:
    """Encodes a text for a table in Markdown: all ASCII characters except letters, digits,
    spaces and hyphens."""
    return _encode(text, r"[!-,./:-@\[-`{-~]", "&#")


def mermaid(text: str) -> str:
    """Encodes a text for a quoted label in Mermaid, which has its own form of references."""
    return _encode(text, r"[!-/:-@\[-`{-~]", "#")
