"""`python tiny_model.py FILE`: writes a GGUF model of half a megabyte, whose random weights make it speak nonsense.

It runs in the environment of a gateway, which has `gguf` and `numpy`. Its tokens are single bytes.
"""

import sys

import gguf
import numpy

SIZE, INNER, LAYERS, HEADS, CONTEXT = 64, 128, 2, 4, 2048
SPECIAL = ["<unk>", "<s>", "</s>"]
TEMPLATE = "{% for message in messages %}<|{{ message['role'] }}|>{{ message['content'] }}</s>{% endfor %}<|assistant|>"


def letters() -> list[str]:
    """The letter that stands for each byte in a vocabulary of GPT-2: itself where it can be printed."""
    printed = {*range(33, 127), *range(161, 173), *range(174, 256)}
    others = iter(range(256, 512))
    return [chr(byte if byte in printed else next(others)) for byte in range(256)]


def main(path: str) -> None:
    """Writes the model."""
    tokens, random = SPECIAL + letters(), numpy.random.default_rng(0)
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(CONTEXT)
    writer.add_embedding_length(SIZE)
    writer.add_block_count(LAYERS)
    writer.add_feed_forward_length(INNER)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_rope_dimension_count(SIZE // HEADS)
    writer.add_vocab_size(len(tokens))
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    kinds = [gguf.TokenType.CONTROL] * len(SPECIAL) + [gguf.TokenType.NORMAL] * 256
    writer.add_token_types(kinds)
    writer.add_token_merges([f"{tokens[3 + ord('a')]} {tokens[3 + ord('b')]}"])
    writer.add_unk_token_id(0)
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_chat_template(TEMPLATE)
    shapes = {"token_embd": (len(tokens), SIZE), "output": (len(tokens), SIZE)}
    norms = ["output_norm"]
    for layer in range(LAYERS):
        block = f"blk.{layer}"
        shapes |= {f"{block}.attn_{part}": (SIZE, SIZE) for part in ("q", "k", "v", "output")}
        shapes |= {f"{block}.ffn_{part}": (INNER, SIZE) for part in ("gate", "up")}
        shapes[f"{block}.ffn_down"] = (SIZE, INNER)
        norms += [f"{block}.attn_norm", f"{block}.ffn_norm"]
    for name, shape in shapes.items():
        writer.add_tensor(f"{name}.weight", (random.standard_normal(shape) * 0.05).astype(numpy.float32))
    for name in norms:
        writer.add_tensor(f"{name}.weight", numpy.ones(SIZE, numpy.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


if __name__ == "__main__":
    main(sys.argv[1])
