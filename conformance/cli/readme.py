"""What the README counts: `gateway-conformance coverage --write-readme` writes it between two markers."""

from __future__ import annotations

from pathlib import Path

from conformance.errors import UsageError

START, END = "<!-- coverage -->\n", "<!-- /coverage -->"


def write(path: Path, text: str) -> None:
    """Puts the text between the markers of a file. Raises `UsageError` when there is no such file or marker."""
    try:
        whole = path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}", "run this in a clone, or name the file") from None
    before, start, rest = whole.partition(START)
    _, end, after = rest.partition(END)
    if not start or not end:
        raise UsageError(f"{path} has no markers", f"put {START.strip()} and {END} on lines of their own")
    path.write_text(f"{before}{start}{text}\n{end}{after}", encoding="utf-8")
