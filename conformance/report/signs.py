"""What the evidence of a failure shows: the route, the status, the shape of the answer, the member that is missing.

Failures with a sign in common have one cause (`causes.py`). A sign is read from the message and the exchange that the
failing demand judged; nothing is guessed from what a gateway is known to do.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any
from urllib.parse import urlsplit

from conformance.model import Evidence, Finding, Requirement
from conformance.report.inert import encodable

Key = tuple[object, ...]

STATUS = re.compile(r"\b(?:got|answered|Error code:)(?:[^\[\]{}<>:]*?,)? (\d{3})\b")
DUE = re.compile(r"(?:expected|not(?: one of)?) (a 4xx|[\[{][\d, ]+[\]}])")
DEMANDS_REFUSAL = re.compile(r"\brefused?\b|wrong request|with a 5xx")
OF_ERRORS = re.compile(r"^(\[[^\]]*\] )?(error|the body|type of the body|Content-Type|the message)\b", re.IGNORECASE)
CASE = re.compile(r"^\[[^\]]*\] ")
QUOTED = re.compile(r"""'[^']*'|"[^"]*"|`[^`]*`""")
VARYING = re.compile(r"\b[\w-]*\d[\w-]*\b")
HEADER = re.compile(r"^([a-z-]*request-id) is missing|\.(request_id) is null")
MISSING = (
    re.compile(r"^(\w+) is None"),
    re.compile(r"\b(?:answer|chunk|stream) (?:has no|reports no) (\w+)"),
    re.compile(r"\bno chunk (?:has|reports) (\w+)"),
    re.compile(r"\bhave no (\w+)"),
    re.compile(r"\bhas 0 (\w+)"),
    re.compile(r"^the (\w+) of .* is None"),
)
NAMED_WORD = re.compile(r"^(?:answer|stream|chunk)$")
PLAIN = frozenset({"model", "messages", "max_tokens", "stream"})
"""The members of a question that asks for nothing special."""


class Kind(IntEnum):
    """What is wrong, in the order in which it names a cause."""

    REFUSES = 0
    """A valid request is not served."""
    CRASHES = 1
    """A wrong request is answered with a 5xx."""
    ACCEPTS = 2
    """A wrong request is served."""
    INSTEAD = 3
    """A wrong request is refused with another status."""
    ERROR_BODY = 4
    """An error has another shape."""
    LACKS = 5
    """An answer lacks a member."""
    HEADER = 6
    """An answer lacks a header."""
    COUNTS = 7
    """Tokens are counted wrongly."""
    OTHER = 8
    """Whatever the message says."""
    CONSEQUENCE = 9
    """What a client does with an answer."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One exchange of the evidence: `kind` is the shape of its body, `text` what an error in it says.

    `words` is that without what varies.
    """

    exchange: int
    route: str
    status: int
    kind: str
    text: str
    words: str
    streamed: bool
    asked: frozenset[str]


NOTHING = Answer(-1, "", 0, "", "", "", False, frozenset())


@dataclass(frozen=True, slots=True)
class Sign:
    """What a failure shows. Failures with a key in common have one cause."""

    kind: Kind
    keys: frozenset[Key]
    answer: Answer
    status: int = 0
    due: str = ""
    member: str = ""


def sign(finding: Finding, requirement: Requirement, routes: Routes) -> Sign:
    """The sign of a failure, from its first case and the exchange of that."""
    answers = [routes.answer(one) for one in finding.evidence] or [NOTHING]
    message = finding.message
    status = int(found[1]) if (found := STATUS.search(_head(message))) else 0
    answer = next((one for one in answers if one.status == status), answers[0])
    if status and not message.startswith("silently"):
        return _of_status(message, requirement, answer, status)
    if found := HEADER.search(message):
        return _of_header(answer, (found[1] or found[2]).replace("_", "-"))
    if answer.status >= 400 and (OF_ERRORS.search(message) or "the message is lost" in message):
        return _of_error(_commonest(answers), message)
    return _of_answer(message, requirement, answer, any(one.streamed for one in answers))


def _head(message: str) -> str:
    """The message up to the text of an answer."""
    return re.split(r'[{<"](?=[^\d])', message, maxsplit=1)[0]


def _of_status(message: str, requirement: Requirement, answer: Answer, status: int) -> Sign:
    due = DUE.search(message)
    keys: list[Key]
    if not (due and "20" not in due[1]) and not DEMANDS_REFUSAL.search(requirement.text):
        kind, keys = Kind.REFUSES, [("refuses", status, answer.words, answer.route)]
    elif status >= 500:
        kind, keys = Kind.CRASHES, [("5xx", status, answer.kind)]
    elif status < 400:
        kind, keys = Kind.ACCEPTS, [("accepts", answer.route)]
    else:
        kind, keys = Kind.INSTEAD, [("instead", status, due[1] if due else ""), ("says", status, answer.words)]
    return Sign(kind, frozenset(keys), answer, status, _due(due[1] if due else ""))


def _of_header(answer: Answer, name: str) -> Sign:
    """A header that is missing. A page of the server, or of a crash, has none of ours."""
    if answer.kind == "HTML":
        return _of_error(answer, "")
    return Sign(Kind.HEADER, frozenset({("header", name, answer.route)}), answer, member=name)


