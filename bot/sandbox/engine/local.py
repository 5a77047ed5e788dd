"""What the servers that people run themselves make of a form: they are lenient, and silent about what they ignore.

stable-diffusion.cpp's `sd-server`, vLLM-Omni and SGLang, after the sources of each.
"""

import json
import re
from collections.abc import Mapping

from bot.sandbox.engine.form import File, Form
from bot.sandbox.engine.refusal import Refusal
from bot.sandbox.engine.rules import Rules
from bot.sandbox.engine.validate import Order, listed

Models = Mapping[str, Rules]

_MOST = 10
_EXTRA = re.compile(r"<sd_cpp_extra_args>(.*?)</sd_cpp_extra_args>", re.DOTALL)


def sdcpp(form: Form, models: Models, _deployment: str | None) -> Order:
    """sd-server: `image[]`, else one `image`; what it finds in `<sd_cpp_extra_args>` of a prompt it obeys."""
    prompt = form.text("prompt") or ""
    if not prompt:
        raise Refusal("prompt required")
    images = _all(form, "image[]") or _all(form, "image")[:1]
    if not images:
        raise Refusal("at least one image[] required")
    output_format = form.text("output_format") or "png"
    if output_format not in ("png", "jpeg"):
        raise Refusal("invalid output_format, must be one of [png, jpeg]")
    found = _EXTRA.search(prompt)
    extra = _object(found[1]) if found else {}
    size = _size(f"{extra['width']}x{extra['height']}") if {"width", "height"} <= extra.keys() else None
    name = next(iter(models))
    return Order(
        model=name,
        rules=models[name],
        prompt=_EXTRA.sub("", prompt),
        n=_clamped(str(extra.get("batch_count", form.text("n"))), 1, _MOST, 1),
        size=size or _size(form.text("size")),
        quality="",
        background="auto",
        output_format=output_format,
        compression=_clamped(form.text("output_compression"), 0, 100, 100),
        stream=False,
        partials=0,
        by_url=False,
        images=images,
        mask=next(iter(_all(form, "mask")), None),
        injected=found[1].strip() if found else "",
    )


def vllm_omni(form: Form, models: Models, _deployment: str | None) -> Order:
    """vLLM-Omni: the served model or none, base64 only; a mask, quality and moderation are ignored."""
    model = form.text("model")
    if model is not None and model not in models:
        raise Refusal(f"The model `{model}` does not exist.", "BadRequestError", "model", "model")
    return _fastapi(form, models, ("b64_json",), strict_n=True)


def sglang(form: Form, models: Models, _deployment: str | None) -> Order:
    """SGLang: any model name, links on its own address; a mask is accepted and unused, `n` is clamped."""
    return _fastapi(form, models, ("b64_json", "url"), strict_n=False)


def _fastapi(form: Form, models: Models, returns: tuple[str, ...], *, strict_n: bool) -> Order:
    prompt = form.text("prompt")
    if prompt is None:
        raise Refusal("Field required", None, "prompt", "field_required", 422)
    images = _all(form, "image") + _all(form, "image[]")
    if not images:
        raise Refusal("Field 'image' or 'url' is required", status=422)
    wanted = form.text("response_format") or "b64_json"
    if wanted not in returns:
        raise Refusal(f"Only response_format {listed(returns)} is supported.")
    output_format = form.text("output_format") or "png"
    if output_format not in ("png", "jpeg", "webp"):
        raise Refusal(f"Invalid output_format '{output_format}'.")
    size = form.text("size")
    if size not in (None, "auto") and _size(size) is None:
        raise Refusal(f"Invalid size format: '{size}'. Expected 'WIDTHxHEIGHT'.")
    n = form.text("n") or "1"
    if strict_n and not (n.isdecimal() and 1 <= int(n) <= _MOST):
        raise Refusal("Input should be between 1 and 10", status=422)
    name = next(iter(models))
    return Order(
        model=name,
        rules=models[name],
        prompt=prompt,
        n=_clamped(n, 1, _MOST, 1),
        size=_size(size),
        quality="",
        background=form.text("background") or "auto",
        output_format=output_format,
        compression=_clamped(form.text("output_compression"), 0, 100, 100),
        stream=False,
        partials=0,
        by_url=wanted == "url",
        images=images,
        mask=next(iter(_all(form, "mask")), None),
    )


def _all(form: Form, name: str) -> tuple[File, ...]:
    return tuple(file for file in form.files if file.name == name)


def _size(size: str | None) -> tuple[int, int] | None:
    match = re.fullmatch(r"([1-9]\d{1,3})x([1-9]\d{1,3})", size or "", re.ASCII)
    return None if match is None else (int(match[1]), int(match[2]))


def _clamped(value: str | None, low: int, high: int, usual: int) -> int:
    if value is None or re.fullmatch(r"-?\d{1,9}", value, re.ASCII) is None:
        return usual
    return max(low, min(high, int(value)))


def _object(text: str) -> Mapping[str, object]:
    try:
        value = json.loads(text)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}
