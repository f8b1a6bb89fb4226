"""Ways to break answers, counting and models below v1 in the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import fault
from reference_server.faults.words.edits import change, in_chunk, in_chunks, put, reshape, status
from reference_server.faults.words.gemini import NOT_FOUND, PARTS, by_display_name
from reference_server.faults.words.situations import served

_GENERATE, _STREAM, _COUNT = "generateContentV1", "streamGenerateContentV1", "countGeminiTokensV1"
_MODELS, _MODEL = "listGeminiModelsV1", "retrieveGeminiModelV1"
_published = "publishers/google/{}".format

gemini_v1_without_parts = fault(_GENERATE, "Below v1 the content has no parts.", put(PARTS, []), breaks={"gemini.v1"})
gemini_v1_content_is_a_text = fault(
    _GENERATE, "Below v1 the content is a text.", put("candidates[].content", "Hello."), breaks={"gemini.v1"}
)
gemini_stream_v1_without_text = fault(
    _STREAM, "Below v1 a stream has empty texts.", in_chunks(put(PARTS, [{"text": ""}])), breaks={"gemini.stream.v1"}
)
gemini_stream_v1_of_numbers = fault(
    _STREAM, "Below v1 `candidates` is a number.", in_chunk(0, put("candidates", 1)), breaks={"gemini.stream.v1"}
)
gemini_count_as_text_below_v1 = fault(
    _COUNT, "Below v1 the count is a text.", change("totalTokens", str), breaks={"gemini.v1.count-tokens"}
)
gemini_count_unknown_below_v1 = fault(
    _COUNT, "Below v1 the models are not found.", NOT_FOUND, breaks={"gemini.v1.count-tokens"}
)
gemini_count_is_created_below_v1 = fault(
    _COUNT, "Below v1 a count is a 201.", status(201), when=served, breaks={"gemini.v1.count-tokens"}
)
gemini_models_renamed_below_v1 = fault(
    _MODELS, "Below v1 models have other names.", change("models[].name", _published), breaks={"gemini.v1.models"}
)
gemini_models_of_a_proxy_below_v1 = fault(
    _MODELS, "Below v1 the list of models is a 203.", status(203), when=served, breaks={"gemini.v1.models"}
)
gemini_model_renamed_below_v1 = fault(
    _MODEL, "Below v1 a model has another name.", reshape(by_display_name), breaks={"gemini.v1.models.retrieve"}
)
gemini_model_of_a_proxy_below_v1 = fault(
    _MODEL, "Below v1 one model is a 203.", status(203), when=served, breaks={"gemini.v1.models.retrieve"}
)
