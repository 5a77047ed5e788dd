"""Guilds that come and go, and places where the bot is only because a member installed it for themselves."""

import pytest

from bot.sandbox.discord_api import furnish
from bot.sandbox.discord_api.snowflake import iso
from bot.sandbox.member import SandboxRefusal
from tests.sandbox.discord.asking import DEFERRED, EDIT, MESSAGE, ORIGINAL, Asking
from tests.sandbox.discord.stand import GENERAL, PICTURES, Stand

EVERYWHERE = {**EDIT, "integration_types": [0, 1], "contexts": [0, 1, 2]}


async def installed(scene: Asking, *, inside: bool = False) -> None:
    """Mira has the app for herself, in a guild where it is not."""
    stand = scene.stand
    await stand.call("PUT", f"/applications/{stand.application_id}/commands", [EVERYWHERE])
    await scene.mira.lever("members", {"name": "mira", "user_install": True})
    await scene.mira.lever("guild", {"bot": inside})


async def test_a_guild_that_is_joined_says_since_when_and_where_newcomers_are_greeted(stand: Stand) -> None:
    """GUILD_DELETE when the bot is removed, GUILD_CREATE when it comes back, as of now."""
    async with stand.bot() as socket, stand.lever() as lever:
        await lever.lever("guild", {"bot": False})
        left = await socket.until("GUILD_DELETE")
        gone = await stand.call("GET", f"/channels/{PICTURES}")
        await lever.lever("guild", {"bot": True, "system_channel": "pictures"})
        joined = await socket.until("GUILD_CREATE")

    assert (left, gone.code) == ({"id": str(furnish.GUILD)}, 50001)
    assert joined["joined_at"] == iso(stand.clock.now())
    assert joined["system_channel_id"] == str(PICTURES)


async def test_an_outage_is_no_leaving(stand: Stand) -> None:
    """`unavailable` says so, and the guild comes back as it was."""
    async with stand.bot() as socket, stand.lever() as lever:
        before = stand.world.guilds[furnish.GUILD].members[stand.application_id].joined_at
        await lever.lever("guild", {"unavailable": True})
        out = await socket.until("GUILD_DELETE")
        async with stand.socket() as other:
            await other.identify()
            ready = await other.until("READY")
        await lever.lever("guild", {"unavailable": False})
        back = await socket.until("GUILD_CREATE")

    assert (out["unavailable"], ready["guilds"][0]["unavailable"]) == (True, True)
    assert (back["joined_at"], back["system_channel_id"]) == (iso(before), str(GENERAL))


@pytest.mark.parametrize("wrong", [{"tier": 2}, {"system_channel": "nowhere"}, {"premium_tier": 4}])
async def test_a_lever_that_is_not_there_cannot_be_pulled(stand: Stand, wrong: dict[str, object]) -> None:
    """It says what there is."""
    async with stand.lever() as lever:
        with pytest.raises(SandboxRefusal):
            await lever.lever("guild", wrong)


async def test_rights_of_others_are_changed_by_their_names(stand: Stand) -> None:
    """A role in the whole guild, a member in one channel."""
    async with stand.member() as mira:
        await mira.lever("permissions", {"whom": "@everyone", "deny": ["embed_links"]})
        await mira.put_on_the_web("https://a.example/a.png", ("a.png", b"x"))
        linked = await mira.say("https://a.example/a.png", mention=False)
        await mira.lever("permissions", {"whom": "mira", "channel": "pictures", "deny": ["send_messages"]})
        with pytest.raises(SandboxRefusal):
            await mira.say("x")
        with pytest.raises(SandboxRefusal):
            await mira.lever("permissions", {"whom": "&Nobody"})

    assert linked["embeds"] == []


async def test_among_people_the_app_is_there_for_its_owner_only(scene: Asking) -> None:
    """A group without the bot: context 2, owned by the user, and closed to everything but the token."""
    await installed(scene, inside=True)
    async with scene.stand.member("mira", "trip") as there, scene.stand.member("ben", "trip") as ben:
        heard, _ = await scene.hears(there.slash("edit", {"prompt": "x"}, wait="answer"))
        answered = await scene.answer(heard, MESSAGE, content="here")
        seen_by_ben = [one["content"] for one in await ben.messages()]
        with pytest.raises(SandboxRefusal, match="not installed"):
            await ben.slash("edit", {"prompt": "x"})

    assert (heard["context"], heard["authorizing_integration_owners"]) == (2, {"1": str(furnish.MIRA)})
    assert (heard["channel"]["type"], heard["channel"]["name"], "guild_id" in heard) == (3, "trip", False)
    assert (answered.status, seen_by_ben) == (204, ["here"])
    assert (await scene.stand.call("GET", f"/channels/{furnish.TRIP}")).code == 50001


async def test_a_command_says_in_which_contexts_it_is_found(scene: Asking) -> None:
    """One for servers is not found among people."""
    await installed(scene, inside=True)
    only = {**EVERYWHERE, "contexts": [0, 1]}
    await scene.stand.call("PUT", f"/applications/{scene.stand.application_id}/commands", [only])
    async with scene.stand.member("mira", "trip") as there:
        with pytest.raises(SandboxRefusal, match="private channel"):
            await there.slash("edit", {"prompt": "x"})


async def test_where_other_apps_may_not_speak_every_answer_is_private(scene: Asking) -> None:
    """Without USE_EXTERNAL_APPS the member alone sees a public deferral, and what follows it."""
    await installed(scene)
    await scene.mira.lever("permissions", {"whom": "@everyone", "deny": ["use_external_apps"]})
    payload = await scene.asked()
    deferred = await scene.answer(payload, DEFERRED, "?with_response=1")
    filled = await scene.hook("PATCH", payload, ORIGINAL, content="done")
    more = await scene.hook("POST", payload, content="more")

    assert deferred.body["interaction"]["response_message_ephemeral"] is True
    assert (filled.body["flags"] & 64, more.body["flags"] & 64) == (64, 64)
    assert scene.stand.world.channel(PICTURES).messages == {}


async def test_an_app_of_ones_own_shows_what_its_owner_may_show(scene: Asking) -> None:
    """Files need the member's own right to attach them, unless nobody else sees them."""
    await installed(scene)
    await scene.mira.lever("permissions", {"whom": "@everyone", "deny": ["attach_files"]})
    payload = await scene.asked()
    await scene.answer(payload, MESSAGE, content="x")
    path = f"/webhooks/{scene.stand.application_id}/{payload['token']}"
    public = await scene.stand.call("POST", path, {}, [("a.png", b"a")])
    private = await scene.stand.call("POST", path, {"flags": 64}, [("a.png", b"a")])

    assert (public.code, private.status) == (50013, 200)
