"""gpt-image-2 as anyfast sells it, which is what pages 000 (Chinese) and 001 (English) both say.

| field | values | how a member says it |
|---|---|---|
| image, image[] | PNG or JPEG, at most 16 | one file; several files |
| mask | with alpha, like picture 1 in format and size; Direct group | mask |
| model | gpt-image-2 | model |
| prompt | text | prompt |
| output_format | png, jpeg | format |
| output_compression | 0 to 100, for jpeg | compression |
| n | 1 to 10; Direct group. 1 is the default and is not sent | n |
| size | WIDTHxHEIGHT; free sizes with the Direct group | size |
"""

from collections.abc import Mapping

from tests.contract.edits import JPEG, MASK, OBLONG, PNG, SEVEN, SIX, TEN, WEBP, Edit
from tests.contract.pages import Fields
from tests.contract.playing import Ask

MODEL = "gpt-image-2"
FIELDS: Fields = {
    "image": (),
    "image[]": (),
    "mask": (),
    "model": ("gpt-image-2",),
    "prompt": (),
    "output_format": ("png", "jpeg"),
    "output_compression": ("0..100",),
    "n": ("1..10",),
    "size": (),
}
NOT_SENT = {("n", "1"): "one result is the default, and the field is for some accounts only"}

DIRECT = """
[[providers]]
name = "anyfast"
url = "{engine}/anyfast_direct"
key = "IMAGES_API_KEY"
dialect = "anyfast"
direct = true
models = ["gpt-image-2"]
"""
PLAIN = """
[[providers]]
name = "anyfast"
url = "{engine}/anyfast"
key = "IMAGES_API_KEY"
dialect = "anyfast"
models = ["gpt-image-2"]
"""
SMALL = "1024x640"  # the fewest pixels that there may be


def ask(**options: str | int | bool) -> Ask:
    """One small picture with these options."""
    return Ask(MODEL, options)


ONE_PNG, ONE_JPEG = ("image image/png",), ("image image/jpeg",)
WITH_DIRECT: Mapping[str, Edit] = {
    "nothing chosen": Edit(ask(), {"size": "816x816"}),
    "an oblong picture, nothing chosen": Edit(Ask(MODEL, pictures=(OBLONG,)), {"size": "992x672"}),
    "png": Edit(ask(format="png", size=SMALL), {"size": SMALL, "output_format": "png"}),
    "jpeg": Edit(ask(format="jpeg", size=SMALL), {"size": SMALL, "output_format": "jpeg"}),
    "compression 0": Edit(
        ask(format="jpeg", size=SMALL, compression=0),
        {"size": SMALL, "output_format": "jpeg", "output_compression": "0"},
    ),
    "compression 100": Edit(
        ask(format="jpeg", size=SMALL, compression=100),
        {"size": SMALL, "output_format": "jpeg", "output_compression": "100"},
    ),
    "one result": Edit(ask(n=1, size=SMALL), {"size": SMALL}),
    "ten results": Edit(ask(n=10, size=SMALL), {"n": "10", "size": SMALL}),
    "the page's size": Edit(ask(size="1024x1024"), {"size": "1024x1024"}),
    "the largest size": Edit(ask(size="3840x2160", format="jpeg"), {"size": "3840x2160", "output_format": "jpeg"}),
    "the longest size": Edit(ask(size="1536x512"), {"size": "1536x512"}),
    "the automatic size": Edit(ask(size="auto"), {"size": "816x816"}),
    "a JPEG": Edit(Ask(MODEL, {"size": SMALL}, (JPEG,)), {"size": SMALL}, ONE_JPEG),
    "a WebP": Edit(Ask(MODEL, {"size": SMALL}, (WEBP,)), {"size": SMALL}, ONE_JPEG),
    "a mask": Edit(Ask(MODEL, {"size": SMALL}, mask=MASK), {"size": SMALL}, (*ONE_PNG, "mask image/png")),
    "a mask for a JPEG": Edit(
        Ask(MODEL, {"size": SMALL}, (JPEG,), mask=MASK), {"size": SMALL}, (*ONE_PNG, "mask image/png")
    ),
    "several, a mask and several results": Edit(
        Ask(MODEL, {"size": SMALL, "n": 2}, (PNG, JPEG), mask=MASK),
        {"n": "2", "size": SMALL},
        ("image[] image/png", "image[] image/jpeg", "mask image/png"),
    ),
    "sixteen pictures": Edit(
        Ask(MODEL, pictures=TEN, own=SIX, via="menu"), {"size": "1024x640"}, ("image[] image/png",) * 16
    ),
}
WITHOUT_DIRECT: Mapping[str, Edit] = {
    "nothing chosen": Edit(ask(), {"size": "1024x1024"}),
    "an oblong picture, nothing chosen": Edit(Ask(MODEL, pictures=(OBLONG,)), {"size": "1536x1024"}),
    "png, upright": Edit(ask(format="png", size="1024x1536"), {"size": "1024x1536", "output_format": "png"}),
    "jpeg, compression 0": Edit(
        ask(format="jpeg", compression=0), {"size": "1024x1024", "output_format": "jpeg", "output_compression": "0"}
    ),
    "jpeg, compression 100": Edit(
        ask(format="jpeg", compression=100), {"size": "1024x1024", "output_format": "jpeg", "output_compression": "100"}
    ),
    "one result": Edit(ask(n=1), {"size": "1024x1024"}),
    "ten results": Edit(ask(n=10, format="jpeg"), {"size": "1024x1024", "output_format": "jpeg"}, calls=10),
    "several": Edit(
        Ask(MODEL, pictures=(PNG, JPEG)), {"size": "1024x1024"}, ("image[] image/png", "image[] image/jpeg")
    ),
}

