"""The settings: what is read, what is refused and with which sentence, and what is never shown."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.domain.catalog import Provider, read_shelf
from bot.domain.catalog.reading import dialect_names
from bot.domain.quota import Limits, Terms
from bot.domain.request import Options
from bot.settings import Live, ProviderSetup, Settings, SettingsWrong, provider_entries, usable_catalog
from bot.settings.values import Bind

TOKEN = "MTIzNDU2Nzg5MDEyMzQ1Njc4.GabcDe.a-token-that-is-none-at-all-0000"
KEY = "sk-proj-a-key-that-is-none-at-all"
ENOUGH = {"DISCORD_TOKEN": TOKEN, "IMAGES_API_KEY": KEY}
EXAMPLE = Path(__file__).parent.parent / ".env.example"


def refusal(**values: str) -> str:
    with pytest.raises(SettingsWrong) as caught:
        Settings.of({**ENOUGH, **values})
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    return str(caught.value)


def test_token_and_key_are_enough() -> None:
    """Nobody needs more than the token and the key to start; the rest has the values that the documents promise."""
    settings = Settings.of(ENOUGH)

    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.images_api_key.get_secret_value() == KEY
    assert settings.images_api_url == "https://api.openai.com/v1"
    assert (settings.images_dialect, settings.images_model, settings.images_timeout_s) == ("openai", "gpt-image-2", 600)
    assert settings.database_url == "sqlite+aiosqlite:///data/darkroom.db"
    assert (settings.guilds, settings.operator_ids) == (frozenset(), ())
    assert (settings.user_install, settings.message_content) == (False, False)
    assert settings.limits == Limits(20, 5_000_000, 50_000_000)
    assert settings.terms == Terms(settings.limits, ask_above=1_000_000, queue_limit=200, waiting_per_member=10)
    assert (settings.member_at_once, settings.guild_at_once, settings.identifies_per_hour) == (2, 0, 20)


def test_values_are_read() -> None:
    """Lists, switches, amounts and names are read as a person writes them."""
    settings = Settings.of(
        {
            **ENOUGH,
            "DISCORD_TOKEN": f" {TOKEN}\n",
            "GUILDS": "123456789012345678, 223456789012345678",
            "OPERATOR_IDS": "323456789012345678 423456789012345678",
            "USER_INSTALL": "on",
            "MESSAGE_CONTENT": "yes",
            "LIMIT_USD_PER_MONTH": "2.505",
            "ASK_ABOVE_USD": "0.25",
            "QUEUE_LIMIT": "50",
            "WAITING_PER_MEMBER": "3",
            "MEMBER_AT_ONCE": "1",
            "GUILD_AT_ONCE": "4",
            "LOG_LEVEL": "debug",
            "LOG_FORMAT": "JSON",
            "DATA_DIR": "/var/lib/darkroom",
            "IMAGES_API_URL": "https://gateway.example/openai/",
            "IMAGES_TIMEOUT_S": "0.5",
        }
    )

    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.guilds == {123456789012345678, 223456789012345678}
    assert settings.operator_ids == (323456789012345678, 423456789012345678)
    assert (settings.user_install, settings.message_content) == (True, True)
    assert settings.limits.micro_usd_per_month == 2_505_000
    assert settings.terms == Terms(settings.limits, ask_above=250_000, queue_limit=50, waiting_per_member=3)
    assert (settings.member_at_once, settings.guild_at_once) == (1, 4)
    assert (settings.log_level, settings.log_format) == ("DEBUG", "json")
    assert settings.database_url == "sqlite+aiosqlite:////var/lib/darkroom/darkroom.db"
    assert settings.images_api_url == "https://gateway.example/openai"
    assert settings.images_timeout_s == 0.5


@pytest.mark.parametrize(
    ("given", "used"),
    [
        ("sqlite:///bot.db", "sqlite+aiosqlite:///bot.db"),
        ("postgres://u:p@db/darkroom", "postgresql+psycopg://u:p@db/darkroom"),
        ("postgresql://u:p@db/darkroom", "postgresql+psycopg://u:p@db/darkroom"),
    ],
)
def test_a_database_gets_its_driver(given: str, used: str) -> None:
    """A database may be named as its own documents name it; the driver is ours to know."""
    assert Settings.of({**ENOUGH, "DATABASE_URL": given}).database_url == used


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_TOKEN", "two words"),
        ("DISCORD_TOKEN", "töken"),
        ("IMAGES_API_KEY", "sk-line\nbreak"),
        ("IMAGES_API_URL", "images.example.com/v1"),
        ("IMAGES_API_URL", "ftp://api.openai.com"),
        ("IMAGES_API_URL", "https://api.openai.com/v1?key=1"),
        ("IMAGES_API_URL", "http://[::1"),
        ("IMAGES_API_URL", "http://localhost:99999"),
        ("IMAGES_API_URL", "https://me:sw0rd@gateway.example"),
        ("IMAGES_API_URL", "https://api.openai.com/v1?api-version=preview"),
        ("IMAGES_DIALECT", "klingon"),
        ("IMAGES_DIRECT", "perhaps"),
        ("IMAGES_MODEL", "gpt image"),
        ("IMAGES_TIMEOUT_S", "0"),
        ("IMAGES_TIMEOUT_S", "inf"),
        ("IMAGES_TIMEOUT_S", "soon"),
        ("DISCORD_API_URL", "wss://discord.com"),
        ("DISCORD_GATEWAY_URL", "https://discord.com"),
        ("DATABASE_URL", "mysql://db/darkroom"),
        ("DATABASE_URL", "sqlite://books.db"),
        ("DATABASE_URL", "books.db"),
        ("GUILDS", "My Server"),
        ("GUILDS", "-1"),
        ("OPERATOR_IDS", "mira"),
        ("USER_INSTALL", "perhaps"),
        ("MESSAGE_CONTENT", "2"),
        ("LIMIT_IMAGES_PER_DAY", "-1"),
        ("LIMIT_IMAGES_PER_DAY", "1.5"),
        ("LIMIT_IMAGES_PER_DAY", "9" * 30),
        ("LIMIT_USD_PER_MONTH", "$5"),
        ("LIMIT_USD_PER_MONTH", "nan"),
        ("LIMIT_USD_PER_MONTH", "-0.01"),
        ("LIMIT_USD_PER_MONTH", "0.0000001"),
        ("OPERATOR_USD_PER_MONTH", "1e30"),
        ("QUEUE_LIMIT", "0"),
        ("QUEUE_LIMIT", "many"),
        ("WAITING_PER_MEMBER", "0"),
        ("MEMBER_AT_ONCE", "0"),
        ("MEMBER_AT_ONCE", "2.5"),
        ("GUILD_AT_ONCE", "-1"),
        ("IDENTIFIES_PER_HOUR", "0"),
        ("RETENTION_DAYS", "0"),
        ("SHUTDOWN_GRACE_S", "-1"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
    ],
)
def test_a_wrong_value_gets_one_sentence(name: str, value: str) -> None:
    """A value that cannot be used is answered with one sentence that names the variable and does not repeat it."""
    sentence = refusal(**{name: value})

    assert re.fullmatch(rf"{name} has to be [^\n]+\.", sentence)
    assert len(value) < 4 or value not in sentence


@pytest.mark.parametrize("name", ["DISCORD_TOKEN", "IMAGES_API_KEY"])
def test_a_missing_secret_is_named(name: str) -> None:
    """Without the token or the key the sentence says which one is missing and where it comes from."""
    sentence = refusal(**{name: ""})

    assert sentence.startswith(f"{name} is missing: ")
    assert sentence.count("\n") == 0


def test_a_caller_may_need_no_secret() -> None:
    """`darkroom migrate` and the books need neither token nor key."""
    assert Settings.of({}, needs=()).images_model == "gpt-image-2"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("IMAGES_API_URL", "http://api.openai.com/v1"),
        ("IMAGES_API_URL", "http://8.8.8.8/v1"),
        ("DISCORD_API_URL", "http://discord.com/api/v10"),
        ("DISCORD_GATEWAY_URL", "ws://gateway.discord.gg"),
    ],
)
def test_a_key_does_not_cross_the_internet_in_the_clear(name: str, value: str) -> None:
    """A key is not sent unencrypted to a server outside."""
    assert refusal(**{name: value}).startswith(f"{name} would carry the key unencrypted")


@pytest.mark.parametrize(
    "host", ["127.0.0.1:8000", "[::1]:8000", "localhost", "192.168.1.20", "100.64.0.3", "sdcpp:7860", "gpu.lan"]
)
def test_a_server_of_ones_own_may_speak_plainly(host: str) -> None:
    """An image server on this machine or in a private network is reached without TLS."""
    assert Settings.of({**ENOUGH, "IMAGES_API_URL": f"http://{host}/v1"}).images_api_url == f"http://{host}/v1"


def test_the_environment_goes_before_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A variable of the environment is stronger than `.env`, an empty one is no value, and strangers are ignored."""
    file = tmp_path / ".env"
    file.write_text(
        f"DISCORD_TOKEN={TOKEN}\nIMAGES_API_KEY={KEY}  # ours\nIMAGES_MODEL=dall-e-2\nLOG_LEVEL=\nPATHS=1\n"
    )
    monkeypatch.setenv("IMAGES_MODEL", "gpt-image-1")
    monkeypatch.setenv("LOG_FORMAT", "")

    settings = Settings.read(file)

    assert settings.images_api_key.get_secret_value() == KEY
    assert (settings.images_model, settings.log_level, settings.log_format) == ("gpt-image-1", "INFO", "text")


