"""The small objects inside a guild's JSON: roles and permission overwrites, and the application's own description."""

from bot.sandbox.discord_api.refusals import Json
from bot.sandbox.discord_api.world import Overwrite, Role


def role(given: Role) -> Json:
    """A role; the bot's own says whose it is."""
    return {
        "id": str(given.id),
        "name": given.name,
        "permissions": str(given.permissions),
        "position": given.position,
        "color": 0,
        "colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": given.bot_id is not None,
        "mentionable": False,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
        **({} if given.bot_id is None else {"tags": {"bot_id": str(given.bot_id)}}),
    }


def overwrite(given: Overwrite) -> Json:
    """What a channel allows and denies one role or member."""
    return {"id": str(given.id), "type": given.kind, "allow": str(given.allow), "deny": str(given.deny)}


def application(bot: Json, owner: Json, *, content_allowed: bool, guilds: int) -> Json:
    """The application as GET /oauth2/applications/@me answers it."""
    flags = (1 << 19) if content_allowed else 0
    return {
        "id": bot["id"],
        "name": bot["username"],
        "icon": None,
        "description": "Edits pictures",
        "type": None,
        "bot": bot,
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": flags,
        "flags_new": str(flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": owner,
        "approximate_guild_count": guilds,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
    }
