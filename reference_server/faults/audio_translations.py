"""Ways to break translations."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.edits import answer, change, drop, put, raw, rename, status
from reference_server.faults.words.media import has_files, wants
from reference_server.faults.words.situations import LACKING, both, served
from reference_server.wire.reply import Reply

translation = rows("createTranslation")

_PLAIN = wants("response_format", None)
_SUBTITLES = wants("response_format", "srt", "vtt")
_VERBOSE = wants("response_format", "verbose_json")


translations_break_the_gateway = translation(
    "audio.translations.answers", "Every translation gets a 500.", status(500), when=both(served, has_files)
)
translation_renamed = translation(
    "audio.translations.answers", "The text stands under another name.", rename("text", "translation"), when=_PLAIN
)
another_text_translated = translation(
    "audio.translations.heard",
    "The text is that of another recording.",
    change("text", lambda text: "Thanks for watching!" if "fox" in text else text),
    when=_PLAIN,
)


@translation("audio.translations.english", when=_PLAIN)
def translated_into_spanish(reply: Reply) -> None:
    """What is said in Spanish is written down in Spanish."""
    if "house" in reply.body["text"]:
        reply.body["text"] = "La casa es blanca y el perro es grande."


translation_of_no_file = translation(
    "audio.translations.no-file", "A form without a file gets empty text.", answer({"text": ""}), when=LACKING
)


@translation("audio.translations.text", when=wants("response_format", "text"))
def translation_always_in_json(reply: Reply) -> Reply:
    """A request for plain text is answered with JSON."""
    return Reply.json({"text": reply.body.decode()})


translated_text_empty = translation(
    "audio.translations.text",
    "A plain text answer is empty.",
    raw(lambda _: b""),
    when=wants("response_format", "text"),
)
translated_subtitles_are_text = translation(
    "audio.translations.subtitles",
    "A request for subtitles is answered with the text alone.",
    raw(lambda data: data.splitlines()[-2]),
    when=_SUBTITLES,
)
translated_without_length = translation(
    "audio.translations.verbose", "verbose_json does not tell the duration.", drop("duration"), when=_VERBOSE
)
translated_from_no_language = translation(
    "audio.translations.verbose", "verbose_json does not name the language.", drop("language"), when=_VERBOSE
)
translated_from_spanish = translation(
    "audio.translations.verbose.language",
    "verbose_json names the language that was spoken.",
    put("language", "spanish"),
    when=_VERBOSE,
)