def test_given_values_do_not_mix_with_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that are given say nothing of the environment or of `.env`: the sandbox cannot spend a real key."""
    (tmp_path / ".env").write_text(f"IMAGES_API_KEY={KEY}\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISCORD_TOKEN", TOKEN)

    settings = Settings.of({}, needs=())

    assert settings.secrets == ()


def test_an_unreadable_file_gets_a_sentence(tmp_path: Path) -> None:
    """A `.env` that is no text is refused with a sentence."""
    file = tmp_path / ".env"
    file.write_bytes(b"DISCORD_TOKEN=\xff\xfe\x00")

    with pytest.raises(SettingsWrong, match=r"\.env cannot be read"):
        Settings.read(file)


def test_secrets_are_not_shown() -> None:
    """Printing the settings shows no secret, and `secrets` lists every one, those inside addresses included."""
    settings = Settings.of(
        {
            **ENOUGH,
            "DATABASE_URL": "postgresql://darkroom:sw0rd%40fish@db/darkroom",
            "DISCORD_PROXY": "http://me:pr0xy-word@127.0.0.1:3128",
        }
    )

    assert set(settings.secrets) == {TOKEN, KEY, "sw0rd%40fish", "sw0rd@fish", "pr0xy-word"}
    assert not [secret for secret in settings.secrets if secret in f"{settings!r}{settings}"]


def test_the_example_names_every_setting_once() -> None:
    """`.env.example` and the settings are the same list, each with a comment, and an example's value is the default."""
    text = EXAMPLE.read_text()
    named = re.findall(r"^#? ?([A-Z_]+)=(.*)$", text, re.MULTILINE)
    commented = re.findall(r"^# [^\n]+\n#? ?[A-Z_]+=", text, re.MULTILINE)

    assert sorted(name for name, _ in named) == sorted(name.upper() for name in Settings.model_fields)
    assert len(commented) == len(named)
    defaults = Settings.of({}, needs=())
    assert Settings.of(dict(named), needs=()) == defaults
    assert defaults.limit_usd_per_month == Decimal(5)


