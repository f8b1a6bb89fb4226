"""Whole answers in the Gemini protocol."""

from __future__ import annotations

from conformance.words.answer import demand_json, demand_objects, demand_served, demand_text
from conformance.words.asked_model import demand_asked_model
from conformance.words.check import inconclusive, member, pick, requirement
from conformance.words.gemini.contents import Gemini, Generated, text_of, turn
from conformance.words.gemini.demands import CAPITALS, FINISH_REASONS, SAY, WORD, demand_sum, demand_usage
from conformance.words.samples.prompts import LONG_TEXT, SHORT_TEXT, TALK, demand_both, demand_uncut
from conformance.words.samples.unicode import (
    CODEWORD,
    CODEWORD_PROMPT,
    TEXT_PROMPT,
    demand_code,
    demand_name,
    demand_undamaged,
    leave_damaged,
)
from conformance.words.schema import demand_schema
from gateway_contract import Contract

LONG = "Answer politely. " * 20
ANSWERED = [turn("Yes.", "model"), turn(SAY)]
INSTRUCTION = {"parts": [{"text": LONG}, {"text": f"{LONG} {CODEWORD}"}]}


@requirement("gemini.answers")
def test_answers(gemini: Gemini) -> None:
    """`:generateContent` below `v1beta` answers 200 with a JSON object."""
    answer = gemini.generate()

    demand_served(answer)
    demand_json(answer.exchange)


@requirement("gemini.schema")
def test_schema(gemini: Gemini, contract: Contract) -> None:
    """The answer satisfies the documented schema of a GenerateContentResponse."""
    answer = gemini.generate()

    demand_schema(contract.operations["generateContent"], answer)


@requirement("gemini.candidates")
def test_candidates(gemini: Gemini) -> None:
    """`candidates` is a non-empty array of objects, unless the prompt was blocked."""
    body = gemini.generate().body
    if member(body, "promptFeedback", "blockReason"):
        inconclusive("the prompt was blocked")

    demand_objects(body.get("candidates"), "candidates")


@requirement("gemini.role")
def test_role(gemini: Gemini) -> None:
    """The role of an answer is `model`."""
    answer = gemini.generate()

    role = answer.content.get("role")
    assert role == "model", f"role is {role!r:.60}"


@requirement("gemini.text")
def test_text(gemini: Gemini) -> None:
    """The parts of an answer carry its text."""
    answer = gemini.generate()
    if answer.candidate.get("finishReason") not in (None, "STOP") and not answer.parts:
        inconclusive(f"the answer was ended by {answer.candidate.get('finishReason')!r:.60}")

    assert text_of(answer.parts), f"the parts hold no text: {answer.content!r:.160}"


@requirement("gemini.finish-reason")
def test_finish_reason(gemini: Gemini) -> None:
    """`finishReason` of a whole answer is a word in capitals, such as STOP."""
    reason = demand_text(gemini.generate().candidate.get("finishReason"), "finishReason")

    assert set(reason) <= CAPITALS, f"finishReason is {reason!r:.60}, which is no word of this protocol"


@requirement("gemini.finish-reason.documented")
def test_finish_reason_documented(gemini: Gemini) -> None:
    """`finishReason`, whole and streamed, is one of the documented words."""
    stream = gemini.stream().finish_reasons
    for reason in (gemini.generate().finish_reason, pick(stream, -1)):
        if not isinstance(reason, str) or not reason or not set(reason) <= CAPITALS:
            inconclusive(f"cannot be judged: finishReason is {reason!r:.60}")

        assert reason in FINISH_REASONS, f"finishReason is {reason!r:.60}, which is not documented"


@requirement("gemini.usage")
def test_usage(gemini: Gemini) -> None:
    """`usageMetadata` counts the tokens of the prompt, and its total is no less than prompt and answer."""
    demand_usage(gemini.generate().body.get("usageMetadata"))


@requirement("gemini.usage.sum")
def test_usage_sum(gemini: Gemini) -> None:
    """`totalTokenCount` is the sum of prompt, answer, thoughts and tool results."""
    demand_sum(pick(gemini.generate().body, "usageMetadata", kind=dict))


@requirement("gemini.model-version")
def test_model_version(gemini: Gemini) -> None:
    """`modelVersion` names the model that answered."""
    demand_text(gemini.generate().body.get("modelVersion"), "modelVersion")


@requirement("gemini.model-version.asked")
def test_model_version_asked(gemini: Gemini) -> None:
    """The model that answers, whole and streamed, is the one that was asked for, not another one of the list."""
    whole, stream = gemini.generate(), gemini.stream()
    names = [pick(one, "modelVersion", kind=str) for one in (whole.body, stream.chunks[0])]

    demand_asked_model(gemini.ask, gemini.model, *zip(names, (whole.exchange, stream.exchange), strict=True))


@requirement("gemini.response-id")
def test_response_id(gemini: Gemini) -> None:
    """`responseId` is a non-empty text, another one for each answer."""
    ids = [demand_text(gemini.generate(take=take).body.get("responseId"), "responseId") for take in (0, 1)]

    assert ids[0] != ids[1], f"two answers have the id {ids[0]!r:.60}"


