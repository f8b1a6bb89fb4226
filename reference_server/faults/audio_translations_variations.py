"""How translations may legally differ."""

from __future__ import annotations

from reference_server.faults import differences
from reference_server.faults.words.edits import label, put, refuse
from reference_server.faults.words.media import wants
from reference_server.faults.words.situations import served

translation = differences("createTranslation")

_SUBTITLES = wants("response_format", "srt", "vtt")
_FORMATTED = wants("response_format", "text", "srt", "vtt", "verbose_json")

translated_language_as_code = translation(
    "The language is named by its code.", put("language", "en"), when=wants("response_format", "verbose_json")
)
translations_in_json_only = translation(
    "The model writes JSON only, and says so.", refuse(400, "This model writes json only."), when=_FORMATTED
)
no_model_translates = translation(
    "The model cannot translate, and says so.", refuse(400, "This model does not support translation."), when=served
)
translated_subtitles_labelled = translation("Subtitles are labelled as text/vtt.", label("text/vtt"), when=_SUBTITLES)
