"""The reference server makes real images of the requested size and format, and refuses files that are no images."""

from __future__ import annotations

import base64
import io

import pytest
from PIL import Image

import gateway_contract
from reference_server.media import images

AUTHORIZED = {"authorization": "Bearer sk-ok"}
MAKE = gateway_contract.load().operations["createImage"]
EDIT = gateway_contract.load().operations["createImageEdit"]
FORM = [("prompt", (None, "Make it blue"))]


def picture(side=64, kind="PNG"):
    written = io.BytesIO()
    Image.new("RGB", (side, side), "red").save(written, kind)
    return written.getvalue()


def opened(data):
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        return image


def image_of(item):
    return opened(base64.b64decode(item["b64_json"], validate=True))


@pytest.fixture
def make(server, http):
    def send(gateway=None, **fields):
        body = {"model": "image", "prompt": "A red apple", **fields}
        return http.post(f"{server(gateway)}/images/generations", json=body, headers=AUTHORIZED)

    return send


@pytest.fixture
def edit(server, http):
    def send(files, gateway=None, **options):
        return http.post(f"{server(gateway)}/images/edits", files=files, headers=AUTHORIZED, **options)

    return send


def demand_refusal(response, status, operation, param):
    assert response.status_code == status, response.text
    assert operation.response_problem(status, response.json()) is None
    assert response.json()["error"]["message"]
    assert response.json()["error"]["param"] == param


def test_answer_keeps_the_contract(make):
    body = make(n=2).json()

    assert MAKE.response_problem(200, body) is None
    assert len(body["data"]) == 2
    assert body["data"][0] != body["data"][1]
    assert body["usage"]["total_tokens"] == body["usage"]["input_tokens"] + body["usage"]["output_tokens"]


@pytest.mark.parametrize("kind", ["png", "jpeg", "webp"])
@pytest.mark.parametrize("size", ["256x256", "1536x1024", "1024x1792", "17x33"])
def test_image_has_its_size_and_format(make, size, kind):
    image = image_of(make(size=size, output_format=kind).json()["data"][0])

    assert image.format == kind.upper()
    assert "{}x{}".format(*image.size) == size


@pytest.mark.parametrize("kind", ["png", "webp"])
def test_transparent_background_is_transparent(make, kind):
    image = image_of(make(background="transparent", output_format=kind, size="64x64").json()["data"][0])

    assert image.convert("RGBA").getextrema()[3] == (0, 255)


def test_images_are_deterministic(make):
    first, second, other = (make(prompt=prompt).json()["data"] for prompt in ("one", "one", "two"))

    assert first == second != other


@pytest.mark.parametrize("gateway", [None, "ofox", "infery"])
def test_url_gives_the_image_without_a_credential(make, http, gateway):
    body = make(gateway, response_format="url", size="512x256", output_format="webp").json()

    response = http.get(body["data"][0]["url"])

    assert response.status_code == 200
    assert response.headers["content-type"] == "image/webp"
    assert opened(response.content).size == (512, 256)


@pytest.mark.parametrize(("gateway", "form"), [(None, "b64_json"), ("ofox", "b64_json"), ("infery", "url")])
def test_form_by_default_is_the_documented_one(make, gateway, form):
    response = make(gateway)

    assert form in response.json()["data"][0]
    assert gateway_contract.load(gateway).operations["createImage"].response_problem(200, response.json()) is None


def test_documented_fields_of_gateways_are_there(make):
    ofox, infery = make("ofox", n=2).json(), make("infery")

    assert [item["index"] for item in ofox["data"]] == [0, 1]
    assert ofox["model"] == "image"
    assert float(infery.headers["x-credits-used"]) == infery.json()["credits_used"] > 0
    assert infery.headers["x-model-used"] == "image"


@pytest.mark.parametrize(
    "recipe", ["", "1x1", "../images.py", f"1024x1024-{'0' * 31}.png", f"1024x1024-{'0' * 32}.gif", "9" * 5000]
)
def test_unknown_recipe_is_not_found(recipe):
    assert images.fetch(recipe) is None


def test_recipe_is_bounded():
    huge, tiny = (images.fetch(f"{side}x{side}-{'0' * 32}.png") for side in (9999, 0))

    assert opened(huge.data).size == (images.LARGEST, images.LARGEST)
    assert opened(tiny.data).size == (images.SMALLEST, images.SMALLEST)


