"""Targets: files, options, and errors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from conformance import target
from conformance.errors import InvalidTarget
from conformance.target import Secret, headers_from, reference


def written(folder: Path, text: str) -> Path:
    """A target file."""
    path = folder / "target.toml"
    path.write_text(text)
    return path


def test_key_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A target file names a variable; the key is never printed."""
    monkeypatch.setenv("MY_KEY", "sk-secret")
    path = written(tmp_path, 'base_url = "https://host/v1/"\n[keys]\ndefault = { env = "MY_KEY" }\n')

    loaded = target.from_file(path)

    assert loaded.base_url == "https://host/v1"
    assert loaded.keys["default"].reveal() == "sk-secret"
    assert "sk-secret" not in repr(loaded)


@pytest.mark.parametrize(
    ("keys", "names"),
    [("", {"default"}), ('expired = { value = "sk-old" }', {"default", "expired"})],
)
def test_key_that_no_file_names_is_the_usual_one(
    keys: str, names: set[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """As without a file; and where the variable is not set there is none."""
    path = written(tmp_path, f'base_url = "https://host/v1"\n[keys]\n{keys}\n')
    monkeypatch.setenv(target.KEY_VARIABLE, "sk-usual")

    assert target.from_file(path).keys.keys() == names
    assert target.from_file(path).keys["default"].reveal() == "sk-usual"
    monkeypatch.delenv(target.KEY_VARIABLE)
    assert target.from_file(path).keys.keys() == names - {"default"}


def test_options_win_over_the_file(tmp_path: Path) -> None:
    """The command line takes precedence."""
    path = written(tmp_path, 'base_url = "https://host/v1"\n[models]\nchat = "a"\nslow = "s"\n')

    loaded = target.from_file(path, "https://other/v1", "foxora", "b")

    assert (loaded.base_url, loaded.gateway, loaded.models["chat"]) == ("https://other/v1", "foxora", "b")
    assert loaded.fixture("model:slow")
    assert not loaded.fixture("key:expired")


EXPECTED = """base_url = "https://host/v1"
[[expected_failures]]
requirement = "chat.id"
reason = "ticket 12"
"""


@pytest.mark.parametrize(
    ("line", "is_over"), [("", False), ("until = 2001-01-01", True), ('until = "9999-12-31"', False)]
)
def test_expected_failure_ends_with_its_day(tmp_path: Path, line: str, is_over: bool) -> None:
    """A date of TOML, or text; without one it does not end."""
    (known,) = target.from_file(written(tmp_path, EXPECTED + line)).expected_failures

    assert known.is_over is is_over


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "no base_url"),
        ('base_url = "ftp://host"', "not an http URL"),
        ('base_url = "https://user:pass@host/v1"', "credentials"),
        ('base_url = "https://host/v1?key=1"', "query"),
        ('base_url = "https://host/v1"\ngatway = "foxora"', "line 2: unknown key 'gatway'"),
        ('base_url = "https://host/v1"\n[keys]\ndefault = "sk-1"', "line 3: keys.default is not understood"),
        ('base_url = "https://host/v1"\n[keys]\ndefault = { env = "NOT_SET_ANYWHERE" }', "NOT_SET_ANYWHERE is not set"),
        ('base_url = "https://host/v1"\n[[expected_failures]]\nrequirement = "a"', "needs a requirement and a reason"),
        (EXPECTED + "until = 2026-12-31T00:00:00", "line 5: expected_failures.0.until"),
        (EXPECTED + 'until = "soon"', "line 5: expected_failures.0.until is 'soon'"),
        (EXPECTED + 'until = "2026-13-45"', "until is '2026-13-45', which is no day"),
        ('base_url = "https://host/v1"\n\n[models]\nchat = 7', "line 4: models.chat is a number"),
        ('base_url = "https://host/v1"\ntimeout = "long"', "line 2: timeout is text"),
        ('base_url = "https://host/v1"\nmax_requests = 0', "line 2: max_requests is 0"),
        ('base_url = "https://host/v1"\n[protocols]\nanthropic = "host"', "line 3: protocols.anthropic"),
        ("base_url = ", "not TOML"),
    ],
)
def test_wrong_files_are_refused(tmp_path: Path, text: str, message: str) -> None:
    """Each mistake is reported with a hint, and without the value of a key."""
    with pytest.raises(InvalidTarget, match=message) as caught:
        target.from_file(written(tmp_path, text))

    assert caught.value.hint


def test_missing_file_is_refused(tmp_path: Path) -> None:
    """A missing file is reported."""
    with pytest.raises(InvalidTarget, match="cannot read"):
        target.from_file(tmp_path / "none.toml")


def test_each_run_of_the_reference_server_has_its_own_limits() -> None:
    """`{run}` makes the limited keys of two runs different, and those of one run belong together."""
    one, two = (reference.at("http://127.0.0.1:1/v1").keys for _ in range(2))

    assert one["limited"].reveal() != two["limited"].reveal()
    assert one["limited"].reveal().partition("@")[2] == one["limited-sibling"].reveal().partition("@")[2]


def test_line_of_a_later_table_is_found(tmp_path: Path) -> None:
    """Of several tables of one name, the one at fault is named."""
    good = '[[expected_failures]]\nrequirement = "a"\nreason = "b"\n'
    text = f'base_url = "https://host/v1"\n{good}{good}more = 1\n'

    with pytest.raises(InvalidTarget, match="line 8: unknown key 'more'"):
        target.from_file(written(tmp_path, text))


