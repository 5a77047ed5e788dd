"""What is said beside the pictures of an edit: what they are, what was done to them, and which could not be posted."""

from bot.domain.job import Job, ignored_mask, lock_failed, lock_impossible, size_failed
from bot.words.amounts import MIB, dollars, duration, megabytes
from bot.words.escape import shown
from bot.words.language import language, marked
from bot.words.status import DOT, title, version

# How a lighter copy was made, by the name of its rung.
LIGHTER = {
    "lossless": marked(
        "{name} is the same picture as lossless WebP: the original has {size} MB, over the limit of {limit} MB here, "
        "and is kept."
    ),
    "webp": marked(
        "{name} is a lighter copy as WebP: the original has {size} MB, over the limit of {limit} MB here, and is kept."
    ),
    "jpeg": marked(
        "{name} is a lighter copy as JPEG: the original has {size} MB, over the limit of {limit} MB here, and is kept."
    ),
    "smaller": marked(
        "{name} is a copy with fewer pixels: the original has {size} MB, over the limit of {limit} MB here, "
        "and is kept."
    ),
}
EXHIBITS = {"comparison": marked("before and after"), "untouched": marked("as the model made it")}


def result_line(job: Job, part: int, parts: int, locale: str, *, titled: bool, made_of: int | None = None) -> str:
    """ "v1 · gpt-image-2 · 1024x1024 · 14 s · $0.05 · edited by AI", and what became of the mask and size.

    `titled` where the place is not this edit's own thread; `made_of` is its base where that is not the version before.
    """
    words = language(locale)
    start, by_ai = [title(job.id, locale)] if titled else [], words.gettext("edited by AI")
    if part:
        more = words.gettext("message {part} of {parts}").format(part=part + 1, parts=parts)
        return DOT.join((*start, version(job), by_ai, more))
    sizes = dict.fromkeys(f"{picture.width}x{picture.height}" for picture in job.results)
    which, model, took = _lineage(job, made_of, locale), shown(job.request.model), _took(job, locale)
    facts = (which, _count(job, locale), model, ", ".join(sizes), took)
    said = (*start, *(fact for fact in facts if fact), dollars(job.charged, locale), by_ai)
    return "\n".join((DOT.join(said), *_mask_lines(job, locale), *_size_lines(job, locale)))


def exhibit_line(job: Job, exhibit: str, part: int, parts: int, locale: str) -> str:
    """ "Edit #7 · before and after · edited by AI"."""
    words = language(locale)
    said = [title(job.id, locale), words.gettext(EXHIBITS[exhibit]), words.gettext("edited by AI")]
    if part:
        said.append(words.gettext("message {part} of {parts}").format(part=part + 1, parts=parts))
    return DOT.join(said)


def kept_line(name: str, size: int, limit: int | None, locale: str) -> str:
    """What is said instead of a picture that Discord does not take: `size` and `limit` in bytes, None if unknown."""
    words = language(locale)
    if limit is None:
        sentence = words.gettext("{name} is {size} MB, more than Discord takes here; it is kept.")
        return sentence.format(name=shown(name), size=megabytes(size))
    sentence = words.gettext("{name} is {size} MB, over the limit of {limit} MB here; it is kept.")
    return sentence.format(name=shown(name), size=megabytes(size), limit=limit // MIB)


def lighter_line(name: str, size: int, limit: int, rung: str, locale: str) -> str:
    """What is said of a picture that is posted as a lighter copy: `size` of the original and `limit` in bytes."""
    sentence = language(locale).gettext(LIGHTER[rung])
    return sentence.format(name=shown(name), size=megabytes(size), limit=limit // MIB)


def gone_line(name: str, locale: str) -> str:
    """What is said instead of a picture whose file was swept."""
    return language(locale).gettext("{name} is no longer on my disk.").format(name=shown(name))


def _mask_lines(job: Job, locale: str) -> list[str]:
    words, lines = language(locale), []
    impossible, failed = lock_impossible(job), lock_failed(job)
    if ignored_mask(job):
        put_back = job.request.mask_wish.lock and not impossible and not failed
        ignored = words.gettext("This provider ignored the mask.")
        restored = words.gettext("This provider ignored the mask; I put your picture back outside it.")
        lines.append(restored if put_back else ignored)
    if impossible:
        sentence = words.ngettext(
            "The result has another shape than your picture, so it could not be put back outside the mask.",
            "Results of another shape than your picture could not be put back outside the mask.",
            len(job.results),
        )
        lines.append(sentence)
    if failed:
        lines.append(words.gettext("Something went wrong, so your picture could not be put back outside the mask."))
    return lines


def _size_lines(job: Job, locale: str) -> list[str]:
    failed = language(locale).gettext("Something went wrong, so not every result has the size of your picture.")
    return [failed] if size_failed(job) else []


def _lineage(job: Job, made_of: int | None, locale: str) -> str:
    """ "v1", or "v3 from v1"."""
    if made_of is None:
        return version(job)
    return language(locale).gettext("{version} from {base}").format(version=version(job), base=f"v{made_of}")


def _count(job: Job, locale: str) -> str:
    """How many came, where that is fewer than were asked for."""
    made, asked = len(job.results), job.request.options.n
    if made >= asked:
        return ""
    return language(locale).gettext("{made} of {asked} pictures").format(made=made, asked=asked)


def _took(job: Job, locale: str) -> str:
    began = job.sent_at if job.sent_at is not None else job.placed_at
    return duration(job.ended_at - began, locale) if job.ended_at is not None else ""