TODAY = date(2026, 11, 20)


@pytest.mark.parametrize("dialect", dialect_names())
def test_one_provider_is_named_after_its_dialect(dialect: str) -> None:
    """Without a file there is one provider, in any dialect, and the model of the settings is its first."""
    settings = Settings.of({**ENOUGH, "IMAGES_DIALECT": dialect.upper(), "IMAGES_API_URL": "https://gateway.example"})
    setup = provider_entries(settings, TODAY)

    [provider] = setup.providers
    assert (provider.name, provider.dialect, provider.url) == (dialect, dialect, "https://gateway.example")
    assert provider.models[0] == settings.default_model == "gpt-image-2"
    assert setup.keys == {provider.key: KEY}
    assert list(read_shelf(setup.providers, setup.models)) == list(provider.models)


def test_the_group_direct_is_a_switch() -> None:
    """IMAGES_DIRECT says that the key is in the group that sells masks and several results in a call."""
    values = {**ENOUGH, "IMAGES_DIALECT": "anyfast", "IMAGES_API_URL": "https://www.anyfast.ai"}
    cards = {}
    for switch in ("off", "on"):
        setup = provider_entries(Settings.of({**values, "IMAGES_DIRECT": switch}), TODAY)
        [cards[switch]] = read_shelf(setup.providers)["gpt-image-2"]

    assert (cards["off"].mask, cards["off"].n_per_call) == (None, 1)
    assert cards["on"].takes_mask()
    assert cards["on"].n_per_call == 10


