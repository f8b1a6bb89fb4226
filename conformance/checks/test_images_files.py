"""Images that are kept as files."""

from __future__ import annotations

from conformance.words.ask import Ask
from conformance.words.check import NotApplicable, Unsupported, inconclusive, pick, requirement
from conformance.words.openai.files import REFUSED, Document, Files
from conformance.words.openai.images import Studio


@requirement("images.b64.kept")
def test_kept(ask: Ask, promised: bool) -> None:
    """An image can be uploaded as a file and deleted again."""
    if not promised:
        raise NotApplicable("no document says that images can be kept as files")
    studio, files = Studio(ask), Files(ask)
    item = studio.generate(response_format="b64_json").items[0]
    pick(item, "b64_json", kind=str)
    data, kind = studio.data(item), studio.seen(item).format.lower()
    kept = files.upload(Document(f"image.{kind}", f"image/{kind}", data), "vision")
    if kept.status in REFUSED:
        raise Unsupported(f"the target does not take the image as a file: {kept.exchange.text:.120}")
    found = files.download(kept.id)
    files.delete(kept.id)

    if found.status != 200:
        inconclusive(f"the file is answered {found.status or found.exchange.broken}")
    assert found.exchange.body == data, f"{len(data)} bytes were uploaded, {len(found.exchange.body)} others came back"
