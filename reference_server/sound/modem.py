"""A text as tones, loud enough to survive every lossy codec.

A symbol lasts 20 ms and holds three bytes: twelve groups of four neighbouring tones sound at once, one tone of each
group, which is two bits. All tones lie between 375 and 3312 Hz, so that 8000 samples per second are enough to hear
them. The signal is: a lead, three symbols for synchronisation, the length of the data, the data, and their CRC-32. A
hum fills the rest of the time that a speaker would need; `speed` changes its length.
"""

from __future__ import annotations

import math
import zlib
from array import array
from cmath import exp
from functools import cache, lru_cache

RATE = 24_000
"""Samples per second of what is spoken: 16 bits each, one channel."""
HEARD_RATE = 8_000
"""Samples per second of what is heard."""
MOST_CHARACTERS = 4096
"""The longest text that is spoken."""
LONGEST = 130
"""Seconds within which the longest text is spoken."""

_SYMBOL = 480
_EDGE = 48
_AMPLITUDE = 2200
_FIRST_BIN = 6
_GROUPS = 12
_TONES = 4
_WINDOW = 128
_STEP = _SYMBOL * HEARD_RATE // RATE
_SYNC = bytes.fromhex("1be45aa53cc396690f")
_MARKS = [_SYNC[place : place + 3] for place in range(0, len(_SYNC), 3)]
_SEARCHED = 2 * HEARD_RATE
_HOP = 8
_PLATEAU = 5 * _HOP
_LEAD = 0.1
_PACKED = 1 << 23
_HUM_HERTZ = 200
_HUM_AMPLITUDE = 1500
_PACE = 0.015
"""Seconds of hum for each character, and for the breath of `_BREATH` characters at the end."""
_BREATH = 20


def spoken(text: str, speed: float = 1.0) -> array[int]:
    """The samples of a text, `RATE` for each second. A higher speed makes them fewer."""
    samples = _hum(_LEAD)
    data = _framed(text)
    for place in range(0, len(data), 3):
        tones = [_tones(group, byte) for group, byte in enumerate(data[place : place + 3])]
        samples.extend(map(sum, zip(*tones, strict=True)))
    samples.extend(_hum((len(text) + _BREATH) * _PACE / speed))
    return samples


def heard(samples: array[int]) -> str | None:
    """The text in the samples, `HEARD_RATE` for each second; None when this server did not make them."""
    start = _beginning(samples)
    if start is None:
        return None
    head = _symbol(samples, start)
    packed, length = divmod(int.from_bytes(head), _PACKED)
    count = -(-(length + 4) // 3)
    if start + count * _STEP + _WINDOW > len(samples):
        return None
    data = b"".join(_symbol(samples, start + place * _STEP) for place in range(1, count + 1))
    body, check = data[:length], data[length : length + 4]
    if zlib.crc32(head + body).to_bytes(4) != check:
        return None
    return (zlib.decompress(body) if packed else body).decode()


def _framed(text: str) -> bytes:
    """The marks, the length, the text (compressed where that is shorter), and the checksum."""
    plain = text.encode("utf-8", "replace")
    packed = zlib.compress(plain, 9)
    body = min(plain, packed, key=len)
    head = (len(body) | (_PACKED if body is packed else 0)).to_bytes(3)
    data = _SYNC + head + body + zlib.crc32(head + body).to_bytes(4)
    return data + bytes(-len(data) % 3)


@cache
def _tones(place: int, byte: int) -> array[int]:
    """The four tones of one byte of a symbol, faded at both ends."""
    samples = [0.0] * _SYMBOL
    for pair in range(_TONES):
        group = place * _TONES + pair
        chosen = byte >> (6 - 2 * pair) & 3
        step = math.tau * (_FIRST_BIN + group * _TONES + chosen) * HEARD_RATE / _WINDOW / RATE
        phase = math.tau * (group * group / (2 * _GROUPS) + group * 0.37)
        samples = [sample + math.cos(step * (n - _EDGE) + phase) for n, sample in enumerate(samples)]
    return array("h", (round(_AMPLITUDE * _fade(n) * sample) for n, sample in enumerate(samples)))


def _fade(place: int) -> float:
    nearest = min(place, _SYMBOL - 1 - place)
    return 1.0 if nearest >= _EDGE else 0.5 - 0.5 * math.cos(math.pi * (nearest + 0.5) / _EDGE)


def _hum(seconds: float) -> array[int]:
    """A low tone."""
    count = round(seconds * RATE)
    period = RATE // _HUM_HERTZ
    wave = array("h", (round(_HUM_AMPLITUDE * math.sin(math.tau * n / period)) for n in range(period)))
    return (wave * (count // period + 1))[:count]


def _beginning(samples: array[int]) -> int | None:
    """The sample at which the length begins, when the marks are heard within the first seconds."""
    return _start(samples[: _SEARCHED + _PLATEAU + (len(_MARKS) + 1) * _STEP + _WINDOW].tobytes())


@lru_cache(maxsize=64)
def _start(beginning: bytes) -> int | None:
    samples = array("h", beginning)
    last = min(len(samples) - (len(_MARKS) + 1) * _STEP, _SEARCHED)
    first = next((at for at in range(0, last, _HOP) if _marked(samples, at)), None)
    if first is None:
        return None
    places = [at for at in range(first, first + _PLATEAU + 1, _HOP) if _marked(samples, at)]
    return places[len(places) // 2] + len(_MARKS) * _STEP


def _marked(samples: array[int], at: int) -> bool:
    return all(_symbol(samples, at + place * _STEP) == mark for place, mark in enumerate(_MARKS))


def _symbol(samples: array[int], at: int) -> bytes:
    """The three bytes at a place, from the loudest tone of each group."""
    window: list[complex] = list(samples[at : at + _WINDOW])
    window += [0] * (_WINDOW - len(window))
    loudness = [abs(value) for value in _transformed(window)[_FIRST_BIN : _FIRST_BIN + _GROUPS * _TONES]]
    bits = 0
    for start in range(0, len(loudness), _TONES):
        group = loudness[start : start + _TONES]
        bits = bits << 2 | group.index(max(group))
    return bits.to_bytes(3)


@cache
def _factors(count: int) -> list[complex]:
    return [exp(-1j * math.tau * n / count) for n in range(count // 2)]


def _transformed(values: list[complex]) -> list[complex]:
    """The fast Fourier transform of a power of two of values."""
    if len(values) == 2:
        return [values[0] + values[1], values[0] - values[1]]
    even = _transformed(values[::2])
    odd = [factor * value for factor, value in zip(_factors(len(values)), _transformed(values[1::2]), strict=True)]
    return [a + b for a, b in zip(even, odd, strict=True)] + [a - b for a, b in zip(even, odd, strict=True)]
