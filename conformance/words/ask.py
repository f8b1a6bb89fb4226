"""How a check asks the gateway: the requests of the suite in the words of the protocol.

Every helper sends the least a request needs and takes further fields as keywords. `OMIT` leaves a default out.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable
from typing import Any

from conformance.errors import Inconclusive, NotEquipped, Unsupported
from conformance.target import Secret
from conformance.wire.exchange import KEY_HERE, Exchange, Request
from conformance.wire.recorder import Recorder
from conformance.words.check import objects
from conformance.words.openai.chat import Completion, CompletionStream
from conformance.words.usual_models import serves, usual_model

OMIT: Any = object()
PROMPT = "Say hello in one short sentence."
Fields = Iterable[tuple[str, object]]
Files = Iterable[tuple[str, str, str, bytes]]
MAX_TOKENS, MAX_COMPLETION_TOKENS = "max_tokens", "max_completion_tokens"
CAP = 64
"""The most tokens of an ordinary answer."""
CAP_OF_THINKERS = 2048
"""The same where the model thinks before it speaks: what it thinks counts."""
BOUNDARY = "gateway-conformance-7f3a9c51"
MODELS = {
    "completions": re.compile(r"instruct|davinci|babbage"),
    "embeddings": re.compile(r"embed"),
    "moderations": re.compile(r"moderation"),
    "images": re.compile(r"image|dall-e|flux|imagen"),
    "speech": re.compile(r"tts|speech"),
    "transcriptions": re.compile(r"whisper|transcri|stt"),
    "translations": re.compile(r"whisper"),
    "videos": re.compile(r"video|sora|veo|kling"),
    "music": re.compile(r"music|suno|lyria"),
    "anthropic": re.compile(r"claude"),
    "gemini": re.compile(r"gemini(?!.*(image|tts|audio|live|embed))"),
    "gemini-embeddings": re.compile(r"gemini.*embed|embedding-00\d"),
}
"""How the names of models tell what they are for, or which protocol they speak."""
OFTEN_GONE = {"completions": 3, "moderations": 3}
"""What lists of models still name after it was switched off; so many of them are tried."""
CREDENTIALS = {
    "bearer": {},
    "x-api-key": {"authorization": "", "x-api-key": KEY_HERE},
    "x-goog-api-key": {"authorization": "", "x-goog-api-key": KEY_HERE},
}
"""The headers that carry the key, by the kind of credential."""
STRANGER = Secret("sk-this-key-was-never-issued")
"""A credential that no gateway knows. It is made up, so it may be shown."""


def user(content: object) -> dict[str, Any]:
    """A user message."""
    return {"role": "user", "content": content}


def without_omitted(fields: dict[str, Any]) -> dict[str, Any]:
    """The fields that are not left out by `OMIT`."""
    return {name: value for name, value in fields.items() if value is not OMIT}


def parted(rest: dict[str, Any], options: Collection[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The fields of a body, and the options of how it is sent."""
    fields = {name: value for name, value in rest.items() if name not in options}
    return fields, {name: value for name, value in rest.items() if name in options}


def form(fields: Fields, files: Files) -> bytes:
    """A form as the official SDKs send it; a field may be repeated."""
    lines = []
    for name, value in fields:
        lines += [f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()]
    for name, file, media_type, data in files:
        disposition = f'Content-Disposition: form-data; name="{name}"; filename="{file}"'
        lines += [f"--{BOUNDARY}\r\n{disposition}\r\nContent-Type: {media_type}\r\n\r\n".encode(), data, b"\r\n"]
    return b"".join([*lines, f"--{BOUNDARY}--\r\n".encode()])


def encoded(body: object) -> bytes:
    """JSON as the official SDKs send it: UTF-8, not escaped, unless an answer is repeated that UTF-8 cannot carry."""
    try:
        return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    except UnicodeEncodeError:
        return json.dumps(body, separators=(",", ":")).encode()