@pytest.mark.parametrize(
    ("fields", "status", "param"),
    [
        ({"prompt": None}, 400, "prompt"),
        ({"prompt": ""}, 400, "prompt"),
        ({"n": 0}, 400, "n"),
        ({"n": 11}, 400, "n"),
        ({"n": "two"}, 400, "n"),
        ({"n": 1.5}, 400, "n"),
        ({"size": "large"}, 400, "size"),
        ({"size": "8000x8000"}, 400, "size"),
        ({"quality": "best"}, 400, "quality"),
        ({"output_format": "gif"}, 400, "output_format"),
        ({"response_format": "file"}, 400, "response_format"),
        ({"background": "transparent", "output_format": "jpeg"}, 400, "background"),
        ({"model": "no-such-model"}, 404, "model"),
        ({"model": "text-only"}, 400, "model"),
        ({"model": "upstream-error"}, 502, None),
        ({"model": "rate-limited-upstream"}, 429, None),
    ],
)
def test_wrong_request_is_refused_by_name(make, fields, status, param):
    demand_refusal(make(**fields), status, MAKE, param)


def test_nulls_and_auto_are_defaults(make):
    plain = make().json()["data"]

    assert make(n=None, size="auto", quality="auto", output_format=None, background="auto").json()["data"] == plain


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "WEBP"])
def test_form_with_one_image(edit, kind):
    body = edit([*FORM, ("image", ("a", picture(kind=kind), "image/png"))]).json()

    assert EDIT.response_problem(200, body) is None
    assert image_of(body["data"][0]).size == (1024, 1024)
    assert body["usage"]["input_tokens_details"]["image_tokens"] == 85


def test_form_with_several_images_and_fields(edit):
    fields = [("n", (None, "2")), ("size", (None, "256x256")), ("response_format", (None, "url"))]
    sent = [("image[]", ("a.png", picture())), ("image[]", ("b.png", picture())), ("mask", ("m.png", picture()))]

    body = edit([*FORM, *fields, *sent]).json()

    assert [item["url"].count("256x256") for item in body["data"]] == [1, 1]
    assert body["usage"]["input_tokens_details"]["image_tokens"] == 3 * 85


def test_edit_depends_on_the_image(edit):
    one, other = (edit([*FORM, ("image", ("a.png", picture(side)))]).json()["data"] for side in (64, 65))

    assert one != other


@pytest.mark.parametrize(
    ("files", "param"),
    [
        ([("image", ("a.png", picture()))], "prompt"),
        (FORM, "image"),
        ([*FORM, ("picture", ("a.png", picture()))], "image"),
        ([*FORM, ("image", (None, "a.png"))], "image"),
        ([*FORM, ("image", ("a.png", b""))], "image"),
        ([*FORM, ("image", ("a.txt", b"Hello.", "text/plain"))], "image"),
        ([*FORM, ("image", ("a.png", b"Hello.", "image/png"))], "image"),
        ([*FORM, ("image", ("a.png", picture()[:-30]))], "image"),
        ([*FORM, ("image", ("a.gif", picture(kind="GIF")))], "image"),
        ([*FORM, ("image", ("a.png", picture())), ("mask", ("m.png", picture(32)))], "mask"),
        ([*FORM, ("image", ("a.png", picture())), ("mask", ("m.jpg", picture(kind="JPEG")))], "mask"),
        ([*FORM, ("image", ("a.png", picture())), ("n", (None, "many"))], "n"),
        ([*FORM, ("image", ("a.png", picture())), *FORM], "prompt"),
        ([("prompt", ("p.txt", b"Make it blue")), ("image", ("a.png", picture()))], "prompt"),
        ([*FORM, *[("image[]", ("a.png", picture()))] * 17], "image"),
    ],
)
def test_wrong_form_is_refused_by_name(edit, files, param):
    demand_refusal(edit(files), 400, EDIT, param)


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("multipart/form-data", 400),
        ("multipart/form-data; boundary=other", 400),
        ("multipart/form-data; boundary=" + "x" * 5000, 400),
        ("application/x-www-form-urlencoded", 415),
        ("image/png", 415),
        ("", 415),
    ],
)
def test_form_without_its_bounds_is_refused(server, http, content_type, status):
    part = b'--word\r\nContent-Disposition: form-data; name="prompt"\r\n\r\nBlue\r\n--word--\r\n'

    headers = {**AUTHORIZED, "content-type": content_type}
    demand_refusal(http.post(f"{server()}/images/edits", content=part, headers=headers), status, EDIT, None)


