"""Everything that can go wrong, as a tree; the docstring of an error is the sentence that the member reads.

Trouble
├── Refused   the member can mend it: nothing was held, sent or charged
├── Failed    nobody in the channel can: the hold is released, the edit is told
└── Notice    for the operator, by direct message: something needs a human

A sentence says what happened, then what to do. Names in braces are filled from the error's fields, by `words`,
which translates the sentence first and escapes every field; numbers and strings only, so that a trouble can be
kept in a row and told after a restart.
"""

import inspect
from typing import ClassVar

Fields = dict[str, int | str]


class Trouble(Exception):
    """Something went wrong."""

    kinds: ClassVar[dict[str, type["Trouble"]]] = {}

    def __init_subclass__(cls) -> None:
        super().__init_subclass__()
        Trouble.kinds[cls.__name__] = cls

    def __init__(self, **fields: int | str) -> None:
        super().__init__(type(self).__name__, fields)
        self.fields: Fields = fields

    @property
    def code(self) -> str:
        """The name under which the trouble is stored and logged."""
        return type(self).__name__

    @classmethod
    def sentence(cls) -> str:
        """The message, untranslated, on one line, with its fields in braces."""
        return " ".join((inspect.getdoc(cls) or "").split())


def revive(code: str, fields: Fields) -> Trouble:
    """The trouble that was stored under this code; `Failed` itself where a later version dropped the code."""
    return Trouble.kinds.get(code, Failed)(**fields)


class Refused(Trouble):
    """This cannot be done as it was asked. Nothing was charged."""


class Failed(Trouble):
    """Something went wrong on our side. Nothing was charged; try again later."""


class Notice(Trouble):
    """Something needs you."""


# ── what was asked ──────────────────────────────────────────────────────────────────────────────────────────


class NoPicture(Refused):
    """There is no picture here. Attach one to your message, or right-click a message that has one and choose Apps → Edit picture."""


class PictureInvisible(Refused):
    """I can't see the picture you replied to. Right-click that message and choose Apps → Edit picture instead."""


class NoPrompt(Refused):
    """There is no wish yet. Say in a few words what should change, for example "make it snow"."""


class PromptTooLong(Refused):
    """Your text has {length} characters and {model} reads at most {limit}. Shorten it and send it again."""


class PromptUnreadable(Refused):
    """Your text holds characters that cannot be sent. Type it again instead of pasting it."""


class TooManyPictures(Refused):
    """That is {count} pictures, and {model} takes at most {limit}. Leave some out and send it again."""


class TwoMasks(Refused):
    """Both {first} and {second} look like masks, and an edit has one. Rename one of them, or use the mask option of /edit."""


class UnknownModel(Refused):
    """There is no model called {model} here. These work: {known}."""


class ModelGone(Refused):
    """{model} was switched off by its provider on {date}. These work: {known}."""


class OptionUnknown(Refused):
    """{model} does not know {option} {value}. These work: {known}."""


class OptionAbsent(Refused):
    """{model} has no setting for {option}. Leave it out and send it again."""


class SizeImpossible(Refused):
    """{size} is not possible with {model}: use {nearest}."""


class CompressionNeedsFormat(Refused):
    """Compression works only with the formats {formats}. Choose one of them as the format as well."""


class TransparencyNeedsFormat(Refused):
    """JPEG has no transparent background. Choose another format, such as {formats}, or leave the background out."""


class NumberImpossible(Refused):
    """{option} goes from {low} to {high}, and you asked for {value}. Choose a number in between."""


class TooManyResults(Refused):
    """{model} makes fewer pictures at a time than {count}: its limit is {limit}. Ask for fewer."""


class MaskUnsupported(Refused):
    """{model} cannot work with a mask. Leave {name} out, or choose another model."""


# ── the files ───────────────────────────────────────────────────────────────────────────────────────────────


class FileTooBig(Refused):
    """{name} is {size} MB, and the limit is {limit} MB. Save it smaller and send it again."""


class FileUnreachable(Refused):
    """{name} could not be fetched from Discord. Upload it again."""


class FileEmpty(Refused):
    """{name} is empty. Upload it again."""


class PictureUnknown(Refused):
    """{name} is not a picture that I can read: it looks like {found}. Send it as PNG, JPEG or WebP."""


