"""Translates into English: word by word, the few words that it knows."""

from __future__ import annotations

import re

_WORDS = {
    # Spanish
    "hola": "hello",
    "gracias": "thanks",
    "el": "the",
    "la": "the",
    "es": "is",
    "y": "and",
    "no": "no",
    "casa": "house",
    "blanca": "white",
    "blanco": "white",
    "perro": "dog",
    "gato": "cat",
    "sí": "yes",
    "grande": "big",
    "agua": "water",
    "buenos": "good",
    "días": "days",
    "mundo": "world",
    "rojo": "red",
    # French
    "bonjour": "hello",
    "merci": "thanks",
    "le": "the",
    "est": "is",
    "et": "and",
    "oui": "yes",
    "maison": "house",
    "chien": "dog",
    "chat": "cat",
    "monde": "world",
    "eau": "water",
    "rouge": "red",
    "blanche": "white",
    # German
    "hallo": "hello",
    "danke": "thanks",
    "der": "the",
    "das": "the",
    "ist": "is",
    "und": "and",
    "nein": "no",
    "haus": "house",
    "hund": "dog",
    "katze": "cat",
    "welt": "world",
    "wasser": "water",
    "weiß": "white",
    "ja": "yes",
}
_WORD = re.compile(r"[^\W\d_]+")


def english(text: str) -> str:
    """The text with every known word in English; the others stay as they are."""
    return _WORD.sub(_translated, text)


def _translated(match: re.Match[str]) -> str:
    word = match.group()
    known = _WORDS.get(word.lower(), word)
    return known.capitalize() if word[0].isupper() and known is not word else known
