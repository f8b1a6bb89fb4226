"""Legal differences between gateways that speak the Gemini protocol."""

from __future__ import annotations

from typing import Any

from reference_server.faults import variation
from reference_server.faults.gemini import refused
from reference_server.wire.call import Call
from reference_server.wire.reply import Chunk, Reply

_WHOLE = "generateContent"
_STREAM = "streamGenerateContent"


@variation(_STREAM)
def gemini_lines_end_in_crlf(reply: Reply, call: Call) -> Reply:
    """Lines of a stream end in CR LF."""
    return reply.raw(lambda data: data.replace(b"\n", b"\r\n")) if call.query.get("alt") == "sse" else reply


@variation(_STREAM)
def gemini_usage_in_every_chunk(reply: Reply) -> None:
    """Every piece tells the cost so far."""
    if reply.events is not None and "usageMetadata" in reply.chunks[-1]:
        usage = reply.chunks[-1]["usageMetadata"]
        prompt = usage["promptTokenCount"]
        for place, chunk in enumerate(reply.chunks[:-1], 1):
            so_far = {"candidatesTokenCount": place, "totalTokenCount": prompt + place}
            chunk["usageMetadata"] = {"promptTokenCount": prompt, **so_far}


@variation(_STREAM)
def gemini_last_chunk_without_content(reply: Reply) -> None:
    """The last piece of a text says why it ended, and nothing else."""
    events = reply.events or []
    for place, event in enumerate(events):
        if isinstance(event, dict) and _ends_text(event):
            ended = {**event["candidates"][0]}
            event["candidates"][0].pop("finishReason")
            ended.pop("content")
            usage = {"usageMetadata": event.pop("usageMetadata")} if "usageMetadata" in event else {}
            events.insert(place + 1, {**event, "candidates": [ended], **usage})
            return


@variation(_STREAM)
def gemini_last_chunk_with_empty_text(reply: Reply) -> None:
    """The last piece of a text holds an empty text beside what it says."""
    for event in reply.chunks:
        if _ends_text(event):
            event["candidates"][0]["content"]["parts"].append({"text": ""})


@variation(_WHOLE)
def gemini_thoughts_beside_text(reply: Reply) -> None:
    """A text comes with a thought, which is counted apart."""
    for candidate in reply.body.get("candidates", ()) if reply.ok else ():
        if "text" in candidate["content"]["parts"][0]:
            candidate["content"]["parts"].insert(0, {"text": "I think.", "thought": True})
    if reply.ok:
        usage = reply.body["usageMetadata"]
        usage |= {"thoughtsTokenCount": 7, "totalTokenCount": usage["totalTokenCount"] + 7}


@variation(_WHOLE)
def gemini_signed_calls_without_ids(reply: Reply) -> None:
    """Calls have a signature and no ids."""
    for candidate in reply.body.get("candidates", ()) if reply.ok else ():
        for part in candidate["content"]["parts"]:
            if "functionCall" in part:
                part["functionCall"].pop("id")
                part["thoughtSignature"] = "c2lnbmVk"


@variation(_WHOLE)
def gemini_text_in_two_parts(reply: Reply) -> None:
    """A text stands in two parts."""
    for candidate in reply.body.get("candidates", ()) if reply.ok else ():
        parts = candidate["content"]["parts"]
        if "text" in parts[0]:
            text = parts[0]["text"]
            parts[:] = [{"text": text[: len(text) // 2]}, {"text": text[len(text) // 2 :]}]


@variation(_WHOLE)
def gemini_zeros_absent(reply: Reply) -> None:
    """As in Protocol Buffers, what is zero or empty is absent: the index 0, and no arguments."""
    for candidate in reply.body.get("candidates", ()) if reply.ok else ():
        if not candidate.get("index"):
            candidate.pop("index", None)
        for part in candidate["content"]["parts"]:
            if part.get("functionCall", {}).get("args") == {}:
                del part["functionCall"]["args"]


@variation(_WHOLE)
def gemini_further_fields(reply: Reply) -> Reply:
    """Answers have the further fields that the protocol knows."""
    return reply.edit(_add_fields)


@variation(_WHOLE)
def gemini_error_reasons(reply: Reply) -> Reply:
    """Errors tell their reason in the details."""
    info = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": "SOMETHING", "domain": "gateway.example"}
    return reply.edit_error(lambda body: body["error"].update(details=[info]))


@variation(_WHOLE)
def gemini_file_data_refused(reply: Reply, call: Call) -> Reply:
    """The model takes no files by address, and says so."""
    return refused() if reply.ok and b"fileData" in (call.raw or b"") else reply


@variation("listGeminiModelsV1")
def gemini_models_of_openai_below_v1(reply: Reply) -> Reply:
    """The list below v1 is that of the OpenAI dialect, whose base URL is the same."""
    return reply.edit(lambda body: {"object": "list", "data": body["models"]})


def _ends_text(event: Chunk) -> bool:
    candidates: list[dict[str, Any]] = event.get("candidates") or [{}]
    parts = candidates[0].get("content", {}).get("parts") or [{}]
    return "finishReason" in candidates[0] and "text" in parts[0]


def _add_fields(body: Chunk) -> None:
    usage = body.get("usageMetadata")
    if usage:
        usage["promptTokensDetails"] = [{"modality": "TEXT", "tokenCount": usage["promptTokenCount"]}]
    for candidate in body.get("candidates", ()):
        candidate["avgLogprobs"] = -0.2
        candidate["safetyRatings"] = [{"category": "HARM_CATEGORY_HARASSMENT", "probability": "NEGLIGIBLE"}]