class PictureDamaged(Refused):
    """{name} is damaged or incomplete. Save it again as PNG or JPEG and send it once more."""


class PictureTooLarge(Refused):
    """{name} has {megapixels} megapixels; the limit is {limit}. Scale it down and send it again."""


class PictureTooHard(Refused):
    """{name} takes too long or too much memory to open. Save it again as PNG or JPEG and send it once more."""


class PictureTooHeavy(Refused):
    """{name} stays above the {limit} MB that {model} accepts. Scale it down and send it again."""


class PictureTooSmall(Refused):
    """{name} is only {size}: the shorter side needs at least {least} pixels. Send a larger one."""


class PictureTooLong(Refused):
    """{name} is {size}: one side is more than {limit} times as long as the other. Crop it and send it again."""


class NotSquare(Refused):
    """{name} is {size}, and {model} takes only square pictures here. Crop it to a square, or choose another model."""


class MaskMisfit(Refused):
    """The mask {name} is {mask_size} and the first picture is {size}. Make the mask the same size."""


class MaskEmpty(Refused):
    """The mask {name} selects nothing, so nothing would change. Paint the area that should change white on black, or erase it from a copy of the picture, and send it again."""


class MaskWhole(Refused):
    """The mask {name} selects the whole picture. Leave it out to change everything, or mark only a part."""


class MaskUnclear(Refused):
    """I can't tell from {name} which part should change. Paint that part white on black, erase it from a copy of the picture, or scribble over it in one strong colour."""


# ── who and where ───────────────────────────────────────────────────────────────────────────────────────────


class NotHere(Refused):
    """I am not switched on for this server. Ask whoever runs me to add it."""


class NotInPrivate(Refused):
    """I only work in servers. Send it in a channel of one instead."""


class PermissionMissing(Refused):
    """I am missing the permission "{permission}" in this channel. Ask someone who manages the server to give it to me."""


class PermissionsMissing(Refused):
    """Before I can work in this channel I need: {permissions}. Ask someone who manages the server to give me that."""


class PermissionsYours(PermissionsMissing):
    """Before I can work in this channel I need: {permissions}. You can give me that: look in Server Settings → Roles, or for this channel alone in Edit Channel → Permissions."""


class DirectClosed(Refused):
    """What only you should see would come to you by direct message, and Discord lets me send you none. Allow direct messages from members of this server in its privacy settings, or ask with /edit."""


class ChannelClosed(Refused):
    """Edits are not taken in this channel. Ask someone who manages the server which channels are meant for them."""


class RoleClosed(Refused):
    """Your roles do not let you make edits in this server. Ask someone who manages it, if that is a mistake."""


class AgeRestricted(Refused):
    """Edits are not taken in age-restricted channels of this server. Go to another channel and ask there."""


class OthersPictures(Refused):
    """In this server members edit only pictures of their own. Use one that you have posted, or attach one to /edit."""


class PictureNotShared(Refused):
    """The member who posted {name} does not let others edit it. Use another picture."""


class NotYours(Refused):
    """This button belongs to the member who asked for the edit. Start one of your own with /edit."""


class NothingBefore(Refused):
    """This is the first version in this thread, so there is nothing to go back to. Start anew with the picture that you began with."""


class ResultGone(Refused):
    """The pictures of this edit are no longer on my disk. Right-click a message that still shows one and choose Apps → Edit picture."""


class NotOver(Refused):
    """This edit is still under way. Press Cancel under its message to stop it, or wait for its end."""


class PromptUnrevised(Refused):
    """The provider did not say that it changed your wording. Your own is at the top of the edit."""


class PictureKept(Refused):
    """{name} has {size} MB, and Discord takes {limit} MB from you here. Its lighter copy is above; ask whoever runs me for the file."""


class TrayFull(Refused):
    """Your tray holds {limit} pictures, which is as many as an edit takes. Take one out, or use them with /edit."""


class TrayEmpty(Refused):
    """Your tray is empty. Right-click a message with a picture and choose Apps → Add to tray."""


class PickerGone(Refused):
    """This choice is over: it waited for too long, or was used or dropped. Start again with /edit."""


class NoPainter(Refused):
    """There is no page for painting masks here. Attach a mask of your own with the mask option of /edit."""