def test_a_vendor_offers_what_it_has() -> None:
    """At the maker's own address nothing is offered that is gone or was never sold there; a gateway may have it all."""
    at_vendor = provider_entries(Settings.of(ENOUGH), TODAY).providers[0].models
    later = provider_entries(Settings.of(ENOUGH), date(2026, 12, 1)).providers[0].models
    gateway = Settings.of({**ENOUGH, "IMAGES_API_URL": "https://gateway.example", "IMAGES_DIALECT": "newapi"})

    assert {"gpt-image-1", "dall-e-2", "gpt-image-2-c", "flux-kontext-pro"}.isdisjoint(at_vendor)
    assert set(at_vendor) - set(later) == {"gpt-image-1.5", "gpt-image-1-mini", "chatgpt-image-latest"}
    assert {"gpt-image-1", "dall-e-2", "gpt-image-2-c", "flux-kontext-pro"} <= set(
        provider_entries(gateway, TODAY).providers[0].models
    )


def test_a_model_that_was_asked_for_stays() -> None:
    """The model of the settings is offered even where it is gone: its end is told at the start and at the door."""
    setup = provider_entries(Settings.of({**ENOUGH, "IMAGES_MODEL": "gpt-image-1"}), TODAY)

    assert setup.providers[0].models[0] == "gpt-image-1"


@pytest.mark.parametrize("dialect", ["azure", "litellm", "sdcpp", "vllm_omni", "sglang"])
def test_a_server_with_names_of_its_own_gets_one_model(dialect: str) -> None:
    """Where the operator named the models, only the one of the settings can be there."""
    values = {**ENOUGH, "IMAGES_DIALECT": dialect, "IMAGES_API_URL": "https://gpu.example"}

    assert provider_entries(Settings.of(values), TODAY).providers[0].models == ("gpt-image-2",)


@pytest.mark.parametrize("dialect", ["litellm", "sdcpp", "vllm_omni", "sglang"])
def test_a_server_of_ones_own_may_ask_for_no_key(dialect: str) -> None:
    """No key is needed for a kind of server that runs without."""
    values = {"DISCORD_TOKEN": TOKEN, "IMAGES_DIALECT": dialect, "IMAGES_API_URL": "http://127.0.0.1:1234"}

    assert provider_entries(Settings.of(values), TODAY).keys == {"IMAGES_API_KEY": ""}


def test_a_model_without_a_card() -> None:
    """A model that nobody has described is refused with the way to describe it; an engine may serve any name."""
    assert re.fullmatch(
        r"IMAGES_MODEL names no model that I know\. These work: gpt-image-2, .*\. .* PROVIDERS_FILE\.",
        refusal(IMAGES_MODEL="gpt-image-9"),
    )
    own = {"IMAGES_MODEL": "qwen", "IMAGES_DIALECT": "sdcpp", "IMAGES_API_URL": "http://127.0.0.1:1234"}
    assert Settings.of({**ENOUGH, **own}).default_model == "qwen"


def test_a_deployment_of_azure_has_a_version() -> None:
    """The address of an Azure deployment may name the version of its API, and no other address any query."""
    url = "https://r.openai.azure.com/openai/deployments/d?api-version=2025-04-01-preview"
    values = {**ENOUGH, "IMAGES_API_URL": url, "IMAGES_DIALECT": "azure"}

    assert provider_entries(Settings.of(values), TODAY).providers[0].url == url


