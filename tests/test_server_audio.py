"""The reference server speaks and transcribes, and refuses wrong requests."""

from __future__ import annotations

import base64
import io
import math
import struct
import wave

import pytest

import gateway_contract

SENTENCE = "The heron waits. Er wartet am Fluß, 你好 🎧"
FORMATS = ["mp3", "opus", "aac", "flac", "wav", "pcm"]
KEY = {"authorization": "Bearer sk-ok"}
BOUNDARY = "multipart/form-data; boundary=b"


@pytest.fixture
def speak(server, http):
    """`speak(gateway=None, **fields)`: the response to a request for speech."""

    def send(gateway=None, **fields):
        body = {"model": "tts-1", "input": SENTENCE, "voice": "alloy", **fields}
        body = {name: value for name, value in body.items() if value is not ...}
        return http.post(f"{server(gateway)}/audio/speech", json=body, headers=KEY)

    return send


@pytest.fixture
def write(server, http):
    """`write(data, name="speech.mp3", gateway=None, **fields)`: the response to a form with a file."""

    def send(data, name="speech.mp3", gateway=None, **fields):
        files = {"file": (name, data, "application/octet-stream")}
        fields = {"model": "whisper-1", **fields}
        return http.post(f"{server(gateway)}/audio/transcriptions", data=fields, files=files, headers=KEY)

    return send


def tone(seconds: float) -> bytes:
    """A WAV with a plain tone."""
    file = io.BytesIO()
    with wave.open(file, "wb") as written:
        written.setnchannels(1)
        written.setsampwidth(2)
        written.setframerate(8000)
        count = int(8000 * seconds)
        written.writeframes(struct.pack(f"<{count}h", *(int(9000 * math.sin(n / 3)) for n in range(count))))
    return file.getvalue()


@pytest.mark.parametrize("form", FORMATS)
def test_round_trip(speak, write, form):
    spoken = speak(response_format=form)

    assert spoken.headers["content-type"] == f"audio/{ {'mp3': 'mpeg', 'opus': 'ogg'}.get(form, form) }".replace(
        " ", ""
    )
    assert write(spoken.content, f"speech.{form}").json()["text"] == SENTENCE


def test_default_is_mp3_at_the_usual_pace(speak):
    assert speak().content == speak(response_format="mp3", speed=1).content == speak(speed=None).content


@pytest.mark.parametrize("speed", [0.25, 4])
def test_speed(speak, write, speed):
    seconds = [
        write(speak(**fields).content, response_format="verbose_json").json()["duration"]
        for fields in ({}, {"speed": speed})
    ]

    assert (seconds[1] < seconds[0]) is (speed > 1)


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({"input": ...}, "input"),
        ({"voice": ...}, "voice"),
        ({"model": ...}, "model"),
        ({"input": ""}, "input"),
        ({"input": "a" * 4097}, "input"),
        ({"speed": 0.2}, "speed"),
        ({"speed": 4.1}, "speed"),
        ({"speed": "fast"}, "speed"),
        ({"response_format": "smell"}, "response_format"),
        ({"model": "echo"}, "model"),
    ],
)
def test_wrong_speech_is_refused(speak, fields, param):
    response = speak(**fields)

    assert response.status_code == 400
    assert response.json()["error"]["param"] == param


@pytest.mark.parametrize("gateway", ["openai", "infery"])
def test_long_text_is_refused(speak, gateway):
    assert speak(gateway=gateway, input="a" * 4096, response_format="pcm").status_code == 200
    assert speak(gateway=gateway, input="a" * 4097).status_code == 400


@pytest.mark.parametrize(
    ("model", "status"), [("none", 404), ("upstream-error", 502), ("maintenance", 503), ("rate-limited-upstream", 429)]
)
def test_models_that_fail(speak, write, model, status):
    assert speak(model=model).status_code == write(tone(0.1), "a.wav", model=model).status_code == status