class PaintingOver(Refused):
    """This link is over: it works for half an hour and for one edit. Press Paint mask again to get a new one."""


class SentBefore(Refused):
    """This mask was sent already: it became edit #{job}. Press Paint mask again to paint another one."""


class NothingChosen(Refused):
    """No picture is chosen yet. Choose one in the menu, then press the button again."""


class PresetUnknown(Refused):
    """There is no preset called {name} here. These work: {known}."""


class TooManyPresets(Refused):
    """There are {limit} presets here, which is as many as a menu shows. Use /preset remove to take one away first."""


class PresetNameImpossible(Refused):
    """A preset needs a name of 1 to {limit} characters. Choose a short one, such as "remove background"."""


class PresetTooLong(Refused):
    """This text has {length} characters, and a preset keeps at most {limit}. Shorten it and send it again."""


class ProviderShut(Refused):
    """{model} is closed for now: its provider does not let me in, and whoever runs me was told. Try later, or choose another model."""


class Moderated(Refused):
    """Someone who moderates this server stopped this edit, so its pictures are not shown. Ask them, if that is a mistake."""


class TooLate(Refused):
    """This edit is already over. Start a new one with /edit."""


class EditGone(Refused):
    """I have no record of this edit any more. Start a new one with /edit."""


class FormExpired(Refused):
    """This form is too old, or I was restarted while you were writing. Right-click the message and choose Apps → Edit picture again."""


class QuestionUnheard(Refused):
    """This edit is so dear that I ask before I start, and Discord did not take my question. Send it again in a minute."""


class NotAgreed(Refused):
    """This edit was waiting for your yes for too long, or was dropped. Nothing was charged. Start a new one with /edit."""


class AgreedBefore(Refused):
    """You have said yes to this edit already. To stop it, press Cancel under its message."""


class NothingUntouched(Refused):
    """What the model made of this edit was posted as it came. Look at the result: there is no other picture."""


class Stopping(Refused):
    """I am being restarted. Send it again in a minute."""


class DiskFull(Refused):
    """This could not be kept: my disk is full. Nothing was charged. Whoever runs me has to make room; try again later."""


class NotKept(Refused):
    """This could not be kept: my records cannot be written at the moment. Nothing was charged. Try again in a minute."""


# ── allowances ──────────────────────────────────────────────────────────────────────────────────────────────


class ImagesSpent(Refused):
    """Pictures left to you: {left} of {limit}, and this edit makes {need}. More from <t:{resets_at}:R>."""


class GuildImagesSpent(Refused):
    """Pictures left to this server: {left} of {limit}, and this edit makes {need}. More from <t:{resets_at}:R>."""


class GuildMoneySpent(Refused):
    """Money left to this server: {left} of {limit}, and this edit may cost {need}. More from <t:{resets_at}:R>."""


class Never(Refused):
    """Edits are not allowed to you here. Ask someone who manages the server, if that is a mistake."""


class NeverHere(Refused):
    """Edits are not allowed in this server. Ask someone who manages it, if that is a mistake."""


class Blocked(Refused):
    """You are blocked from making edits here. Ask someone who manages the server, if that is a mistake."""


class Paused(Refused):
    """Edits are paused in this server. Ask someone who manages it when they go on."""


class HousePaused(Refused):
    """I take no edits at the moment; whoever runs me has paused me. Try again later."""


class ChoiceNotPermitted(Refused):
    """You may not choose the {option} {value} here. These are open to you: {known}."""


class NumberNotPermitted(Refused):
    """You may ask for {limit} pictures at a time here, and not for {count}. Ask for fewer."""


class QueueFull(Refused):
    """There are {waiting} edits waiting already, and I take no more until some are done. Try again in a few minutes."""


class TooManyWaiting(Refused):
    """You have {waiting} edits waiting already, and that is as many as one member may. Send it again when one is done."""


# ── what admins ask ─────────────────────────────────────────────────────────────────────────────────────────


class NotManager(Refused):
    """Only people with the permission "Manage Server" can do this, and only for their own server. Ask one of them."""


class OutOfBounds(Refused):
    """{what} goes from {low} to {high}. Choose a number in between."""


class NotForBots(Refused):
    """Bots make no edits, so there is nothing to set for one. Choose a person or a role."""


