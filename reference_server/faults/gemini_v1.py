"""Ways to break answers, counting and models below v1 in the Gemini protocol."""

from __future__ import annotations

from reference_server.faults import rows
from reference_server.faults.words.edits import change, in_chunk, in_chunks, put, reshape, status
from reference_server.faults.words.gemini import NOT_FOUND, PARTS, by_display_name
from reference_server.faults.words.situations import served

_GENERATE, _STREAM, _COUNT = "generateContentV1", "streamGenerateContentV1", "countGeminiTokensV1"
_MODELS, _MODEL = "listGeminiModelsV1", "retrieveGeminiModelV1"

content = rows(_GENERATE)
stream = rows(_STREAM)
count = rows(_COUNT)
models = rows(_MODELS)
model = rows(_MODEL)
_published = "publishers/google/{}".format

gemini_v1_without_parts = content("gemini.v1", "Below v1 the content of an answer has no parts.", put(PARTS, []))
gemini_v1_content_is_a_text = content(
    "gemini.v1", "Below v1 the content of an answer is a string.", put("candidates[].content", "Hello.")
)
gemini_stream_v1_without_text = stream(
    "gemini.stream.v1", "Below v1 the chunks of a stream have empty texts.", in_chunks(put(PARTS, [{"text": ""}]))
)
gemini_stream_v1_of_numbers = stream(
    "gemini.stream.v1", "Below v1 `candidates` of the first chunk is a number.", in_chunk(0, put("candidates", 1))
)
gemini_count_as_text_below_v1 = count(
    "gemini.v1.count-tokens", "Below v1 the token count is a string.", change("totalTokens", str)
)
gemini_count_unknown_below_v1 = count(
    "gemini.v1.count-tokens", "The route for token counts below v1 does not exist.", NOT_FOUND
)
gemini_count_is_created_below_v1 = count(
    "gemini.v1.count-tokens", "Below v1 a count is a 201.", status(201), when=served
)
gemini_models_renamed_below_v1 = models(
    "gemini.v1.models", "Below v1 models have other names.", change("models[].name", _published)
)
gemini_models_of_a_proxy_below_v1 = models(
    "gemini.v1.models", "Below v1 the list of models is a 203, as if a proxy had changed it.", status(203), when=served
)
gemini_model_renamed_below_v1 = model(
    "gemini.v1.models.retrieve",
    "Below v1 a retrieved model has another name than in the list.",
    reshape(by_display_name),
)
gemini_model_of_a_proxy_below_v1 = model(
    "gemini.v1.models.retrieve", "Below v1 a model is a 203, as if a proxy had changed it.", status(203), when=served
)
