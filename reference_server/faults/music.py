"""Ways to break music, whole or as a job."""

from __future__ import annotations

from functools import partial

from reference_server.faults import fault, request_fault
from reference_server.faults.words.edits import answer, change, drop, only, put, reshape, status, swap
from reference_server.faults.words.jobs import NOT_FOUND, as_job
from reference_server.faults.words.media import LINK, base64_of, known_model, let_in, on
from reference_server.faults.words.openai import MUSIC, MUSIC_STATE
from reference_server.faults.words.situations import UNKNOWN, both, refused, served

in_answer = partial(fault, MUSIC, gateway="infery")
in_request = partial(request_fault, MUSIC, gateway="infery")

music_without_pieces = in_answer("The list of pieces is empty.", put("data", []), breaks={"music.answer"})
music_neither_whole_nor_job = in_answer(
    "The answer has neither music nor the id of a job.",
    reshape(lambda body: {"status": "queued", "created": body["created"]}),
    breaks={"music.answer"},
)
music_given_as_failure = in_answer(
    "Music comes with a status of the server's failure.", status(500), when=served, breaks={"music.answer"}
)
music_in_bare_array = in_answer(
    "The body is the array of pieces itself.", reshape(lambda body: body["data"]), breaks={"music.answer"}
)
music_of_one_piece_is_no_list = in_answer(
    "The only piece has no list around it.", change("data", lambda pieces: pieces[0]), breaks={"music.answer"}
)
music_created_in_text = in_answer(
    "The time is a date in text.", put("created", "2026-01-01T00:00:00Z"), breaks={"music.schema"}
)

# The sound.

music_without_sound = in_answer("A piece has neither an address nor bytes.", drop(LINK), breaks={"music.sound"})
music_url_relative = in_answer(
    "The address of a piece has no host.", put(LINK, "/media/music/piece.mp3"), breaks={"music.sound"}
)
music_bytes_in_hexadecimal = in_answer(
    "The bytes of a piece are no base64, but hexadecimal digits with a prefix.",
    drop(LINK),
    put("data[].b64_audio", "0x: 49 44 33"),
    breaks={"music.sound"},
)
music_url_leads_nowhere = in_answer(
    "There is nothing at the address of a piece.", change(LINK, "{}.gone".format), breaks={"music.plays"}
)
music_bytes_are_none = in_answer(
    "The bytes are no sound.", drop(LINK), put("data[].b64_audio", base64_of(b"la la la")), breaks={"music.plays"}
)
music_called_text = in_answer(
    "A piece is called text.", put("data[].content_type", "text/plain"), breaks={"music.media-type"}
)

# As a job.

music_job_created_in_text = in_answer(
    "Music is a job whose time is a text.", as_job, put("created_at", "2026-01-01T00:00:00Z"), breaks={"music.schema"}
)
music_job_without_status = fault(
    "*",
    "Music is a job whose status nobody can ask for.",
    only(on(MUSIC), as_job),
    only(both(on(MUSIC_STATE), served), NOT_FOUND),
    breaks={"music.job"},
    gateway="infery",
)
music_job_goes_back = fault(
    "*",
    "A job of music is processing first and queued then.",
    only(on(MUSIC), as_job, put("status", "processing")),
    only(on(MUSIC_STATE), swap("status", "processing", "queued")),
    breaks={"music.job"},
    gateway="infery",
)

# Refusals.

unknown_music_is_queued = fault(
    MUSIC_STATE,
    "Every job that does not exist is queued.",
    answer({"status": "queued"}),
    when=UNKNOWN,
    breaks={"music.unknown"},
    gateway="infery",
)
music_of_no_model_not_found = in_answer(
    "A request without a model is a 404.", status(404), when=refused("missing_field"), breaks={"music.missing-model"}
)
unknown_model_makes_music = in_request(
    "Whoever names a model that does not exist gets another one.", known_model("melody"), breaks={"music.unknown-model"}
)
music_for_nobody = in_request(
    "Music is made without a key.", let_in, breaks={"music.credential"}, before="authentication"
)