_ABSENT = f"{MODEL} has no setting for {{}}. Leave it out and send it again."
_FORMATS = f"{MODEL} does not know format {{}}. These work: png, jpeg."
_SIZE = f"{{}} is not possible with {MODEL}: use {{}}."
_NEEDS = "Compression works only with the formats jpeg. Choose one of them as the format as well."
REFUSED: Mapping[str, tuple[Ask, str]] = {
    "no result": (ask(n=0), "n: at least 1"),
    "eleven results": (ask(n=11), "n: at most 10"),
    "compression below": (ask(format="jpeg", compression=-1), "compression: at least 0"),
    "compression above": (ask(format="jpeg", compression=101), "compression: at most 100"),
    "compression of a png": (ask(format="png", compression=50), _NEEDS),
    "webp": (ask(format="webp"), _FORMATS.format("webp")),
    "quality": (ask(quality="high"), _ABSENT.format("quality")),
    "background": (ask(background="opaque"), _ABSENT.format("background")),
    "fidelity": (ask(fidelity="high"), _ABSENT.format("fidelity")),
    "previews": (ask(previews=1), _ABSENT.format("previews")),
    "stream": (ask(stream=True), _ABSENT.format("stream")),
    "another model": (Ask("gpt-image-9"), f"There is no model called gpt-image-9 here. These work: {MODEL}."),
    "seventeen pictures": (
        Ask(MODEL, pictures=TEN, own=SEVEN, via="menu"),
        f"That is 17 pictures, and {MODEL} takes at most 16. Leave some out and send it again.",
    ),
}
REFUSED_WITH_DIRECT: Mapping[str, tuple[Ask, str]] = {
    **REFUSED,
    "too long an edge": (ask(size="3856x2144"), _SIZE.format("3856x2144", "3840x2128")),
    "too many pixels": (ask(size="3840x2176"), _SIZE.format("3840x2176", "3824x2160")),
    "too few pixels": (ask(size="1024x624"), _SIZE.format("1024x624", "1040x640")),
    "too long a shape": (ask(size="1552x512"), _SIZE.format("1552x512", "1536x512")),
    "no multiple of 16": (ask(size="1000x1000"), _SIZE.format("1000x1000", "1008x1008")),
    "no size at all": (ask(size="huge"), f"{MODEL} does not know size huge. These work: 1024x1024, 1536x1024."),
}
REFUSED_WITHOUT_DIRECT: Mapping[str, tuple[Ask, str]] = {
    **REFUSED,
    "a free size": (ask(size=SMALL), _SIZE.format(SMALL, "1536x1024")),
    "a mask": (Ask(MODEL, mask=MASK), f"{MODEL} cannot work with a mask. Leave hole.png out, or choose another model."),
}
