"""The gateway: identifying, resuming, being cut off, and what comes with which intents."""

import asyncio

import pytest

from bot.sandbox.discord_api import furnish
from bot.sandbox.discord_api.world import Message
from tests.sandbox.discord.small_bot import SmallBot, running
from tests.sandbox.discord.stand import DEFAULT_INTENTS, PICTURES, Json, Stand

CONTENT, MEMBERS = 1 << 15, 1 << 1


async def test_ready_names_the_guilds_which_then_arrive(stand: Stand) -> None:
    """READY has unavailable guilds and where to resume; GUILD_CREATE brings channels and only the bot as a member."""
    async with stand.socket() as socket:
        await socket.identify()
        ready = await socket.until("READY")
        guild = await socket.until("GUILD_CREATE")

    assert ready["resume_gateway_url"] == stand.url.replace("http", "ws") + "/gateway"
    assert ready["guilds"] == [{"id": str(furnish.GUILD), "unavailable": True}]
    assert {"pictures", "news", "voice", "stage", "gallery"} <= {one["name"] for one in guild["channels"]}
    assert [one["user"]["username"] for one in guild["members"]] == ["Darkroom"]


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([(2, {"token": "wrong", "intents": 0})], 4004),
        ([(2, {"token": "{token}", "intents": CONTENT})], 4014),
        ([(2, {"token": "{token}", "intents": MEMBERS})], 4014),
        ([(2, {"token": "{token}", "intents": 0}), (2, {"token": "{token}", "intents": 0})], 4005),
        ([(6, {"token": "wrong", "session_id": "x", "seq": 1})], 4004),
        ([(3, {})], 4003),
        ([(77, {})], 4001),
        ([(1, "x" * 4097)], 4002),
        ([(1, None)] * 121, 4008),
    ],
    ids=["wrong token", "content", "members", "twice", "resume", "too early", "opcode", "too long", "too often"],
)
async def test_a_wrong_frame_closes_with_its_code(stand: Stand, frames: list[tuple[int, Json]], code: int) -> None:
    """Each close code that a bot can bring upon itself."""
    async with stand.socket() as socket:
        for op, payload in frames:
            if isinstance(payload, dict) and payload.get("token") == "{token}":
                payload = {**payload, "token": stand.server.token}
            await socket.send(op, payload)

        assert await socket.closed_with() == code


async def test_a_heartbeat_is_acknowledged(stand: Stand) -> None:
    """Op 1 is answered with op 11."""
    async with stand.bot() as socket:
        await socket.send(1, 2)

        assert (await socket.next())["op"] == 11


async def test_a_resumed_session_gets_what_it_missed(stand: Stand) -> None:
    """Everything after its sequence number is dispatched again, in order, and then RESUMED."""
    async with stand.socket() as first:
        await first.identify()
        session = (await first.until("READY"))["session_id"]
        await first.until("GUILD_CREATE")
        seen = first.heard[-1]["s"]
        async with stand.lever() as lever:
            await lever.lever("gateway", {"do": "drop"})
            await first.closed_with()
    for text in ("one", "two"):
        await stand.send(content=text)
    async with stand.socket() as second:
        await second.send(6, {"token": stand.server.token, "session_id": session, "seq": seen})
        await second.until("RESUMED")

    missed = [frame["d"]["content"] for frame in second.heard if frame["t"] == "MESSAGE_CREATE"]
    assert missed == ["one", "two"]


@pytest.mark.parametrize("end", ["unknown", "closed", "old"])
async def test_a_session_that_is_gone_is_invalid(stand: Stand, end: str) -> None:
    """Op 9 with false: for an unknown session, one closed with 1000, and one left for more than three minutes."""
    async with stand.socket() as first:
        await first.identify()
        session = (await first.until("READY"))["session_id"] if end != "unknown" else "x"
        if end == "old":
            first.ws._response.connection.transport.abort()  # type: ignore[union-attr]
    gateway = stand.server.stage.gateway
    await stand.world.bell.until(lambda: None if gateway.connected() else True, 20)
    stand.clock.advance(200 if end == "old" else 0)
    async with stand.socket() as second:
        await second.send(6, {"token": stand.server.token, "session_id": session, "seq": 1})
        frame = await second.next()

    assert (frame["op"], frame["d"]) == (9, False)


async def test_a_dispatch_can_arrive_twice(stand: Stand) -> None:
    """`replay` says the last ones again, number and all."""
    async with stand.bot() as socket, stand.lever() as lever:
        await stand.send(content="x")
        await socket.until("MESSAGE_CREATE")
        await lever.lever("gateway", {"do": "replay"})
        await socket.until("MESSAGE_CREATE")

    assert socket.heard[-1] == socket.heard[-2]


@pytest.mark.parametrize(
    ("intents", "expected"),
    [
        (0, []),
        (1 << 9, ["MESSAGE_CREATE", "MESSAGE_UPDATE", "MESSAGE_CREATE"]),
        (1, ["THREAD_CREATE"]),
        (1 << 12, ["MESSAGE_CREATE"]),
        (1 | 1 << 9, ["MESSAGE_CREATE", "THREAD_CREATE", "MESSAGE_UPDATE", "MESSAGE_CREATE"]),
    ],
)
async def test_only_what_the_intents_allow_is_dispatched(stand: Stand, intents: int, expected: list[str]) -> None:
    """Guild messages, guild structure and DMs each need their own."""
    dm = stand.world.dm_with(furnish.MIRA).id
    async with stand.bot(intents) as socket:
        place = dm if intents == 1 << 12 else PICTURES
        sent = await stand.send(place, content="x")
        await stand.call("POST", f"/channels/{place}/messages/{sent['id']}/threads", {"name": "t"})
        await socket.send(1, None)
        while (frame := await socket.next())["op"] != 11:
            pass

    assert frame["op"] == 11
    heard = [one["t"] for one in socket.heard if one["t"] not in (None, "READY", "GUILD_CREATE")]
    assert heard == expected


