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
    upload = files.upload(Document(f"image.{kind}", f"image/{kind}", data), "vision")
    if upload.status in REFUSED:
        raise Unsupported(f"the target does not take the image as a file: {upload.exchange.text:.120}")
    download = files.download(upload.id)
    files.delete(upload.id)

    if download.status != 200:
        inconclusive(f"the file is answered {download.status or download.exchange.broken}")
    assert download.exchange.body == data, (
        f"{len(data)} bytes were uploaded, {len(download.exchange.body)} others came back"
    )
