"""PROVIDERS_FILE: what it may say, what is refused and with which sentence, and where its keys are found."""

import dataclasses
from pathlib import Path

import pytest

from bot.domain.catalog import Provider, read_shelf
from bot.domain.request import Options
from bot.settings import Settings, SettingsWrong, provider_entries

KEY = "sk-proj-a-key-that-is-none-at-all"
OTHER_KEY = "sk-another-key-that-is-none"
OPENAI = """
[[providers]]
name = "openai"
url = "https://api.openai.com/v1"
key = "OPENAI_KEY"
dialect = "openai"
models = ["gpt-image-2", "gpt-image-2.5-flare"]
"""
ANYFAST = """
[[providers]]
name = "anyfast"
url = "https://www.anyfast.ai/"
key = "ANYFAST_KEY"
dialect = "AnyFast"
models = ["gpt-image-2"]
direct = true
concurrency = 2
images_per_minute = 5
result_hosts = ["cdn.example.com"]
"""
CELLAR = """
[[providers]]
name = "cellar"
url = "http://127.0.0.1:1234"
dialect = "sdcpp"
models = ["qwen-image-edit"]
"""
KEYS = {"OPENAI_KEY": KEY, "ANYFAST_KEY": OTHER_KEY}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where the file lies."""
    return tmp_path / "providers.toml"


def settings_of(file: Path, text: str, **values: str) -> Settings:
    """The settings with a file of this text."""
    file.write_text(text)
    return Settings.of({**KEYS, "PROVIDERS_FILE": str(file), **values}, needs=("IMAGES_API_KEY",))


def refusal(file: Path, text: str, **values: str) -> str:
    """The sentence that refuses it, without the file's name."""
    with pytest.raises(SettingsWrong) as caught:
        settings_of(file, text, **values)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")
    assert KEY not in str(caught.value)
    return str(caught.value).replace(str(file), "FILE")


def test_providers_keep_their_order_and_their_lines(file: Path) -> None:
    """Every line of a provider arrives, tidied where spelling means nothing, in the order of the file."""
    setup = provider_entries(settings_of(file, OPENAI + ANYFAST))

    openai, anyfast = setup.providers
    assert setup.concurrency == openai.concurrency + anyfast.concurrency
    assert openai == Provider(
        "openai", "https://api.openai.com/v1", "OPENAI_KEY", "openai", ("gpt-image-2", "gpt-image-2.5-flare")
    )
    assert anyfast == Provider(
        name="anyfast",
        url="https://www.anyfast.ai",
        key="ANYFAST_KEY",
        dialect="anyfast",
        models=("gpt-image-2",),
        direct=True,
        concurrency=2,
        images_per_minute=5,
        result_hosts=("cdn.example.com",),
    )
    assert setup.keys == KEYS
    shelf = read_shelf(setup.providers, setup.models)
    assert [card.provider for card in shelf["gpt-image-2"]] == ["openai", "anyfast"]


def test_defaults_and_cards_arrive(file: Path) -> None:
    """What the operator chose for members, and the lines of the cards that were changed."""
    text = OPENAI + '[models."gpt-image-2"]\nmax_n = 4\n[defaults]\nquality = "low"\nn = 2\nstream = true\n'
    setup = provider_entries(settings_of(file, text))

    assert setup.defaults == Options(quality="low", n=2, stream=True)
    assert read_shelf(setup.providers, setup.models)["gpt-image-2"][0].max_n == 4


def test_the_default_model(file: Path) -> None:
    """Without IMAGES_MODEL it is the first of the first provider; with it, that one, if it is to be had."""
    assert settings_of(file, CELLAR + OPENAI).default_model == "qwen-image-edit"
    assert settings_of(file, CELLAR + OPENAI, IMAGES_MODEL="gpt-image-2").default_model == "gpt-image-2"

    sentence = refusal(file, OPENAI, IMAGES_MODEL="gpt-image-1")
    assert sentence == "IMAGES_MODEL has to be one of the models of FILE: gpt-image-2, gpt-image-2.5-flare."


