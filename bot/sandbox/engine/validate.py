"""Says no to a form as the real API does: the same words, in the order that was measured there.

The order is model, unknown fields, prompt, images, n, quality and the other lists, compression, size, and last what
needs more than one field. Whether a picture can be decoded is asked after all of that (`pictures.py`).
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.sandbox.engine.form import File, Form
from bot.sandbox.engine.refusal import Refusal, invalid, unfit
from bot.sandbox.engine.rules import Flexible, Rules

PICTURE_TYPES = ("image/jpeg", "image/png", "image/webp")
_PICTURE_FIELDS = ("image", "image[]")
_RANGES: Mapping[str, tuple[int, int, int]] = {"output_compression": (0, 100, 100), "partial_images": (0, 3, 0)}


@dataclass(frozen=True, slots=True)
class Order:
    """A form that passed: what to paint, with every default filled in. `size` is None for auto."""

    model: str
    rules: Rules
    prompt: str
    n: int
    size: tuple[int, int] | None
    quality: str
    background: str
    output_format: str
    compression: int
    stream: bool
    partials: int
    by_url: bool
    images: tuple[File, ...]
    mask: File | None
    injected: str = ""


def checked(form: Form, models: Mapping[str, Rules]) -> Order:
    """The order that a form is, or the first Refusal that the real API would give."""
    model = _model(form, models)
    rules = models[model]
    for check in _CHECKS:
        check(form, rules)
    return Order(
        model=model,
        rules=rules,
        prompt=form.text("prompt") or "",
        n=int(form.text("n") or 1),
        size=_asked_size(form, rules),
        quality=_quality(form, rules),
        background=form.text("background") or "auto",
        output_format=form.text("output_format") or "png",
        compression=_ranged(form, "output_compression"),
        stream=form.text("stream") in ("true", "True", "1"),
        partials=_ranged(form, "partial_images"),
        by_url=rules.url_life_s > 0 and form.text("response_format") != "b64_json",
        images=_pictures(form),
        mask=next((file for file in form.files if file.name == "mask"), None),
    )


def _model(form: Form, models: Mapping[str, Rules]) -> str:
    model = form.text("model")
    if model is None:
        raise _missing("model")
    if model not in models:
        raise unfit("model", "invalid_value", f"The model '{model}' does not exist.")
    return model


def _known_fields(form: Form, rules: Rules) -> None:
    names = [name for name, _ in form.texts] + [file.name for file in form.files]
    for name in names:
        if name == "images" and not form.json:
            hint = "For multipart/form-data use 'image' or 'image[]'."
            raise invalid(name, "invalid_value", f"Unknown parameter: 'images'. {hint}")
        if name != "image[]" and name not in rules.fields:
            raise invalid(name, "unknown_parameter", f"Unknown parameter: '{name}'.")
    texts = [name for name, _ in form.texts]
    for name in texts:
        if texts.count(name) > 1:
            raise _duplicate(name)


def _prompt(form: Form, rules: Rules) -> None:
    prompt = form.text("prompt")
    if prompt is None:
        raise _missing("prompt")
    if not prompt:
        raise invalid(
            "prompt",
            "empty_string",
            "Invalid 'prompt': empty string. Expected a string with minimum length 1, but got an empty string instead.",
        )
    # The live API was seen to count as JavaScript does: a character outside the basic plane is two.
    length = len(prompt.encode("utf-16-le", "surrogatepass")) // 2
    if length > rules.prompt_units:
        raise invalid(
            "prompt",
            "string_above_max_length",
            "Invalid 'prompt': string too long. Expected a string with maximum length "
            f"{rules.prompt_units}, but got a string with length {length} instead.",
        )


def _images(form: Form, rules: Rules) -> None:
    pictures = _pictures(form)
    for name in (*_PICTURE_FIELDS, "mask"):
        if form.text(name) is not None:
            raise invalid(
                name, "invalid_type", f"Invalid type for '{name}': expected a file, but got a string instead."
            )
    if not pictures:
        raise _missing("images" if form.json else "image")
    names = [file.name for file in form.files]
    if names.count("image") > 1 or len({*names} & {*_PICTURE_FIELDS}) > 1:
        raise _duplicate("image")
    if names.count("mask") > 1:
        raise _duplicate("mask")
    if not rules.array and "image[]" in names:
        raise invalid("image", "invalid_type", "Invalid type for 'image': expected a file, but got an array instead.")
    if len(pictures) > rules.images:
        raise invalid(
            "image",
            "array_above_max_length",
            f"Invalid 'image': array too long. Expected an array with maximum length {rules.images}, "
            f"but got an array with length {len(pictures)} instead.",
        )
    for file in form.files:
        _file(file, rules)


def _file(file: File, rules: Rules) -> None:
    kinds = PICTURE_TYPES if file.name == "mask" else rules.formats
    if file.content_type not in kinds:
        raise invalid(
            file.label,
            "unsupported_file_mimetype",
            f"Invalid file '{file.label}': unsupported mimetype ('{file.content_type}'). "
            f"Supported file formats are {listed(kinds)}.",
        )
    limit = rules.mask_bytes if file.name == "mask" else rules.image_bytes
    if len(file.body) > limit:
        raise invalid(
            file.label,
            "file_too_large",
            f"Invalid file '{file.label}': the file is larger than {limit // 2**20} MB.",
        )


def _n(form: Form, rules: Rules) -> None:
    _in_range("n", form.text("n"), 1, rules.n)


def _choices(form: Form, rules: Rules) -> None:
    for name, values in rules.choices.items():
        value = form.text(name)
        if value is None or value in values:
            continue
        raise invalid(name, "invalid_value", f"Invalid value: '{value}'. Supported values are: {listed(values)}.")
    if form.text("background") == "transparent" and not rules.transparent:
        raise unfit("background", "invalid_value", "Transparent background is not supported for this model.")


def _compression(form: Form, _: Rules) -> None:
    for name, (low, high, _default) in _RANGES.items():
        _in_range(name, form.text(name), low, high)
    if (form.text("output_format") or "png") == "png" and _ranged(form, "output_compression") < 100:
        raise unfit(
            None,
            "invalid_png_output_compression",
            "Compression less than 100 is not supported for PNG output format",
        )


def _size(form: Form, rules: Rules) -> None:
    size = form.text("size")
    if size is None or rules.sizes is None:
        return
    if isinstance(rules.sizes, Flexible):
        _flexible_size(size, rules.sizes)
    elif size not in rules.sizes:
        raise invalid("size", "invalid_value", f"Invalid value: '{size}'. Supported values are: {listed(rules.sizes)}.")


def _flexible_size(size: str, rule: Flexible) -> None:
    if size == "auto":
        return
    match = re.fullmatch(r"([1-9]\d{0,5})x([1-9]\d{0,5})", size, re.ASCII)
    if match is None:
        raise unfit("size", "invalid_value", f"Invalid size '{size}'. Expected WIDTHxHEIGHT, for example '1824x1024'.")
    width, height = int(match[1]), int(match[2])
    for broken, complaint in (
        (width % rule.step or height % rule.step, f"Width and height must both be divisible by {rule.step}."),
        (max(width, height) > rule.max_edge, f"The longest edge must be less than or equal to {rule.max_edge}."),
        (
            max(width, height) > rule.max_ratio * min(width, height),
            f"The aspect ratio must not be greater than {rule.max_ratio}:1.",
        ),
        (width * height < rule.min_pixels, "Requested resolution is below the current minimum pixel budget."),
        (width * height > rule.max_pixels, "Requested resolution exceeds the current pixel budget."),
    ):
        if broken:
            raise unfit("size", "invalid_value", f"Invalid size '{size}'. {complaint}")


def _together(form: Form, rules: Rules) -> None:
    if rules.fidelity_refused and form.text("input_fidelity") is not None:
        raise unfit(
            None,
            "invalid_input_fidelity_model",
            f"The model '{form.text('model')}' does not support the 'input_fidelity' parameter.",
        )
    stream = form.text("stream")
    if stream not in (None, "true", "false", "True", "False", "0", "1"):
        raise invalid(
            "stream",
            "invalid_type",
            "Invalid type for 'stream': expected a boolean, but got a string value "
            "that could not be converted into a boolean.",
        )
    if stream in ("true", "True", "1") and int(form.text("n") or 1) > 1:
        raise unfit("input", "unsupported_parameter", "Streaming is only supported with n=1.")


_CHECKS: Sequence[Callable[[Form, Rules], None]] = (
    _known_fields,
    _prompt,
    _images,
    _n,
    _choices,
    _compression,
    _size,
    _together,
)


def listed(values: Sequence[str]) -> str:
    """Quoted values as the API writes them: a serial comma from three on, none between two."""
    quoted = [f"'{value}'" for value in values]
    if len(quoted) < 3:
        return " and ".join(quoted)
    return f"{', '.join(quoted[:-1])}, and {quoted[-1]}"


def _in_range(name: str, value: str | None, low: int, high: int) -> None:
    if value is None:
        return
    if re.fullmatch(r"[+-]?\d{1,9}", value, re.ASCII) is None:
        raise invalid(
            name,
            "invalid_type",
            f"Invalid type for '{name}': expected an integer, but got a string value "
            "that could not be converted into an integer.",
        )
    if int(value) < low:
        raise invalid(
            name,
            "integer_below_min_value",
            f"Invalid '{name}': integer below minimum value. Expected a value >= {low}, but got {int(value)} instead.",
        )
    if int(value) > high:
        raise invalid(
            name,
            "integer_above_max_value",
            f"Invalid '{name}': integer above maximum value. Expected a value <= {high}, but got {int(value)} instead.",
        )


def _ranged(form: Form, name: str) -> int:
    value = form.text(name)
    return _RANGES[name][2] if value is None else int(value)


def _pictures(form: Form) -> tuple[File, ...]:
    return tuple(file for file in form.files if file.name in _PICTURE_FIELDS)


def _quality(form: Form, rules: Rules) -> str:
    quality = form.text("quality") or "auto"
    return rules.auto_quality if quality == "auto" else quality


def _asked_size(form: Form, rules: Rules) -> tuple[int, int] | None:
    size = form.text("size") or rules.default_size
    if isinstance(rules.sizes, tuple) and size is None and "auto" not in rules.sizes:
        size = "1024x1024"
    if size is None or size == "auto" or rules.sizes is None:
        return None
    width, _, height = size.partition("x")
    return int(width), int(height)


def _missing(name: str) -> Refusal:
    return invalid(name, "missing_required_parameter", f"Missing required parameter: '{name}'.")


def _duplicate(name: str) -> Refusal:
    return invalid(
        name,
        "duplicate_parameter",
        f"Duplicate parameter: '{name}'. You provided multiple values for this parameter, whereas only one is "
        "allowed. If you are trying to provide a list of values, use the array syntax instead "
        f"e.g. '{name}[]=<value>'.",
    )
