"""Ways to break music, whole or as a job."""

from __future__ import annotations

from reference_server.faults import fault, request_fault, rows
from reference_server.faults.words.edits import answer, change, drop, only, put, reshape, status, swap
from reference_server.faults.words.jobs import NOT_FOUND, as_job
from reference_server.faults.words.media import LINK, base64_of, known_model, let_in, on
from reference_server.faults.words.openai import MUSIC, MUSIC_STATE
from reference_server.faults.words.situations import UNKNOWN, both, refused, served

music = rows(MUSIC, gateway="infery")
anywhere = rows("*", gateway="infery")

music_without_pieces = music("music.answer", "The list of pieces is empty.", put("data", []))
music_neither_whole_nor_job = music(
    "music.answer",
    "The answer has neither music nor the id of a job.",
    reshape(lambda body: {"status": "queued", "created": body["created"]}),
)
music_given_as_failure = music("music.answer", "Music is sent with a server error status.", status(500), when=served)
music_in_bare_array = music("music.answer", "The answer is a bare array of pieces.", reshape(lambda body: body["data"]))
music_of_one_piece_is_no_list = music(
    "music.answer", "A single piece is not in a list.", change("data", lambda pieces: pieces[0])
)
music_created_in_text = music("music.schema", "The time is a date string.", put("created", "2026-01-01T00:00:00Z"))

# The sound.
music_without_sound = music("music.sound", "A piece has neither a URL nor bytes.", drop(LINK))
music_url_relative = music("music.sound", "The URL of a piece has no host.", put(LINK, "/media/music/piece.mp3"))
music_bytes_in_hexadecimal = music(
    "music.sound",
    "The bytes of a piece are hexadecimal digits with a prefix instead of base64.",
    drop(LINK),
    put("data[].b64_audio", "0x: 49 44 33"),
)
music_url_leads_nowhere = music("music.plays", "The URL of a piece leads to a 404.", change(LINK, "{}.gone".format))
music_bytes_are_none = music(
    "music.plays", "The bytes of a piece are not music.", drop(LINK), put("data[].b64_audio", base64_of(b"la la la"))
)
music_called_text = music(
    "music.media-type", "A piece has the media type text/plain.", put("data[].content_type", "text/plain")
)

# As a job.
music_job_created_in_text = music(
    "music.schema", "Music is a job whose time is a date string.", as_job, put("created_at", "2026-01-01T00:00:00Z")
)
music_job_without_status = anywhere(
    "music.job",
    "Music is answered with a job whose status cannot be found.",
    only(on(MUSIC), as_job),
    only(both(on(MUSIC_STATE), served), NOT_FOUND),
)
music_job_goes_back = anywhere(
    "music.job",
    "A job of music goes back from processing to queued.",
    only(on(MUSIC), as_job, put("status", "processing")),
    only(on(MUSIC_STATE), swap("status", "processing", "queued")),
)

# Refusals.
unknown_music_is_queued = fault(
    MUSIC_STATE,
    "A request for an unknown job is answered as if it were queued.",
    answer({"status": "queued"}),
    when=UNKNOWN,
    breaks={"music.unknown"},
    gateway="infery",
)
music_of_no_model_not_found = fault(
    MUSIC,
    "A request without a model is answered with 404.",
    status(404),
    when=refused("missing_field"),
    breaks={"music.missing-model"},
    gateway="infery",
)
unknown_model_makes_music = request_fault(
    MUSIC,
    "A request for an unknown model is answered with music.",
    known_model("melody"),
    breaks={"music.unknown-model"},
    gateway="infery",
)
music_for_nobody = request_fault(
    MUSIC, "Music needs no key.", let_in, breaks={"music.credential"}, gateway="infery", before="authentication"
)
