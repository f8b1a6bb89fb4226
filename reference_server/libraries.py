"""The libraries of images and sound, which an installation of the server alone leaves out."""

from __future__ import annotations

from functools import cache
from importlib.util import find_spec

from reference_server.errors import Refusal

IMAGES, SOUND = "PIL", "av"
_NEEDED = {
    **dict.fromkeys(("createImage", "createImageEdit", "createImageTask"), IMAGES),
    **dict.fromkeys(("createSpeech", "createTranscription", "createTranslation"), SOUND),
    **dict.fromkeys(("createMusic", "createAudioTask", "createVideo"), SOUND),
}
"""By operation."""
_HINT = "pip install 'gateway-reference-server[media]'"


@cache
def installed(name: str) -> bool:
    """Whether a library is there."""
    return find_spec(name) is not None


def refuse_lacking(operation: str) -> None:
    """Raise Refusal when the library that an operation needs is not there."""
    name = _NEEDED.get(operation)
    if name and not installed(name):
        message = f"This server is installed without its media libraries: {_HINT}."
        raise Refusal("invalid_value", message, None, "media_not_installed")