class ZoneUnknown(Refused):
    """There is no time zone called {zone}. Use a name such as Europe/Vienna, America/New_York or UTC."""


class NothingThere(Refused):
    """There is nothing like that here. Look at what there is with /quota-admin show."""


class AlreadySo(Refused):
    """That is so already, and nothing was changed. Look at how things stand with /quota-admin show."""


class ValueUnknown(Refused):
    """There is no {option} {value} that could be allowed. Use values such as {known}."""


class MoneySpent(Refused):
    """Money left to you: {left} of {limit}, and this edit may cost {need}. More from <t:{resets_at}:R>."""


class HouseSpent(Refused):
    """What I may spend this month is used up, or too little of it is left for this edit; whoever runs me was told. Edits are possible again from <t:{resets_at}:R>."""


# ── what is kept about somebody ─────────────────────────────────────────────────────────────────────────────


class EditsUnfinished(Refused):
    """Edits of yours that are not over yet: {count}. Nothing was deleted. Cancel them or wait for their end, then ask once more."""


class ExportTooLarge(Refused):
    """What is kept about you is {size} MB, more than I can send here. Ask whoever runs me for it; nothing was changed."""


# ── the provider ────────────────────────────────────────────────────────────────────────────────────────────


class SafetyRefused(Failed):
    """The provider's safety system refused this edit. Nothing was charged. Change the wording or the picture and try again."""


class PictureRejected(Failed):
    """The provider could not use your picture or mask. Nothing was charged. Save it again as PNG and try once more."""


class RequestRejected(Failed):
    """The provider refused the request. Nothing was charged. Try another size or model; whoever runs me can see why in the log."""


class ProviderBusy(Failed):
    """The provider has too much to do right now. Nothing was charged. Try again in a few minutes."""


class ProviderDown(Failed):
    """The provider cannot be reached or has a fault. Nothing was charged. Try again in a few minutes."""


class ProviderClosed(Failed):
    """The provider does not let me in at the moment. Nothing was charged. Whoever runs me has to look after the key or the account."""


class AnswerUseless(Failed):
    """The provider answered without a usable picture. Nothing was charged. Try again, or choose another model."""


class OutcomeUnknown(Failed):
    """The connection to the provider broke while the edit was being made, so nobody knows whether it finished. Nothing was charged. Press Try again to ask once more."""


class InputLost(Failed):
    """The pictures of this edit are no longer on my disk. Nothing was charged. Send them again."""


class HandedOver(Failed):
    """This edit was made, but my disk would not keep it, so its pictures are posted here as they came. Nothing was charged. Save them, since I cannot show them again."""


class Poisoned(Failed):
    """This edit stopped me twice, so I will not try it a third time. Nothing was charged. Send other pictures."""


# ── for the operator ────────────────────────────────────────────────────────────────────────────────────────


class HouseClosed(Notice):
    """The spending limit of this month is reached, or too little of it is left for an edit that was just refused. More is possible from <t:{resets_at}:F>. To go on sooner, raise OPERATOR_USD_PER_MONTH, then send me SIGHUP or start me again."""


class HouseNearlySpent(Notice):
    """Four fifths of what I may spend are spent or held: {left} of {limit} are left until <t:{resets_at}:F>. To have more, raise OPERATOR_USD_PER_MONTH, then send me SIGHUP or start me again."""


class SuspenseGrowing(Notice):
    """Calls whose outcome nobody knows may have cost you {amount} since yesterday, of {limit} for the month. Look at the provider's usage page and at my log, and settle it with: darkroom ledger reconcile."""


class DiskNearlyFull(Notice):
    """The disk of DATA_DIR is nearly full: {free_mb} MB are left. Make room there, or lower RETENTION_DAYS; without room I can take no edits."""


class MaskIgnored(Notice):
    """{provider} seems to ignore masks with {model}: it changed {share} % of a picture outside of its mask. The mask lock, where it is on, put the picture back there. If it happens again, say mask_honoured = false in the card of the model, or offer another provider."""


class ProviderLocked(Notice):
    """The image provider does not let me in: it refuses the key, the account or the model {model}. Look at the key of {provider} and at its billing page; until then edits go to another provider of that model or fail, and nobody is charged."""
