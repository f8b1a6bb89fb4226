"""Ways to break counting and models below v1 in the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.faults.gemini import refused
from reference_server.wire.reply import Reply


@fault("generateContentV1", breaks={"gemini.v1"})
def gemini_v1_without_parts(reply: Reply) -> None:
    """Below v1 the content of an answer is empty."""
    for candidate in reply.body["candidates"] if reply.ok else ():
        candidate["content"]["parts"] = []


@fault("generateContentV1", breaks={"gemini.v1"})
def gemini_v1_content_is_a_text(reply: Reply) -> None:
    """Below v1 the content of an answer is a text."""
    for candidate in reply.body["candidates"] if reply.ok else ():
        candidate["content"] = "Hello."


@fault("streamGenerateContentV1", breaks={"gemini.stream.v1"})
def gemini_stream_v1_without_text(reply: Reply) -> None:
    """Below v1 the pieces of a stream have empty texts."""
    for chunk in reply.chunks:
        for candidate in chunk.get("candidates", ()):
            candidate["content"]["parts"] = [{"text": ""}]


@fault("streamGenerateContentV1", breaks={"gemini.stream.v1"})
def gemini_stream_v1_of_numbers(reply: Reply) -> None:
    """Below v1 the candidates of a piece are a number."""
    for chunk in reply.chunks[:1]:
        chunk["candidates"] = 1


@fault("countGeminiTokensV1", breaks={"gemini.v1.count-tokens"})
def gemini_count_as_text_below_v1(reply: Reply) -> Reply:
    """Below v1 the number of tokens is a text."""
    return reply.edit(lambda body: body.update(totalTokens=str(body["totalTokens"])))


@fault("countGeminiTokensV1", breaks={"gemini.v1.count-tokens"})
def gemini_count_unknown_below_v1(reply: Reply) -> Reply:
    """Below v1 the models are not found."""
    return refused(404, "NOT_FOUND") if reply.ok else reply


@fault("listGeminiModelsV1", breaks={"gemini.v1.models"})
def gemini_models_renamed_below_v1(reply: Reply) -> None:
    """Below v1 models have other names."""
    for model in reply.body["models"] if reply.ok else ():
        model["name"] = f"publishers/google/{model['name']}"


@fault("retrieveGeminiModelV1", breaks={"gemini.v1.models.retrieve"})
def gemini_model_renamed_below_v1(reply: Reply) -> Reply:
    """Below v1 a model has another name alone than in the list."""
    return reply.edit(lambda body: body.update(name=body["displayName"]))


@fault("countGeminiTokensV1", breaks={"gemini.v1.count-tokens"})
def gemini_count_is_created_below_v1(reply: Reply) -> None:
    """Below v1 a count is a 201."""
    if reply.ok:
        reply.status = 201


@fault("listGeminiModelsV1", breaks={"gemini.v1.models"})
def gemini_models_of_a_proxy_below_v1(reply: Reply) -> None:
    """Below v1 the list of models is a 203, as if a proxy had changed it."""
    if reply.ok:
        reply.status = 203


@fault("retrieveGeminiModelV1", breaks={"gemini.v1.models.retrieve"})
def gemini_model_of_a_proxy_below_v1(reply: Reply) -> None:
    """Below v1 one model is a 203, as if a proxy had changed it."""
    if reply.ok:
        reply.status = 203