class Ask:
    """Asks one target on behalf of all checks.

    `limit` is the name of the field that caps an answer: some models take only `max_completion_tokens`. `cap` is how
    many tokens it allows, unless a check says otherwise. `routes` are the undocumented ones that were looked for, and
    the models that are missing for one that is there: each with the reason why it is not judged, or an empty text.
    `protocols` are the native ones that were looked for, `absent` those that are not judged at all, and why.
    """

    def __init__(self, recorder: Recorder, model: str) -> None:
        self.recorder = recorder
        self.model = model
        self.limit = MAX_TOKENS
        self.cap = CAP
        self.routes: dict[str, str] = {}
        self.protocols: set[str] = set()
        self.absent: dict[str, str] = {}

    def choose(self, model: str) -> Exchange:
        """Asks this model from now on, with the limit that it takes: its answer to the plainest request."""
        self.model, self.limit, self.cap = model, MAX_TOKENS, CAP
        answer = self._limited(MAX_TOKENS)
        if answer.status in {400, 422}:
            named = MAX_COMPLETION_TOKENS in answer.text
            if named or (MAX_TOKENS in answer.text and self._limited(MAX_COMPLETION_TOKENS).status == 200):
                self.limit = MAX_COMPLETION_TOKENS
        return self._limited(self.limit)

    def let_think(self) -> Exchange:
        """Leaves the model room to think from now on, if it takes that much: its answer to the plainest request."""
        answer = self._limited(self.limit, CAP_OF_THINKERS)
        if answer.status == 200:
            self.cap = CAP_OF_THINKERS
        return answer

    @property
    def thinks(self) -> bool:
        """Whether the model was found to think before it speaks."""
        return self.cap > CAP

    def room(self, tokens: int) -> dict[str, Any]:
        """The field that leaves room for so many tokens of an answer, and for what the model thinks before it."""
        return {self.limit: max(tokens, self.cap) if self.thinks else tokens}

    def _limited(self, limit: str, cap: int = CAP) -> Exchange:
        """The answer to the plainest request, capped by the field of that name."""
        body = {"model": self.model, "messages": [user(PROMPT)], limit: cap}
        return self.recorder.ask(Request("POST", "/chat/completions", encoded(body)))

    def chat(self, prompt: object = PROMPT, *, take: int = 0, key: Any = "default", **fields: Any) -> Completion:
        """`POST /chat/completions`, whole."""
        return Completion(self.post("/chat/completions", self.body(prompt, **fields), take=take, key=key))

    def stream(
        self, prompt: object = PROMPT, *, take: int = 0, key: Any = "default", **fields: Any
    ) -> CompletionStream:
        """`POST /chat/completions`, streamed."""
        body = self.body(prompt, **{"stream": True} | fields)
        return CompletionStream(self.post("/chat/completions", body, take=take, key=key))

    def body(self, prompt: object = PROMPT, **fields: Any) -> dict[str, Any]:
        """The least a chat request needs, and `fields`. Without a model inconclusive, without chat unsupported."""
        if not self.model:
            self.demand_route("POST", "/chat/completions")
            raise Inconclusive("GET /models lists no model that answers a chat request: name one with --model")
        body = {"model": self.model, "messages": [user(prompt)], self.limit: self.cap} | fields
        if MAX_TOKENS in fields or MAX_COMPLETION_TOKENS in fields:
            body = {name: value for name, value in body.items() if name != self.limit or name in fields}
        return without_omitted(body)

    def post(self, path: str, body: object, *, take: int = 0, key: Any = "default", **options: Any) -> Exchange:
        """`POST` of a JSON value, or of bytes as they are."""
        raw = body if isinstance(body, bytes) else encoded(body)
        return self.send("POST", path, raw, take=take, key=key, **options)

    def get(self, path: str, *, take: int = 0, key: Any = "default", **options: Any) -> Exchange:
        """`GET` of a path below the base URL."""
        return self.send("GET", path, None, take=take, key=key, **options)

    def send(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        *,
        take: int = 0,
        key: Any = "default",
        headers: dict[str, str] | None = None,
        patient: bool = True,
        protocol: str = "openai",
        after: float = 0.0,
    ) -> Exchange:
        """Any request. Asked twice it is sent once, unless `take` differs. `Unsupported` on a route that is absent.

        `after` is for how many seconds it waits, if it has to be sent.
        """
        self.demand_route(method, path, protocol)
        request = Request(method, path, body, tuple((headers or {}).items()), key, protocol)
        return self.recorder.ask(request, take, patient, after)

    def place(self, method: str, path: str, protocol: str = "openai") -> str:
        """What a route is called: of the OpenAI dialect its path, of a native protocol its address."""
        return f"{method} {path}" if protocol == "openai" else f"{method} {self.recorder.bases[protocol]}{path}"

    def demand_route(self, method: str, path: str, protocol: str = "openai") -> None:
        """Raises `Unsupported` when it is known that the target lacks the route."""
        if problem := self.routes.get(self.place(method, path, protocol)) or self.absent.get(protocol):
            raise Unsupported(problem)

    def upload(self, path: str, fields: Fields, files: Files, **options: Any) -> Exchange:
        """`POST` of a form. `files` are (field, file name, media type, bytes)."""
        headers = {"content-type": f"multipart/form-data; boundary={BOUNDARY}"} | options.pop("headers", {})
        return self.send("POST", path, form(fields, files), headers=headers, **options)

    def fetch(self, url: str, *, take: int = 0) -> Exchange:
        """`GET` of an address that the gateway gave. No key is sent there."""
        return self.send("GET", url, None, take=take, key=None)

    def model_for(self, kind: str, *, sought: bool = False) -> str:
        """The model for embeddings, images, speech, transcriptions, videos, music, or a native protocol.

        The one that the target names, else the first listed one whose name says so, else the usual one, if it answers.
        Of old models that are still listed, the first that answers. Without the OpenAI dialect it is the one for chat.
        Raises `NotEquipped`. The summary of the run tells that it is missing, unless its route is still `sought`.
        """
        named, native = self.recorder.target.models, "openai" in self.absent
        if model := named.get(kind) or (named.get("chat") if native else None):
            return model
        listed = None if native else self.get("/models").json
        names = [entry.get("id") for entry in objects(listed, "data")]
        fitting = [name for name in names if isinstance(name, str) and MODELS[kind].search(name.lower())]
        if kind in OFTEN_GONE:
            fitting = [name for name in fitting[: OFTEN_GONE[kind]] if serves(self, kind, name)]
        return fitting[0] if fitting else self._usual_model(kind, sought)

    def _usual_model(self, kind: str, sought: bool) -> str:
        if name := usual_model(self, kind):
            return name
        problem = f"no model for {kind} is known: add {kind} under [models] in the target file"
        if not sought:
            self.miss_model(kind, problem)
        raise NotEquipped(problem)

    def miss_model(self, kind: str, problem: str) -> None:
        """Lets the summary of the run tell that a route is there, and no model for it is known."""
        self.routes[f"[models] {kind}"] = problem