@pytest.mark.parametrize("cut", [0, 10, 60, 120])
def test_form_that_ends_early_is_refused(server, http, cut):
    part = b'--word\r\nContent-Disposition: form-data; name="image"; filename="a.png"\r\n\r\n' + picture()

    headers = {**AUTHORIZED, "content-type": "multipart/form-data; boundary=word"}
    demand_refusal(http.post(f"{server()}/images/edits", content=part[:cut], headers=headers), 400, EDIT, None)


def test_form_that_is_too_large_is_refused(edit):
    large = [*FORM, ("image", ("a.png", bytes(33 * 1024 * 1024)))]

    demand_refusal(edit(large), 413, EDIT, None)


def test_image_with_too_many_pixels_is_refused(edit):
    written = io.BytesIO()
    Image.new("1", (10_000, 10_000)).save(written, "PNG")

    demand_refusal(edit([*FORM, ("image", ("a.png", written.getvalue()))]), 400, EDIT, "image")


@pytest.fixture
def edit_json(server, http):
    def send(gateway=None, **fields):
        body = {"model": "image", "prompt": "Make it blue", **fields}
        return http.post(f"{server(gateway)}/images/edits", json=body, headers=AUTHORIZED)

    return send


def uri(data=None):
    return f"data:image/png;base64,{base64.b64encode(picture() if data is None else data).decode()}"


def test_json_refers_to_images(edit_json):
    inline = edit_json(images=[{"image_url": uri()}], mask={"image_url": uri()})
    remote = edit_json(images=[{"image_url": "https://files.example.com/a.png"}])

    assert image_of(inline.json()["data"][0]).size == (1024, 1024)
    assert remote.status_code == 200


def test_json_of_a_gateway_brings_an_image(edit_json):
    text = base64.b64encode(picture()).decode()

    response = edit_json("infery", image_base64=text, image_mime_type="image/png", mask_base64=text)

    assert "url" in response.json()["data"][0]
    assert response.json()["usage"]["input_tokens_details"]["image_tokens"] == 2 * 85


@pytest.mark.parametrize(
    ("fields", "param"),
    [
        ({}, "images"),
        ({"images": []}, "images"),
        ({"images": [{}]}, "images[0].image_url"),
        ({"images": [{"image_url": "data:image/png;base64,%%%"}]}, "images[0].image_url"),
        ({"images": [{"image_url": "data:image/png;base64,ü"}]}, "images[0].image_url"),
        ({"images": [{"image_url": uri(b"Hello.")}]}, "images[0].image_url"),
        ({"images": [{"image_url": "file:///etc/hosts"}]}, "images[0].image_url"),
        ({"images": [{"file_id": "file-none"}]}, "images[0].file_id"),
        ({"images": [{"image_url": uri()}], "mask": {"image_url": uri(picture(32))}}, "mask"),
    ],
)
def test_wrong_json_edit_is_refused_by_name(edit_json, fields, param):
    demand_refusal(edit_json(**fields), 400, EDIT, param)


@pytest.mark.parametrize("gateway", ["foxora", "foxapi"])
def test_gateway_without_edits_has_no_route(edit_json, gateway):
    assert edit_json(gateway).status_code == 404


def test_whole_number_may_have_a_point(make):
    assert len(make(n=2.0, size="16x16").json()["data"]) == 2


@pytest.mark.parametrize(
    ("model", "size", "status"),
    [
        ("dall-e-2", "256x256", 200),
        ("dall-e-2", "1792x1024", 400),
        ("dall-e-3", "1792x1024", 200),
        ("dall-e-3", "256x256", 400),
        ("gpt-image-1-mini", "1024x1536", 200),
        ("gpt-image-1", "512x512", 400),
        ("gpt-image-2", "512x512", 200),
    ],
)
def test_model_makes_the_sizes_of_its_namesake(make, model, size, status):
    answer = make(model=model, size=size)

    assert answer.status_code == status
    assert status == 200 or answer.json()["error"]["param"] == "size"
