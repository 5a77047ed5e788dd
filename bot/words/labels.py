"""Names of commands, options, buttons and form fields.

Commands and options are said in English when they are registered; buttons and forms in the member's language.
"""

from bot.words.language import language, marked

EDIT = "edit"
EDIT_DESCRIPTION = "Change pictures as you say"
EDIT_MENU = "Edit picture"
MODELS = "models"
MODELS_DESCRIPTION = "See which models there are, what they can do and what they cost"
MODELS_OPTION = "Only this one, with all its options"
QUOTA = "quota"
QUOTA_DESCRIPTION = "See what you have left, and when there is more"

OPTIONS = {
    "prompt": "What should change, in your words",
    "image": "The picture to change",
    **{f"image{number}": f"Picture {number}" for number in range(2, 11)},
    "mask": "What may change in the first picture: white on black, erased from a copy, or scribbled over",
    "model": "Which model makes it",
    "size": "Width x height of the result, for example 1536x1024, or same for that of your picture",
    "quality": "How much care the model takes: more costs more",
    "n": "How many results, each paid for",
    "background": "What lies behind the subject",
    "output_format": "The kind of file that comes back",
    "fidelity": "How closely the result keeps to your pictures",
    "compression": "For JPEG and WebP, 0 to 100: more is a smaller file",
    "previews": "How many unfinished pictures are shown on the way, each paid for",
    "stream": "Whether the picture comes as a stream",
    "lock": "Keep everything outside the mask as it was",
    "feather": "How many pixels the edge of the mask is soft",
}

SAME_SIZE = marked("the size of your picture")

CANCEL, AGAIN, SHOW = marked("Cancel"), marked("Try again"), marked("Show")
COMPARE, UNTOUCHED = marked("Before/after"), marked("Untouched")
GO, DROP = marked("Go ahead"), marked("Drop it")

FORM_TITLE = marked("Edit picture")
FORM_PROMPT = marked("What should change?")
FORM_PICTURES = marked("More pictures")
FORM_PICTURES_HINT = marked("Used after those of the message, in the order you choose them.")
FORM_MASK = marked("Mask")
FORM_MASK_HINT = marked("What may change in the first picture: white on black, erased from a copy, or scribbled over.")


def label(message: str, locale: str) -> str:
    """A label of this file in the member's language."""
    return language(locale).gettext(message)