async def test_a_hidden_channel_is_silent(stand: Stand) -> None:
    """The bot hears nothing of messages in a channel that it cannot see."""
    async with stand.bot() as socket, stand.member(channel="hidden") as hidden, stand.member() as mira:
        await hidden.say("psst", mention=False)
        await mira.say("aloud", mention=False)
        heard = await socket.until("MESSAGE_CREATE")

    assert heard["channel_id"] == str(PICTURES)


async def censored(stand: Stand, png: bytes, **how: object) -> tuple[Json, Json]:
    """Mira's message as the gateway dispatches it and as REST reads it, without the intent."""
    channel = str(how.pop("channel", "pictures"))
    async with stand.bot() as socket, stand.member(channel=channel) as mira:
        await mira.say("words", [("a.png", png)], **how)  # type: ignore[arg-type]
        dispatched = await socket.until("MESSAGE_CREATE")
    path = f"/channels/{dispatched['channel_id']}/messages/{dispatched['id']}"
    return dispatched, (await stand.call("GET", path)).body


async def test_a_message_that_does_not_mention_the_bot_comes_empty(stand: Stand, png: bytes) -> None:
    """Content, attachments, embeds and components are emptied, on the gateway and over REST."""
    for seen in await censored(stand, png, mention=False):
        assert [seen[part] for part in ("content", "attachments", "embeds", "components")] == ["", [], [], []]


@pytest.mark.parametrize("how", [{"mention": True}, {"mention": False, "channel": "dm"}])
async def test_a_mention_and_a_dm_can_be_read(stand: Stand, png: bytes, how: dict[str, object]) -> None:
    """These need no intent."""
    for seen in await censored(stand, png, **how):
        assert seen["content"].endswith("words")
        assert len(seen["attachments"]) == 1


async def test_the_message_replied_to_stays_empty(stand: Stand, png: bytes) -> None:
    """A mention frees the reply, not the picture that it replies to."""
    async with stand.bot() as socket, stand.member("ben") as ben, stand.member() as mira:
        source = await ben.say("mine", [("a.png", png)], mention=False)
        reply = await mira.say("make it blue", reply_to=int(source["id"]))
        await socket.until("MESSAGE_CREATE")
        heard = await socket.until("MESSAGE_CREATE")
    read = (await stand.call("GET", f"/channels/{PICTURES}/messages/{reply['id']}")).body

    for seen in (heard, read):
        assert seen["content"].endswith("make it blue")
        assert (seen["referenced_message"]["content"], seen["referenced_message"]["attachments"]) == ("", [])


async def test_with_the_intent_and_the_portals_leave_everything_can_be_read(stand: Stand, png: bytes) -> None:
    """The switch in the portal frees REST, the intent frees the gateway."""
    async with stand.lever() as lever:
        await lever.lever("intents/content", {"message_content_allowed": True})
    async with stand.bot(DEFAULT_INTENTS) as without, stand.bot(DEFAULT_INTENTS | CONTENT) as with_it:
        async with stand.member() as mira:
            said = await mira.say("words", [("a.png", png)], mention=False)
        empty, full = await without.until("MESSAGE_CREATE"), await with_it.until("MESSAGE_CREATE")

    assert (empty["content"], empty["attachments"]) == ("", [])
    assert (full["content"], len(full["attachments"])) == ("words", 1)
    assert (await stand.call("GET", f"/channels/{PICTURES}/messages/{said['id']}")).body["content"] == "words"


@pytest.mark.parametrize("from_interaction", [False, True])
async def test_a_reply_to_the_bot_mentions_it_unless_an_interaction_wrote_the_message(
    stand: Stand, from_interaction: bool
) -> None:
    """A reply's ping reaches an ordinary message's author, not a webhook's."""
    sent = await stand.send(content="result")
    kept: Message = stand.world.message(PICTURES, int(sent["id"]))
    kept.webhook_id = stand.application_id if from_interaction else None
    writing, mira = stand.server.stage.writing, stand.world.users[furnish.MIRA]
    async with stand.bot() as socket:
        writing.say(mira, stand.world.channel(PICTURES), "bluer", (), reply_to=sent["id"], mention=True)
        heard = await socket.until("MESSAGE_CREATE")

    typed = f"<@{stand.application_id}>" in heard["content"]
    assert typed is from_interaction
    assert heard["content"].endswith("bluer")


async def test_discord_py_survives_being_dropped_reconnected_and_invalidated(living: Stand) -> None:
    """The real client resumes after a cut and after op 7, and identifies anew after op 9."""
    bot = SmallBot()
    async with running(living, bot), living.lever() as lever:
        for deed in ("drop", "reconnect"):
            bot.resumed.clear()
            await lever.lever("gateway", {"do": deed})
            await asyncio.wait_for(bot.resumed.wait(), 30)
        identified = living.server.stage.gateway.identified
        reconnected = asyncio.create_task(bot.wait_for("connect"))
        await asyncio.sleep(0)
        await lever.lever("gateway", {"do": "invalidate"})
        await asyncio.wait_for(reconnected, 30)

    assert identified == 1
    assert living.server.stage.gateway.identified == 2
