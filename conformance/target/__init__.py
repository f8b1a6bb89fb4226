"""The target: its base URL, keys, models and limits; and the reference server as a target."""

from conformance.target.target import (
    CREDENTIAL,
    KEY_VARIABLE,
    ExpectedFailure,
    Secret,
    Target,
    checked_file,
    checked_folder,
    checked_url,
    from_file,
    from_options,
    from_recording,
    headers_from,
)
from conformance.target.way import Credential, Way

__all__ = [
    "CREDENTIAL",
    "KEY_VARIABLE",
    "Credential",
    "ExpectedFailure",
    "Secret",
    "Target",
    "Way",
    "checked_file",
    "checked_folder",
    "checked_url",
    "from_file",
    "from_options",
    "from_recording",
    "headers_from",
]