def _of_error(answer: Answer, message: str) -> Sign:
    """The shape of an error; that of a 5xx goes with the 5xx. What has an `error` may lack several things."""
    key: Key = ("5xx", answer.status, answer.kind) if answer.status >= 500 else ("body", answer.kind)
    if key == ("body", "`error`"):
        key = (*key, answer.route, template(message))
    return Sign(Kind.ERROR_BODY, frozenset({key}), answer, answer.status)


def _of_answer(message: str, requirement: Requirement, answer: Answer, streamed: bool) -> Sign:
    if requirement.area.startswith("sdk_"):
        return Sign(Kind.CONSEQUENCE, frozenset({("only", requirement.id)}), answer)
    for pattern in MISSING:
        found = pattern.search(CASE.sub("", message))
        if found and not NAMED_WORD.match(found[1]):
            keys = {("lacks", found[1], answer.route), ("lacks on", answer.exchange)}
            return Sign(Kind.LACKS, frozenset(keys), answer, member=found[1])
    if "token" in message.lower():
        return Sign(Kind.COUNTS, frozenset({("counts", answer.route, streamed)}), answer)
    return Sign(Kind.OTHER, frozenset({("says", answer.route, template(message))}), answer)


def template(message: str) -> str:
    """The first clause of a message without what varies: numbers, names, and what was quoted."""
    clause = re.split(r"[;:,] |, but", CASE.sub("", message), maxsplit=1)[0]
    return VARYING.sub("#", QUOTED.sub("*", clause)).replace("the stream ", "the answer ")


def _due(text: str) -> str:
    """`[400, 422]` as `400 or 422`."""
    if not text or text == "a 4xx":
        return text or "a 4xx"
    *others, last = re.findall(r"\d{3}", text)
    return f"{', '.join(others)} or {last}" if others else last


def _commonest(answers: list[Answer]) -> Answer:
    """An answer of the shape that most of them have."""
    (shape, _), *_ = Counter((one.status >= 500, one.kind) for one in answers).most_common(1)
    return next(one for one in answers if (one.status >= 500, one.kind) == shape)


class Routes:
    """The routes of a target, as its documents name them."""

    def __init__(self, base_url: str, gateway: str) -> None:
        import gateway_contract

        self._base = urlsplit(base_url).path.rstrip("/")
        self._contract = gateway_contract.load(gateway if gateway in gateway_contract.names() else None)

    def answer(self, evidence: Evidence) -> Answer:
        """The exchange of an evidence."""
        line, asked = evidence.request.partition("\n")[0], evidence.request.partition("\n\n")[2]
        head, _, body = evidence.response.partition("\n\n")
        status = int(found[1]) if (found := re.match(r"HTTP/\S+ (\d{3})", head)) else 0
        streamed, text = "text/event-stream" in head, said(body)
        return Answer(
            evidence.exchange,
            self._route(line),
            status,
            shape(body, head),
            text,
            VARYING.sub("#", QUOTED.sub("*", text))[:160].strip(),
            streamed,
            _members(asked),
        )

    def _route(self, line: str) -> str:
        method, _, address = line.partition(" ")
        path = urlsplit(address.split(" ")[0]).path
        for candidate in self._relative(path):
            for protocol in self._contract.bases:
                if operation := self._contract.find(method, candidate, protocol):
                    return f"{method} {operation.path}"
        return f"{method} {path.removeprefix(self._base)}"

    def _relative(self, path: str) -> Iterator[str]:
        """The path below the base address, and below each of its steps."""
        yield path.removeprefix(self._base)
        steps = path.split("/")[1:]
        for start in range(min(len(steps), 4)):
            yield "/" + "/".join(steps[start:])


def shape(body: str, head: str) -> str:
    """How a body is made: HTML, text, nothing, or JSON with these members on top."""
    text = body.lstrip()
    if "text/html" in head or text[:1] == "<":
        return "HTML"
    if not text:
        return "nothing"
    if text[:1] not in '{["':
        return "text"
    value = _json(text)
    names = sorted(value) if isinstance(value, dict) else re.findall(r'^\{\s*"(\w+)"', text)
    known = [name for name in ("error", "detail") if name in names]
    return f"`{', '.join(known[:1] or names)}`" if names else "JSON"


def said(body: str) -> str:
    """What an error says on its first line; the text itself where it is no JSON, or nested too deeply to be read."""
    value = _json(body)
    try:
        text = _message(value) if value is not None else body
    except RecursionError:
        text = body
    return encodable(" ".join(text.strip().partition("\n")[0].split()))


def _message(value: Any) -> str:
    """The text of an error, wherever gateways put it; where a validator names the place, with that."""
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return _message(value[0]) if value else ""
    if not isinstance(value, dict):
        return ""
    if "loc" in value:
        return f"{'.'.join(map(str, value['loc']))}: {value.get('msg', '')}"
    return next((text for name in ("error", "message", "detail") if (text := _message(value.get(name)))), "")


def _members(body: str) -> frozenset[str]:
    """What a request asks for beside the usual."""
    value = _json(body)
    return frozenset(value) - PLAIN if isinstance(value, dict) else frozenset()


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