def test_formats_of_the_text(speak, write):
    data = speak(input="One. Two.").content

    assert write(data).json() == {"text": "One. Two.", "usage": {"type": "duration", "seconds": 1}}
    assert write(data, response_format="text").text == "One. Two."
    assert write(data, response_format="srt").text.startswith("1\n00:00:00,000 --> 00:00:00,")
    assert "\n\n2\n" in write(data, response_format="srt").text
    assert write(data, response_format="vtt").text.startswith("WEBVTT\n\n00:00:00.000 --> ")
    for form in ("text", "srt", "vtt"):
        assert write(data, response_format=form).headers["content-type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("granularities", "members"),
    [
        ([], {"segments"}),
        (["word"], {"words"}),
        (["segment"], {"segments"}),
        (["word", "segment"], {"segments", "words"}),
    ],
)
def test_times_that_were_asked_for(speak, write, granularities, members):
    fields = {"timestamp_granularities[]": granularities} if granularities else {}
    body = write(speak(input="One. Two.").content, response_format="verbose_json", language="de", **fields).json()

    assert {"segments", "words"} & set(body) == members
    assert (body["language"], body["text"]) == ("de", "One. Two.")
    assert gateway_contract.load().operations["createTranscription"].response_problem(200, body) is None


def test_other_sound_is_measured(write):
    assert write(tone(1.25), "tone.wav").json()["text"] == "(1.2 seconds of sound)"


@pytest.mark.parametrize(
    ("name", "data"), [("a.mp3", b""), ("a.mp3", b"no sound"), ("a.wav", b"RIFF" + bytes(40)), ("a.pcm", b"")]
)
def test_what_is_no_sound_is_refused(write, name, data):
    response = write(data, name)

    assert (response.status_code, response.json()["error"]["param"]) == (400, "file")


@pytest.mark.parametrize(
    "fields",
    [
        {"response_format": "diarized_json"},
        {"temperature": "2"},
        {"temperature": "warm"},
        {"timestamp_granularities[]": "word"},
        {"response_format": "verbose_json", "timestamp_granularities[]": "syllable"},
        {"model": "echo"},
    ],
)
def test_wrong_options_are_refused(write, fields):
    assert write(tone(0.1), "a.wav", **fields).status_code == 400


def test_large_files_are_refused(write):
    response = write(bytes(25 * 1024 * 1024 + 1))

    assert response.status_code == 413
    assert response.json()["error"]["code"] == "request_too_large"


def test_large_bodies_are_refused(write):
    assert write(bytes(33 * 1024 * 1024)).status_code == 413


@pytest.mark.parametrize("name", ["Gruß an alle – 你好.mp3", 'quo"te.mp3', "a b;c.mp3", "no-ending"])
def test_names_of_files(speak, write, name):
    assert write(speak().content, name).json()["text"] == SENTENCE


def part(name: str, value: bytes, file: str = "") -> bytes:
    """One part of a form."""
    filename = f'; filename="{file}"' if file else ""
    return b'--b\r\nContent-Disposition: form-data; name="%s"%s\r\n\r\n%s\r\n' % (
        name.encode(),
        filename.encode(),
        value,
    )


MODEL = part("model", b"whisper-1")
FILE = part("file", tone(0.1), "a.wav")
END = b"--b--\r\n"


