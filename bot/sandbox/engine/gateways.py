"""What becomes of a form at Azure and at the gateways before the model behind them sees it.

Anyfast's words for what its Direct group unlocks are not published; that it refuses is. That Azure refuses `image`
and, on a deployment's address, `model` is inferred from its reference, which has neither.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.sandbox.engine.form import File, Form
from bot.sandbox.engine.refusal import Refusal, invalid
from bot.sandbox.engine.rules import Flexible, Rules
from bot.sandbox.engine.validate import Order, checked

Models = Mapping[str, Rules]

_TYPES: Mapping[str, str] = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "webp": "image/webp"}


def openai(form: Form, models: Models, _deployment: str | None) -> Order:
    """OpenAI itself: the form as it is."""
    return checked(form, models)


def azure(form: Form, models: Models, deployment: str | None) -> Order:
    """Azure: `image[]` only, and no `model` where the address names the deployment."""
    if deployment is not None:
        if form.text("model") is not None:
            raise invalid("model", "unknown_parameter", "Unknown parameter: 'model'.")
        form = replace(form, texts=(("model", deployment), *form.texts))
    if any(file.name == "image" for file in form.files):
        raise invalid("image", "unknown_parameter", "Unknown parameter: 'image'. Use 'image[]'.")
    return checked(form, models)


def newapi(form: Form, models: Models, _deployment: str | None) -> Order:
    """New-API: `image[]` is dropped where there is an `image`, and a file's type follows from its name."""
    chosen = _one_kind(form)
    name = "image" if len(chosen) == 1 else "image[]"
    files = [replace(file, name=name, label=_label(name, nth)) for nth, file in enumerate(chosen)]
    files += [file for file in form.files if not file.name.startswith("image")]
    return checked(replace(form, files=tuple(map(_typed_by_name, files))), models)


def litellm(form: Form, models: Models, _deployment: str | None) -> Order:
    """LiteLLM's proxy: `image` or `image[]`, not both, passed on as `image[]`; a JSON body loses its files."""
    if form.json:
        form = replace(form, files=(), json=False)
    if {"image", "image[]"} <= {file.name for file in form.files}:
        raise Refusal("Field required", None, "image", "field_required", 422)
    names = [name for name, _ in form.texts]
    if "prompt" not in names:
        raise Refusal("Field required", None, "prompt", "field_required", 422)
    model = form.text("model") or ""
    if model in models and models[model].array:
        pictures = [file for file in form.files if file.name == "image"]
        if len(pictures) == 1:
            form = replace(form, files=tuple(map(_in_a_list, form.files)))
    return checked(form, models)


def anyfast(form: Form, models: Models, _deployment: str | None) -> Order:
    """Anyfast in its default group: a mask, several results and free sizes need the Direct group."""
    rules = models.get(form.text("model") or "")
    if rules is not None and rules.gated:
        if any(file.name == "mask" for file in form.files):
            raise _gated("mask")
        if form.text("n") not in (None, "1"):
            raise _gated("n")
        size = form.text("size")
        if size is not None and isinstance(rules.sizes, tuple) and size not in rules.sizes:
            raise _gated("size")
    return checked(form, models)


def anyfast_rules(models: Models, *, direct: bool) -> Models:
    """Anyfast's models, as an account within the Direct group or outside of it has them."""
    return {name: _direct(rules) if direct and rules.gated else rules for name, rules in models.items()}


def _direct(rules: Rules) -> Rules:
    return replace(rules, gated=False, fields=rules.fields | {"mask"}, sizes=Flexible(), n=10)


def _gated(name: str) -> Refusal:
    message = f"The parameter '{name}' requires the Direct group. Please select it in the console."
    return Refusal(message, "new_api_error", name, "invalid_request")


def _one_kind(form: Form) -> tuple[File, ...]:
    """The files under the first of the names that New-API looks for."""
    pictures = [file for file in form.files if file.name.startswith("image")]
    for name in ("image", "image[]"):
        if found := tuple(file for file in pictures if file.name == name):
            return found
    return tuple(file for file in pictures if file.name.startswith("image["))


def _label(name: str, nth: int) -> str:
    return f"image[{nth}]" if name == "image[]" else name


def _in_a_list(file: File) -> File:
    return replace(file, name="image[]", label="image[0]") if file.name == "image" else file


def _typed_by_name(file: File) -> File:
    extension = file.filename.rpartition(".")[2].lower()
    return replace(file, content_type=_TYPES.get(extension, "image/png"))