@pytest.mark.parametrize(
    ("url", "vendor"),
    [
        ("https://api.openai.com/v1", True),
        ("https://eu.api.openai.com/v1", True),
        ("https://api.openai.com.example/v1", False),
        ("https://notapi.openai.com", False),
        ("http://127.0.0.1:9", False),
    ],
)
def test_the_vendor_is_known_by_its_host(url: str, vendor: bool) -> None:
    """Only the maker's own hosts count as the maker."""
    provider = Provider("x", url, "X", "openai", ("gpt-image-2",))

    assert ProviderSetup((provider,), {}, {}, Options()).vendors == ({"x"} if vendor else set())


def test_a_default_that_its_vendor_has_switched_off() -> None:
    """The bot does not start with a model that is gone where it would be asked for, and a gateway may have it still."""
    values = {**ENOUGH, "IMAGES_MODEL": "gpt-image-1"}
    at_vendor = Settings.of(values)
    gateway = Settings.of({**values, "IMAGES_API_URL": "https://gateway.example", "IMAGES_DIALECT": "newapi"})

    with pytest.raises(SettingsWrong, match=r"^IMAGES_MODEL cannot be used: gpt-image-1 was switched off .* on 2026-"):
        usable_catalog(at_vendor, provider_entries(at_vendor, TODAY), TODAY)
    assert usable_catalog(gateway, provider_entries(gateway, TODAY), TODAY).default == "gpt-image-1"


def test_what_was_read_anew_holds_when_it_is_taken() -> None:
    """A key or limit that cannot be used after all changes nothing: until then all of the old ones hold."""
    old, new = Settings.of(ENOUGH), Settings.of({**ENOUGH, "LIMIT_IMAGES_PER_DAY": "3", "MEMBER_AT_ONCE": "9"})
    live = Live(old, lambda: new)

    fresh = live.reread()

    assert live.now is old
    assert live.take(fresh) == ("LIMIT_IMAGES_PER_DAY",)
    assert (live.now.limit_images_per_day, live.now.member_at_once) == (3, old.member_at_once)


@pytest.mark.parametrize(
    ("value", "place"),
    [
        ("", Bind("127.0.0.1", 9464)),
        ("0.0.0.0:80", Bind("0.0.0.0", 80)),
        (" [::1]:0 ", Bind("::1", 0)),
        ("Metrics.internal:65535", Bind("metrics.internal", 65_535)),
        ("off", None),
        ("OFF", None),
    ],
)
def test_the_operators_door_listens_where_it_is_told(value: str, place: Bind | None) -> None:
    """OPS_BIND is an address and a port, of this machine alone where it says nothing, or the word off."""
    assert Settings.of({**ENOUGH, "OPS_BIND": value}).ops_bind == place


def test_the_operators_door_is_read_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The environment's variable is taken as it is written, and not for JSON."""
    monkeypatch.setenv("OPS_BIND", "127.0.0.1:0")

    assert Settings.read(None, needs=()).ops_bind == Bind("127.0.0.1", 0)


def test_the_painters_page_is_off_until_it_has_an_address() -> None:
    """WEB_URL switches it on; it listens on this machine alone where nothing else is said."""
    settings = Settings.of({**ENOUGH, "WEB_URL": "https://paint.example.org/"})

    assert Settings.of(ENOUGH).web_url is None
    assert (settings.web_url, settings.web_bind) == ("https://paint.example.org", Bind("127.0.0.1", 8080))
    assert Settings.of({**ENOUGH, "WEB_URL": "http://127.0.0.1:8080"}).web_url == "http://127.0.0.1:8080"


@pytest.mark.parametrize("value", ["http://paint.example.org", "http://8.8.8.8:8080"])
def test_links_do_not_travel_in_the_clear(value: str) -> None:
    """Whoever reads a link can use it, so the page is reached by https or inside of a network."""
    assert refusal(WEB_URL=value) == "WEB_URL has to begin with https:// where the page is not in your own network."


@pytest.mark.parametrize(
    "value",
    ["9464", ":9464", "127.0.0.1", "127.0.0.1:65536", "127.0.0.1:-1", "::1:9464", "[::x]:1", "http://a:1", "on"],
)
def test_no_place_for_the_operators_door(value: str) -> None:
    """What is neither an address with a port nor off is refused with a sentence that does not repeat it."""
    assert refusal(OPS_BIND=value) == "OPS_BIND has to be an address and a port such as 127.0.0.1:9464, or off."