FORMS = {
    "file-first": (FILE + MODEL + END, BOUNDARY, 200, None),
    "unknown-field": (MODEL + FILE + part("x-unknown", b"1") + END, BOUNDARY, 200, None),
    "no-file": (MODEL + END, BOUNDARY, 400, "file"),
    "no-model": (FILE + END, BOUNDARY, 400, "model"),
    "another-name": (MODEL + part("audio", tone(0.1), "a.wav") + END, BOUNDARY, 400, "file"),
    "file-as-text": (MODEL + part("file", b"sound") + END, BOUNDARY, 400, "file"),
    "two-files": (MODEL + FILE + FILE + END, BOUNDARY, 400, "file"),
    "model-as-file": (part("model", b"whisper-1", "m.txt") + FILE + END, BOUNDARY, 400, "model"),
    "unclosed": (MODEL + FILE, BOUNDARY, 400, None),
    "no-boundary": (MODEL + FILE + END, "multipart/form-data", 400, None),
    "another-boundary": (MODEL + FILE + END, "multipart/form-data; boundary=other", 400, None),
    "empty": (b"", BOUNDARY, 400, None),
    "json": (b'{"model": "whisper-1"}', "application/json", 415, None),
    "file-alone": (tone(0.1), "audio/wav", 415, None),
    "urlencoded": (b"model=whisper-1&file=a", "application/x-www-form-urlencoded", 415, None),
}


@pytest.mark.parametrize("name", FORMS)
def test_forms(server, http, name):
    body, media_type, status, param = FORMS[name]
    headers = {**KEY, "content-type": media_type}

    response = http.post(f"{server()}/audio/transcriptions", content=body, headers=headers)

    assert response.status_code == status, response.text
    if status != 200:
        assert response.json()["error"]["message"]
        assert param is None or response.json()["error"]["param"] == param


@pytest.mark.parametrize(
    "named",
    [
        lambda data: {"file_base64": data, "filename": "speech.mp3"},
        lambda data: {"file_base64": data},
        lambda data: {"audio": data},
        lambda data: {"audio": f"data:audio/mpeg;base64,{data}"},
    ],
)
def test_audio_in_json(server, http, speak, named):
    data = base64.b64encode(speak(gateway="infery").content).decode()
    body = {"model": "whisper-1", **named(data)}

    response = http.post(f"{server('infery')}/audio/transcriptions", json=body, headers=KEY)

    assert response.json()["text"] == SENTENCE


@pytest.mark.parametrize(
    "fields", [{}, {"audio": "@@@"}, {"audio": ""}, {"audio": "bm8gc291bmQ="}, {"file_base64": 7}, {"file": "a"}]
)
def test_wrong_audio_in_json_is_refused(server, http, fields):
    body = {"model": "whisper-1", **fields}

    response = http.post(f"{server('infery')}/audio/transcriptions", json=body, headers=KEY)

    assert response.status_code == 400
    assert response.json()["error"]["message"]


def test_cost_is_told(speak, write):
    spoken = speak(gateway="infery")
    written = write(spoken.content, gateway="infery")

    assert float(spoken.headers["x-credits-used"]) > 0
    assert float(written.headers["x-credits-used"]) == written.json()["credits_used"] > 0
    assert spoken.headers["x-model-used"] == "tts-1"
    assert "x-credits-used" not in speak().headers


@pytest.mark.parametrize("gateway", ["foxora", "ofox", "foxapi"])
def test_gateways_without_audio(speak, write, gateway):
    assert speak(gateway=gateway).status_code == write(b"", gateway=gateway).status_code == 404


def test_keys_are_checked(server, http):
    for key, status in (
        ("sk-nobody", 401),
        ("sk-spend-limited", 402),
        ("sk-restricted", 403),
        ("sk-rate-limited", 429),
    ):
        headers = {"authorization": f"Bearer {key}"}
        body = {"model": "tts-1", "input": "a", "voice": "alloy"}
        assert http.post(f"{server('infery')}/audio/speech", json=body, headers=headers).status_code == status


def test_chat_hears_speech(chat, speak):
    data = base64.b64encode(speak(input="The codeword is heron.").content).decode()
    clip = {"type": "input_audio", "input_audio": {"data": data, "format": "mp3"}}

    heard = chat([{"role": "user", "content": [clip]}]).json()["choices"][0]["message"]["content"]
    known = chat([{"role": "user", "content": [clip, {"type": "text", "text": "What is the codeword?"}]}])

    assert "The codeword is heron." in heard
    assert known.json()["choices"][0]["message"]["content"] == "The codeword is heron."
