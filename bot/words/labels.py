"""Names of commands, options, buttons and form fields.

Those of commands are found where the commands are registered, which is why they are not marked here; a member sees them
in their own language, as buttons and forms.
"""

from bot.words.language import language, marked

EDIT = "edit"
EDIT_DESCRIPTION = "Change pictures as you say"
EDIT_MENU = "Edit picture"
TRAY = "tray"
TRAY_DESCRIPTION = "See the pictures that you have collected for an edit"
TRAY_MENU = "Add to tray"
MODELS = "models"
MODELS_DESCRIPTION = "See which models there are, what they can do and what they cost"
MODELS_OPTION = "Only this one, with all its options"
QUOTA = "quota"
QUOTA_DESCRIPTION = "See what you have left, and when there is more"

ADMIN = "quota-admin"
ADMIN_DESCRIPTION = "Decide who may make and spend how much in this server"
SHOW_LIMITS = "See what was decided for this server, a member or a role"
SHOW_WHOM = "A member, a role or @everyone; left out: the server"
SET = "Limit how much somebody may make or spend, or what they may choose"
SET_OPTIONS = {
    "what": "What is limited",
    "limit": "A number, free for no limit, default for the usual one, or a list of values",
    "whom": "A member, a role, or @everyone for each member; left out: all of this server together",
    "per": "In which time; pictures count by the day and money by the month if you leave it out",
    "hours": "In how many hours, whichever they are",
}
GRANT = "Give a member more, used before their own allowance"
WHO = "Which member"
WHY = "Why, for the others who decide here"
GRANT_OPTIONS = {
    "user": WHO,
    "what": "Pictures or money",
    "amount": "How many pictures, or how many dollars",
    "days": "For how many days",
    "reason": WHY,
}
RESET = "Let what a member has used count as not used"
BLOCK = "Take no more edits of a member"
UNBLOCK = "Take the edits of a member again"
REPORT = "See who spent how much, and what was decided"
REPORT_DAYS = "Of how many days; 30 if you leave it out"
ZONE = "Say by which clock the days of this server begin"
ZONE_NAME = "Such as Europe/Vienna"
LOG = "Name a channel that gets a line for each edit and each decision"
LOG_CHANNEL = "Left out: none"
HISTORY = "history"
HISTORY_DESCRIPTION = "See your last edits, and have their pictures shown again"
PAUSE, RESUME = "pause", "resume"
PAUSE_DESCRIPTION = "Take no more edits in this server for now"
RESUME_DESCRIPTION = "Take edits in this server again"
PRIVACY = "privacy"
PRIVACY_DESCRIPTION = "See or delete what I keep about you"
EXPORT, DELETE = "export", "delete"
EXPORT_DESCRIPTION = "Get everything that I keep about you as a file, in private"
DELETE_DESCRIPTION = "Delete what I keep about you; I ask once before I do"
EVERYWHERE = "In all servers, which only whoever runs me can decide"

SETTINGS = "settings"
SETTINGS_DESCRIPTION = "Decide how I behave in this server: where, for whom, and what results are like"
SHARING = "sharing"
SHARING_DESCRIPTION = "Decide whether others may edit pictures that you have posted"
SHARING_OPTION = "on: others may edit them; off: only you may"
PRESET = "preset"
PRESET_DESCRIPTION = "Wishes that are written down for everybody here, under a short name"
PRESET_ADD = "Write a preset, or write one of this name anew"
PRESET_ADD_OPTIONS = {
    "name": "What it is called, in a few words",
    "prompt": "What should change, as you would ask for it in an edit",
    "model": "Which model makes it; left out: as usual",
    "size": "Width x height of the result; left out: as usual",
    "quality": "How much care the model takes; left out: as usual",
    "background": "What lies behind the subject; left out: as usual",
    "output_format": "The kind of file that comes back; left out: as usual",
}
PRESET_REMOVE = "Take a preset away"
PRESET_NAME = "Which preset"
PRESET_LIST = "See the presets of this server"
PRESET_STARTER = "Write the usual presets: remove background, restore old photo and others"
HELP, ABOUT = "help", "about"
HELP_DESCRIPTION = "See how to edit a picture"
ABOUT_DESCRIPTION = "See what I am, what I keep, and who sees your pictures"

OPTIONS = {
    "prompt": "What should change, in your words",
    "image": "The picture to change; left out: your tray, the last result here or the last picture",
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
    "private": "Whether only you see the results; left out: as is usual here",
}

SAME_SIZE = marked("the size of your picture")

CANCEL, AGAIN, SHOW = marked("Cancel"), marked("Try again"), marked("Show")
COMPARE, UNTOUCHED = marked("Before/after"), marked("Untouched")
FORGET = marked("Delete it")
REVISE, VARY, UNDO, USE = marked("Edit again"), marked("Vary"), marked("Undo"), marked("Use as input")
PAINT = marked("Paint mask")
ORIGINAL, PROMPT, REMOVE = marked("Original file"), marked("Prompt"), marked("Delete")
POST_HERE = marked("Post here")
NEWER, OLDER, SHOW_AGAIN = marked("Newer"), marked("Older"), marked("Show again")
GO, DROP = marked("Go ahead"), marked("Drop it")
WHAT_TO_CHANGE = marked("What shall be changed?")
CHOOSE_CHANNELS, CHOOSE_ROLES = marked("Choose channels"), marked("Choose roles")
CHOOSE, AS_USUAL, BACK = marked("Choose"), marked("As usual"), marked("Back")

EMPTY_TRAY, EDIT_TRAY = marked("Empty it"), marked("Edit with these")
PICK = marked("Choose in the order in which they are used")

FORM_TITLE = marked("Edit picture")
FORM_WHICH = marked("Which picture")
FORM_WHICH_HINT = marked("In the order in which they are used; the first one if you choose none.")
FORM_WISH = marked("Model or preset")
FORM_WISH_HINT = marked("As usual if you choose nothing. What you write is added to a preset.")
FORM_PROMPT = marked("What should change?")
FORM_PICTURES = marked("More pictures")
FORM_PICTURES_HINT = marked("Used after those of the message, in the order you choose them.")
FORM_MASK = marked("Mask")
FORM_MASK_HINT = marked("What may change in the first picture: white on black, erased from a copy, or scribbled over.")


def label(message: str, locale: str) -> str:
    """A label of this file in the member's language."""
    return language(locale).gettext(message)
