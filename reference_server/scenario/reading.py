"""Reads a scenario, in YAML or JSON, and says in which line it is wrong and what is expected there."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches
from importlib.resources import files as resources
from typing import Any

import msgspec
import yaml

from reference_server import faults
from reference_server.errors import UnknownFault, UnsatisfiableSchema, WrongScenario
from reference_server.model.pattern import matcher
from reference_server.routes import handlers
from reference_server.scenario.matching import SPEAKING, named
from reference_server.scenario.words import START, Answer, Error, Pattern, Rule, Scenario, Time, ToolCall, Usage, When

_MOST_CHARACTERS, _MOST_VALUES = 2_000_000, 200_000
_STEP = re.compile(r"\.(\w+)|\[(\d+|\.\.\.)\]")
_STRUCTS: tuple[tuple[str, type[msgspec.Struct]], ...] = (
    (r"\$", Scenario),
    (r".*\.rules\[\d+\]", Rule),
    (r".*\.when", When),
    (r".*\.answer(\[\d+\])?", Answer),
    (r".*\.tool_calls\[\d+\]", ToolCall),
    (r".*\.usage", Usage),
    (r".*\.error", Error),
    (r".*\.time|.*\.models\[\.\.\.\]", Time),
    (r".*", Pattern),
)
"""What stands at which place."""
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
Problem = tuple[str, str, str]
"""A place such as `$.rules[0].when`, what is wrong there, and what is expected."""


def read(text: str, name: str, operations: Collection[str] | None = None) -> Scenario:
    """The scenario of a text, which is YAML or JSON; `name` is that of its file. Raises WrongScenario.

    `operations` are those of the gateway that is played, if it is known.
    """
    node = _tree(text, name)
    document = {} if node is None else _value(node, name)
    try:
        scenario = msgspec.convert(document, Scenario)
    except msgspec.ValidationError as error:
        raise _wrong(name, node, *_explained(error)) from error
    for problem in _problems(scenario, handlers() if operations is None else operations):
        raise _wrong(name, node, *problem)
    return scenario


def schema() -> str:
    """The JSON Schema of scenarios, as it stands beside this module."""
    return resources(__package__).joinpath("schema.json").read_text(encoding="utf-8")


def written_schema() -> str:
    """The JSON Schema of scenarios, made of the words."""
    document = msgspec.json.schema(Scenario)
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A scenario of reference-server"}
    return msgspec.json.format(msgspec.json.encode({**described, **document}), indent=1).decode() + "\n"


def _tree(text: str, name: str) -> yaml.Node | None:
    if len(text) > _MOST_CHARACTERS:
        raise WrongScenario(f"{name}: more than {_MOST_CHARACTERS} characters", "write a shorter one")
    text = text.replace("\t", " ") if text.lstrip()[:1] in ("{", "[") else text  # YAML takes no tabs, JSON does
    try:
        return yaml.compose(text, yaml.SafeLoader)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + 1 if mark else 1
        what = getattr(error, "problem", None) or str(error)
        raise WrongScenario(f"{name}, line {line}: {what}", "expected YAML or JSON") from error
    except RecursionError as error:
        raise WrongScenario(f"{name}: too deep", "write a flatter one") from error


def _value(node: yaml.Node, name: str) -> Any:
    """The value of a tree, in which no key stands twice and which is not too large once its aliases are resolved."""
    left = _MOST_VALUES
    waiting = [node]
    while waiting:
        left -= 1
        current = waiting.pop()
        if left < 0:
            raise WrongScenario(f"{name}: too many values", "use fewer aliases")
        if isinstance(current, yaml.MappingNode):
            _refuse_twice(current, name)
            waiting += [value for _, value in current.value]
        elif isinstance(current, yaml.SequenceNode):
            waiting += current.value
    constructor = yaml.SafeLoader("")
    try:
        return constructor.construct_document(node)
    except (yaml.YAMLError, ValueError) as error:
        raise WrongScenario(f"{name}, line {node.start_mark.line + 1}: {error}", "expected YAML or JSON") from error


def _refuse_twice(node: yaml.MappingNode, name: str) -> None:
    keys: set[str] = set()
    for key, _ in node.value:
        if key.value in keys and key.value != "<<":
            line = key.start_mark.line + 1
            raise WrongScenario(f"{name}, line {line}: `{key.value}` stands here a second time", "leave one of them")
        keys.add(str(key.value))


def _explained(error: msgspec.ValidationError) -> Problem:
    what, _, place = str(error).partition(" - at `")
    place = place.rstrip("`") or "$"
    if unknown := re.search(r"unknown field `(.*)`", what):
        known = next(struct for pattern, struct in _STRUCTS if re.fullmatch(pattern, place)).__struct_fields__
        near = get_close_matches(unknown[1], known, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"expected one of {', '.join(known)}"
        return f"{place}.{unknown[1]}", f"there is no `{unknown[1]}` here", hint
    return place, what[0].lower() + what[1:], "see the schema: reference-server --scenario-schema"


def _problems(scenario: Scenario, operations: Collection[str]) -> Iterator[Problem]:
    """What is wrong although every word has its form."""
    states = {START, *(rule.then for rule in scenario.rules if rule.then)}
    yield from _stalls(scenario)
    for place, rule in enumerate(scenario.rules):
        at = f"$.rules[{place}]"
        yield from _nowhere(rule, at, operations)
        if rule.when.state is not None and rule.when.state not in states:
            hint = _near(rule.when.state, states, "a rule leads to a state by `then`")
            yield f"{at}.when.state", f"no rule leads to the state {rule.when.state!r}", hint
        for where, one in _patterns(rule.when, f"{at}.when"):
            yield from _unsupported(where, one)
        many = isinstance(rule.answer, list)
        if not rule.answers:
            yield f"{at}.answer", "the list of answers is empty", "expected an answer"
        for number, answer in enumerate(rule.answers):
            yield from _contradictions(answer, f"{at}.answer[{number}]" if many else f"{at}.answer")


def _nowhere(rule: Rule, at: str, operations: Collection[str]) -> Iterator[Problem]:
    """An operation that the server does not have, or in which no model says what the rule says."""
    if rule.when.operation is None:
        return
    built = set(filter(named(rule.when.operation), handlers()))
    matching = built & {*operations}
    if built and not matching:
        what = f"this gateway has no operation {rule.when.operation!r}"
        yield f"{at}.when.operation", what, "start the server with the --gateway that has it"
    elif not matching:
        what = f"there is no operation {rule.when.operation!r}"
        yield f"{at}.when.operation", what, _near(rule.when.operation, handlers(), "see /openapi.json")
    elif any(answer.speaks for answer in rule.answers) and not matching & SPEAKING:
        what = f"no model speaks in {rule.when.operation}"
        yield f"{at}.when.operation", what, "use `body` or `status`, which are answered by the gateway"


def _stalls(scenario: Scenario) -> Iterator[Problem]:
    """A stall of which nothing says when it comes: the time of an answer and that of its model may say it together."""
    times = [("$.models[...]", time) for time in scenario.models.values()]
    for place, rule in enumerate(scenario.rules):
        many = isinstance(rule.answer, list)
        for number, answer in enumerate(rule.answers):
            times += [(f"$.rules[{place}].answer{f'[{number}]' if many else ''}.time", answer.time or Time())]
    if all(time.stall_after is None for _, time in times):
        for at, time in times:
            if time.stall is not None:
                yield f"{at}.stall", "`stall` says for how long", "add `stall_after`"


def _near(name: str, known: Iterable[str], otherwise: str) -> str:
    near = get_close_matches(name, known, n=1)
    return f"did you mean {near[0]!r}?" if near else otherwise


def _patterns(when: When, at: str) -> Iterator[tuple[str, str]]:
    named = [(f"{at}.{name}", getattr(when, name)) for name in ("last", "any", "tool_result")]
    for where, text in (*named, *((f"{at}.header.{name}", text) for name, text in when.header.items())):
        if isinstance(text, Pattern):
            yield where, text.pattern


def _unsupported(at: str, pattern: str) -> Iterator[Problem]:
    try:
        matcher(pattern)
    except UnsatisfiableSchema as error:
        yield at, error.message, error.hint


def _contradictions(answer: Answer, at: str) -> Iterator[Problem]:
    said = [name for name in ("text", "refusal") if getattr(answer, name) is not None]
    said += ["json"] if answer.json is not msgspec.UNSET else []
    if len(said) > 1:
        yield f"{at}.{said[1]}", f"`{said[0]}` and `{said[1]}` do not go together", "leave one of them"
    if answer.speaks and answer.direct:
        yield at, "this is said by a model, and is no answer of a model", "use either `text` and its like, or `status`"
    if answer.error is not None and (answer.status or 0) < 400:
        yield f"{at}.error", "`error` needs a `status` from 400 on", "add one"
    if answer.error is not None and answer.body is not msgspec.UNSET:
        yield f"{at}.error", "`error` and `body` do not go together", "leave one of them"
    if answer.body is msgspec.UNSET and answer.status is not None and answer.status < 400:
        yield f"{at}.status", "this status needs a `body`", "add one, or leave `status` out"
    if answer.after is not None and answer.connection is None:
        yield f"{at}.after", "`after` says when the `connection` breaks", "add `connection`"
    yield from _unsendable(answer, at)
    yield from _unknown_faults(answer, at)


def _unsendable(answer: Answer, at: str) -> Iterator[Problem]:
    for name, value in answer.headers.items():
        if not _HEADER.fullmatch(name) or not value.isprintable() or not value.isascii():
            yield f"{at}.headers.{name}", f"the header {name!r} cannot be sent", "expected one line of ASCII"


def _unknown_faults(answer: Answer, at: str) -> Iterator[Problem]:
    for name in answer.faults:
        try:
            fault = faults.find(name)
        except UnknownFault as error:
            yield f"{at}.fault", error.message, error.hint
            continue
        if fault.stage == "authentication":
            hint = "use the header x-reference-fault, or --fault"
            yield f"{at}.fault", f"{name!r} plays before a rule is chosen", hint


def _wrong(name: str, node: yaml.Node | None, place: str, what: str, hint: str) -> WrongScenario:
    line = _line(node, place)
    inside = place.removeprefix("$").removeprefix(".")
    return WrongScenario(f"{name}, line {line}: {what}" + (f" (at {inside})" if inside else ""), hint)


def _has(node: yaml.Node, place: str) -> bool:
    """Whether a node has the next part of a place: of several values of a mapping, which one it is about."""
    step = _STEP.match(place)
    return not step or (isinstance(node, yaml.MappingNode) and any(key.value == step[1] for key, _ in node.value))


def _line(node: yaml.Node | None, place: str) -> int:
    """The line of a place, or of the last part of it that is there."""
    line = node.start_mark.line if node else 0
    for step in _STEP.finditer(place):
        key, item = step[1], step[2]
        if isinstance(node, yaml.SequenceNode) and item and item.isdecimal() and int(item) < len(node.value):
            node = node.value[int(item)]
            line = node.start_mark.line
        elif isinstance(node, yaml.MappingNode):
            rest = place[step.end() :]
            pair = next((pair for pair in node.value if (pair[0].value == key if key else _has(pair[1], rest))), None)
            if pair is None:
                break
            line, node = pair[0].start_mark.line, pair[1]
        else:
            break
    return line + 1