@pytest.mark.parametrize(
    ("own", "url", "documented", "expected"),
    [
        (None, "https://host/v1", {"requests_per_minute": 200}, 200),
        (None, "https://host/v1", {"requests_per_minute": None}, None),
        (None, "https://host/v1", {"requests_per_minute": None, "plans": {"a": {"requests_per_minute": 30}}}, 30),
        (None, "http://127.0.0.1:8000/v1", {"requests_per_minute": 200}, None),
        (50, "http://127.0.0.1:8000/v1", {"requests_per_minute": 200}, 50),
    ],
)
def test_pace(own: int | None, url: str, documented: dict[str, object], expected: int | None) -> None:
    """A live gateway gets no more requests than its documented limit."""
    assert target.Target(url, requests_per_minute=own).pace(documented) == expected


@pytest.mark.parametrize(
    ("line", "name", "secret"),
    [
        ("x-portkey-provider: openai", "x-portkey-provider", False),
        ("X-Api-Key: abc", "x-api-key", True),
        ("cf-aig-authorization: Bearer abc", "cf-aig-authorization", True),
        ("HTTP-Referer:https://a.test", "http-referer", False),
    ],
)
def test_header_that_speaks_of_a_credential_is_a_secret(line: str, name: str, secret: bool) -> None:
    """A plain value is shown as it is: were it a secret, it would be masked wherever an answer holds the word."""
    (value,) = headers_from([line]).values()

    assert list(headers_from([line])) == [name]
    assert isinstance(value, Secret) is secret


@pytest.mark.parametrize("line", ["", "no colon", ": no name", "name:", "two words: x"])
def test_header_that_is_none_is_refused_without_its_value(line: str) -> None:
    with pytest.raises(InvalidTarget, match="is no header"):
        headers_from([line])


SECRET = "sk-a1b2c3d4e5f6g7h8"
WRONG = {
    f"{SECRET}\nsk-2": "line break",
    f"{SECRET}\r\nsk-2": "line break",
    f"{SECRET}\x00": "control character",
    f"{SECRET}\x1b[0m": "control character",
    f"{SECRET}\t": "control character",
    f"\ufeff{SECRET}": "not ASCII",
    f"{SECRET}\udcff": "not ASCII",
    f" {SECRET}": "space",
    "\n": "empty",
}


def _from_options(_: Path) -> target.Target:
    return target.from_options("http://host/v1")


def _from_keys(folder: Path) -> target.Target:
    text = 'base_url = "http://host/v1"\n[keys]\ndefault = { env = "GATEWAY_API_KEY" }\n'
    return target.from_file(written(folder, text))


def _from_headers(folder: Path) -> target.Target:
    text = 'base_url = "http://host/v1"\n[headers]\nx-token = { env = "GATEWAY_API_KEY" }\n'
    return target.from_file(written(folder, text))


@pytest.mark.parametrize("value", WRONG)
@pytest.mark.parametrize("load", [_from_options, _from_keys, _from_headers])
def test_key_that_cannot_be_sent_is_refused(
    value: str, load: Callable[[Path], target.Target], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """What is wrong with it is said, and never the key."""
    monkeypatch.setattr("os.environ", {"GATEWAY_API_KEY": value})

    with pytest.raises(InvalidTarget, match=WRONG[value]) as caught:
        load(tmp_path)

    assert "GATEWAY_API_KEY" in str(caught.value)
    assert SECRET not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize("value", ["1\n2", "1\x00", "\u00e9", "1\x0b2"])
def test_header_that_cannot_be_sent_is_refused(value: str) -> None:
    with pytest.raises(InvalidTarget) as caught:
        headers_from([f"x-token: {SECRET}{value}"])

    assert "x-token" in str(caught.value)
    assert SECRET not in f"{caught.value}{caught.value.hint}"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\n\n"])
def test_line_break_at_the_end_of_a_key_is_dropped(end: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Files of secrets usually end with one."""
    monkeypatch.setattr("os.environ", {"GATEWAY_API_KEY": f"{SECRET}{end}"})

    assert _from_options(tmp_path).keys["default"].reveal() == SECRET
    assert _from_keys(tmp_path).keys["default"].reveal() == SECRET
    assert target.from_options("http://host/v1").keys["default"].reveal() == SECRET


@pytest.mark.parametrize(
    ("lines", "hint"),
    [
        ('[models]\nchta = "x"', "chat"),
        ('[models]\nembedings = "x"', "embeddings"),
        ('[keys]\nlimitd = { env = "X" }', "limited"),
    ],
)
def test_misspelt_name_is_told(tmp_path: Path, lines: str, hint: str) -> None:
    with pytest.raises(InvalidTarget, match="line 3: unknown name") as caught:
        target.from_file(written(tmp_path, f'base_url = "https://host/v1"\n{lines}'))

    assert caught.value.hint == f"did you mean {hint}?"


def test_name_that_is_like_no_other_is_left_alone(tmp_path: Path) -> None:
    path = written(tmp_path, 'base_url = "https://host/v1"\n[models]\nmine = "x"')

    assert target.from_file(path).models == {"mine": "x"}
