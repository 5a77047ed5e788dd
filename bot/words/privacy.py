"""What `/privacy` says: what is in the file, what deleting means before it is done, and that it was done."""

from bot.words.language import language


def exported(locale: str) -> str:
    """Beside the file."""
    return language(locale).gettext(
        "This is everything that I keep about you. Pictures are only named in it: they are in the messages that I "
        "posted, and for a while on my disk."
    )


def question(locale: str) -> str:
    """What is asked before anything is deleted."""
    return language(locale).gettext(
        "Shall I delete what I keep about you? Your prompts, the names of your files, your pictures on my disk and "
        "where they were posted are gone for good, and the buttons of your edits stop working.\n"
        "Without your name I keep what was made and spent, for the books. Under your id I keep what was decided about "
        "you, and what you have used of an allowance until it starts afresh.\n"
        "Messages in Discord stay until you or somebody who moderates there deletes them."
    )


def forgotten(locale: str) -> str:
    """What a yes came to."""
    return language(locale).gettext("Done: it is deleted. Your pictures leave my disk within two hours.")


def sharing(locale: str, *, shares: bool) -> str:
    """What a choice of `/privacy sharing` came to."""
    words = language(locale)
    if shares:
        return words.gettext("Done: others may edit pictures that you have posted, where the server lets them.")
    return words.gettext(
        "Done: nobody but you can have me edit pictures that you have posted, in any server. Edits that were asked for "
        "before are not stopped."
    )