@requirement("gemini.unicode")
def test_unicode(gemini: Gemini) -> None:
    """Text of every plane of Unicode passes unharmed."""
    demand_undamaged(gemini.generate(TEXT_PROMPT).text)


@requirement("gemini.verbatim")
def test_verbatim(gemini: Gemini) -> None:
    """Code that is to be repeated comes back letter for letter."""
    demand_code(gemini.generate(TEXT_PROMPT).text)


@requirement("gemini.default-role")
def test_default_role(gemini: Gemini) -> None:
    """A turn without a role is the user's."""
    demand_served(_of_two_parts(gemini))


@requirement("gemini.parts")
def test_parts(gemini: Gemini) -> None:
    """Each text part of a turn reaches the model."""
    both, plain = _of_two_parts(gemini), gemini.generate(SAY)

    demand_both(_as_turn(gemini), _grown(both, plain), "two parts of a turn")


def _of_two_parts(gemini: Gemini) -> Generated:
    """The answer to a turn without a role and with two texts."""
    return gemini.generate([{"parts": [{"text": LONG}, {"text": f"{LONG} {SAY}"}]}])


@requirement("gemini.system-instruction")
def test_system_instruction(gemini: Gemini) -> None:
    """`systemInstruction` reaches the model: each of its parts costs prompt tokens."""
    instructed = gemini.generate(CODEWORD_PROMPT, systemInstruction=INSTRUCTION)

    demand_served(instructed)
    demand_both(_as_turn(gemini), _grown(instructed, gemini.generate()), "two parts of an instruction")


@requirement("gemini.system-instruction.unicode")
def test_system_instruction_unicode(gemini: Gemini) -> None:
    """Letters outside ASCII in `systemInstruction` reach the model undamaged."""
    leave_damaged(gemini.generate(TEXT_PROMPT).text)

    demand_name([gemini.generate(CODEWORD_PROMPT, systemInstruction=INSTRUCTION).text])


@requirement("gemini.history")
def test_history(gemini: Gemini) -> None:
    """Earlier turns reach the model: they cost prompt tokens."""
    turns = [turn(LONG), *ANSWERED]
    last = gemini.generate(SAY)

    answer = gemini.generate(turns)
    demand_served(answer)
    _demand_more(answer, last, "a conversation with 40 words more")
    later = [*(turn(text, "model" if role == "assistant" else role) for role, text in TALK), turn(SAY)]
    longest = gemini.generate([*turns[:2], *later])
    _demand_more(longest, gemini.generate(later), "the first two of 13 turns")


def _demand_more(longer: Generated, shorter: Generated, what: str) -> None:
    more, less = longer.tokens("promptTokenCount"), shorter.tokens("promptTokenCount")
    assert more > less + 10, f"{what} costs {more} prompt tokens, without it are {less}"


def _as_turn(gemini: Gemini) -> int:
    """The prompt tokens of 40 words that are an earlier turn."""
    return _grown(gemini.generate([turn(LONG), *ANSWERED]), gemini.generate(SAY))


def _grown(longer: Generated, shorter: Generated) -> int:
    return longer.tokens("promptTokenCount") - shorter.tokens("promptTokenCount")


@requirement("gemini.long-text")
def test_long_text(gemini: Gemini) -> None:
    """A long text is not cut: it costs as many prompt tokens as its length says."""
    plain = gemini.generate(SAY)

    short, long = (gemini.generate(text + SAY) for text in (SHORT_TEXT, LONG_TEXT))

    demand_uncut(_grown(short, plain), _grown(long, plain))


@requirement("gemini.snake-case")
def test_snake_case(gemini: Gemini) -> None:
    """Fields in snake_case are read like those in camelCase."""
    camel = gemini.generate(systemInstruction={"parts": [{"text": LONG}]})
    less, more = gemini.generate().tokens("promptTokenCount"), camel.tokens("promptTokenCount")
    if more <= less:
        inconclusive("the instruction is not counted in camelCase either")

    snake = gemini.generate(system_instruction={"parts": [{"text": LONG}]})
    demand_served(snake)
    count = snake.tokens("promptTokenCount")
    assert count > (less + more) / 2, f"the instruction costs {more - less} tokens in camelCase, here {count - less}"


@requirement("gemini.same-text")
def test_same_text(gemini: Gemini) -> None:
    """A model that is asked to repeat a text repeats it in this protocol as in the OpenAI dialect."""
    if WORD not in gemini.ask.chat(SAY, model=gemini.model).text:
        inconclusive("the model does not repeat the word in the OpenAI dialect")
    answers = [gemini.generate(SAY)]
    if WORD not in answers[0].text:
        answers.append(gemini.generate(SAY, take=1))

    said = [answer.text for answer in answers]
    assert any(WORD in text for text in said), f"{WORD} is repeated in the OpenAI dialect, here: {said[-1]:.120}"


@requirement("gemini.same-usage")
def test_same_usage(gemini: Gemini) -> None:
    """A prompt costs about as many tokens in this protocol as in the OpenAI dialect."""
    other = gemini.ask.chat(SAY, model=gemini.model).tokens("prompt_tokens")
    count = gemini.generate(SAY).tokens("promptTokenCount")

    assert other / 2 - 32 <= count <= 2 * other + 32, f"{count} tokens here, {other} in the OpenAI dialect"
