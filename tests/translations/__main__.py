"""`python -m tests.translations`: extracts the template, updates the catalogues, or checks them."""

import sys

from bot.words.language import CATALOGUES, catalogue_file
from tests.translations import catalogues, faults
from tests.translations.messages import Message, gather
from tests.translations.unused import unused

USAGE = "python -m tests.translations extract | update | check [--complete]"


def main(arguments: list[str]) -> int:
    """Do it; 0 where all is well, 1 where something has to be mended, 2 for a wrong call."""
    match arguments:
        case ["extract"]:
            _extract(gather())
        case ["update"]:
            _update(gather())
        case ["check"]:
            return _check(gather(), complete=False)
        case ["check", "--complete"]:
            return _check(gather(), complete=True)
        case _:
            sys.stderr.write(f"{USAGE}\n")
            return 2
    return 0


def _extract(messages: tuple[Message, ...]) -> None:
    catalogues.TEMPLATE.parent.mkdir(parents=True, exist_ok=True)
    catalogues.TEMPLATE.write_text(catalogues.template(messages), encoding="utf-8")


def _update(messages: tuple[Message, ...]) -> None:
    _extract(messages)
    for name in catalogues.NAMES:
        file = catalogue_file(CATALOGUES, name)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(catalogues.updated(messages, catalogues.read(name), name), encoding="utf-8")
        missing = sum(1 for _ in faults.missing(messages, catalogues.read(name)))
        sys.stdout.write(f"{name}: {len(messages) - missing} of {len(messages)} messages\n")


def _check(messages: tuple[Message, ...], *, complete: bool) -> int:
    found = [*faults.inconsistent(messages), *faults.unfit_names()]
    if complete:
        found = [*faults.incomplete(messages), *unused(), *found]
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
