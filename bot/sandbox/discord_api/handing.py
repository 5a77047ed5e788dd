"""Files that a member hands to the bot in an option or a form: kept for the interaction, and told of in `resolved`."""

from bot.sandbox.discord_api.bodies import Upload
from bot.sandbox.discord_api.cdn import Cdn
from bot.sandbox.discord_api.payloads import Payloads
from bot.sandbox.discord_api.refusals import Json, SandboxRefusal
from bot.sandbox.discord_api.world import Channel, User, World


class Handing:
    """Turns placeholders, {"$file": n} for the n-th file of the request, into attachments."""

    def __init__(self, world: World, cdn: Cdn, payloads: Payloads) -> None:
        self._world = world
        self._cdn = cdn
        self._payloads = payloads

    def option(self, user: User, channel: Channel, value: object, uploads: tuple[Upload, ...]) -> object:
        """The value of a slash command's option: an attachment's id where it was a placeholder."""
        if not isinstance(value, dict):
            return value
        return self._stored(user, channel, [named(uploads, value)])[0]

    def field(self, user: User, channel: Channel, value: object, uploads: tuple[Upload, ...]) -> object:
        """The value of a form's field: ids of attachments where it was a list of placeholders."""
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            return value
        return self._stored(user, channel, [named(uploads, one) for one in value])

    def resolved(self, attachment_ids: list[int]) -> Json:
        """The part of `resolved` that describes these attachments; nothing for none."""
        kept = [self._world.attachments[one] for one in attachment_ids]
        return {"attachments": {str(one.id): self._payloads.attachment(one) for one in kept}} if kept else {}

    def _stored(self, user: User, channel: Channel, uploads: list[Upload]) -> list[int]:
        limit = max(user.upload_limit, self._world.file_limit_in(channel))
        for upload in uploads:
            if len(upload.body) > limit:
                raise SandboxRefusal(f"{upload.filename} is too large: at most {limit} bytes")
        return [self._cdn.store(one, self._world.bot.id, ephemeral=True).id for one in uploads]


def named(uploads: tuple[Upload, ...], placeholder: Json) -> Upload:
    """The upload that a placeholder stands for."""
    for one in uploads:
        if one.slot == placeholder.get("$file"):
            return one
    raise SandboxRefusal(f"the request has no file {placeholder}")