def test_keys_come_from_env_and_environment(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key is looked for in the environment, then in `.env`; all of them are secrets, and none is shown."""
    file.write_text(OPENAI + ANYFAST)
    (tmp_path / ".env").write_text(
        f"PROVIDERS_FILE={file}\nANYFAST_KEY={OTHER_KEY}\nOPENAI_KEY=sk-an-older-key-of-openai\n"
    )
    monkeypatch.setenv("OPENAI_KEY", KEY)

    settings = Settings.read(tmp_path / ".env", needs=("IMAGES_API_KEY",))

    assert settings.key_named("OPENAI_KEY").get_secret_value() == KEY
    assert settings.key_named("ANYFAST_KEY").get_secret_value() == OTHER_KEY
    assert {KEY, OTHER_KEY} <= set(settings.secrets)
    shown = f"{settings!r}{settings}{provider_entries(settings)!r}"
    assert [key for key in settings.secrets if key in shown] == []


def test_given_settings_find_no_key_of_the_environment(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that are given look for the keys among what was given: nothing else can be spent."""
    file.write_text(OPENAI)
    monkeypatch.setenv("OPENAI_KEY", KEY)

    settings = Settings.of({"PROVIDERS_FILE": str(file)}, needs=())

    assert settings.key_named("OPENAI_KEY").get_secret_value() == ""
    assert settings.secrets == ()


def test_no_key_beside_the_file_is_needed(file: Path) -> None:
    """With the file IMAGES_API_KEY is not needed, and a server that asks for no key needs none at all."""
    setup = provider_entries(settings_of(file, CELLAR))

    assert setup.keys == {"": ""}
    assert setup.providers[0].key == ""


def test_a_missing_key_is_named(file: Path) -> None:
    """A key that nobody set is asked for by its name and that of its provider, unless the caller needs no key."""
    sentence = refusal(file, OPENAI, OPENAI_KEY="")

    assert sentence == "OPENAI_KEY is missing: FILE names it for openai; put it into .env."
    assert Settings.of({"PROVIDERS_FILE": str(file)}, needs=()).default_model == "gpt-image-2"


def test_a_key_that_is_none_is_not_repeated(file: Path) -> None:
    """A key with white space in it is refused by its name only."""
    assert refusal(file, OPENAI, OPENAI_KEY=f"{KEY} {KEY}") == "OPENAI_KEY has to be a provider's key, without spaces."


def line(text: str, old: str) -> str:
    """OPENAI with one line in another's place."""
    assert old in OPENAI
    return OPENAI.replace(old, text)


WRONG = {
    "": "FILE needs at least one provider",
    "[[providers": "FILE is not in TOML",
    "providers = 3": "FILE needs at least one provider",
    f"{OPENAI}[colours]\n": "FILE has a part that I don't know: colours",
    f"{OPENAI}{OPENAI}": "FILE has two providers of the name openai",
    line("", 'name = "openai"\n'): "FILE: the provider number 1 needs a line for name.",
    line("", 'models = ["gpt-image-2", "gpt-image-2.5-flare"]'): "FILE: the provider openai needs a line for models.",
    line("", 'key = "OPENAI_KEY"\n'): "FILE: the provider openai needs a line for key.",
    f"{OPENAI}speed = 3\n": "FILE: the provider openai has a line that I don't know: speed.",
    line('name = "Open AI"', 'name = "openai"'): "FILE: the provider Open AI has a wrong name: it has to be a short",
    line('"klingon"', '"openai"\nmodels'): "FILE is not in TOML",
    line('dialect = "klingon"', 'dialect = "openai"'): "FILE: the provider openai has a wrong dialect: it has to be",
    line(f'key = "{KEY}"', 'key = "OPENAI_KEY"'): "FILE: the provider openai has a wrong key: it has to be the name",
    line('key = "DISCORD_TOKEN"', 'key = "OPENAI_KEY"'): "FILE: the provider openai has a wrong key: DISCORD_TOKEN",
    line('models = "gpt-image-2"', 'models = ["gpt-image-2", "gpt-image-2.5-flare"]'): "has a wrong models: it has to",
    line('models = ["a b"]', 'models = ["gpt-image-2", "gpt-image-2.5-flare"]'): "has a wrong models: it has to be",
    line('["gpt-image-2", "gpt-image-2"]', '["gpt-image-2", "gpt-image-2.5-flare"]'): "names a model twice",
    line('["gpt-image-9"]', '["gpt-image-2", "gpt-image-2.5-flare"]'): "FILE: There is no card for gpt-image-9",
    line("http://api.openai.com", "https://api.openai.com"): "the provider openai would carry the key unencrypted",
    line("https://me:word@api.openai.com", "https://api.openai.com"): "the provider openai has a wrong url",
    line("api.openai.com/v1?api-version=1", "api.openai.com/v1"): "the provider openai has a wrong url",
    f"{OPENAI}concurrency = 0\n": "has a wrong concurrency: it has to be a whole number from 1 to 1000",
    f'{OPENAI}concurrency = "many"\n': "has a wrong concurrency",
    f"{OPENAI}direct = 1\n": "has a wrong direct: it has to be true or false",
    f'{OPENAI}result_hosts = ["https://cdn.example.com/"]\n': "has a wrong result_hosts",
    f"{OPENAI}[models]\nmax_n = 4\n": "FILE: the card of max_n has to be a table",
    f'{OPENAI}[models."gpt-image-3"]\nlike = "gpt-image-2"\n': "FILE: there is a card of gpt-image-3, and no provider",
    f'{OPENAI}[models."gpt-image-2"]\nmax_n = "many"\n': "FILE: The card of gpt-image-2 at openai cannot be read",
    f'{OPENAI}[defaults]\nquality = "hihg"\n': "FILE: the table [defaults] has a quality that none of the models",
    f'{OPENAI}[defaults]\nsize = "1000x1000"\n': "FILE: the table [defaults] has a size that none of the models",
    f"{OPENAI}[defaults]\noutput_compression = 101\n": "FILE: the table [defaults] has a wrong output_compression",
    f'{OPENAI}[defaults]\nmodel = "x"\n': "FILE: the table [defaults] has a line that I don't know: model.",
}


@pytest.mark.parametrize(("text", "sentence"), WRONG.items(), ids=[str(number) for number in range(len(WRONG))])
def test_a_wrong_line_gets_one_sentence(file: Path, text: str, sentence: str) -> None:
    """What cannot be used is answered with one sentence that names the file and the place."""
    assert sentence in refusal(file, text)


def test_one_deployment_is_one_model(file: Path) -> None:
    """An address of an Azure deployment names the model by itself, so a second one there would be a lie."""
    azure = line("https://r.openai.azure.com/openai/deployments/d?api-version=preview", "https://api.openai.com/v1")
    azure = azure.replace('dialect = "openai"', 'dialect = "azure"')

    assert "can have one model only" in refusal(file, azure)
    one = azure.replace(', "gpt-image-2.5-flare"', "")
    assert provider_entries(settings_of(file, one)).providers[0].url.endswith("?api-version=preview")


def test_a_default_that_needs_company(file: Path) -> None:
    """A compression is a possible default although it needs a format beside it."""
    setup = provider_entries(settings_of(file, f"{OPENAI}[defaults]\noutput_compression = 80\n"))

    assert setup.defaults.output_compression == 80


def test_a_file_that_is_not_there(file: Path) -> None:
    """A file that cannot be read is named."""
    with pytest.raises(SettingsWrong, match=r"PROVIDERS_FILE names .* cannot be read"):
        Settings.of({**KEYS, "PROVIDERS_FILE": str(file)}, needs=())


def test_every_line_of_a_provider_can_be_written(file: Path) -> None:
    """The file has a line for every field that a provider has."""
    written = {line.split(" =")[0] for line in ANYFAST.strip().splitlines()[1:]}

    assert written == {field.name for field in dataclasses.fields(Provider)}
