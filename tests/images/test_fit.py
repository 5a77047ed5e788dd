"""Which encodings are tried, in which order."""

import pytest

from bot.images.fit import encodings


@pytest.mark.parametrize(
    ("formats", "has_alpha", "lossy", "expected"),
    [
        (("png", "jpeg", "webp"), False, False, ("png", "jpeg", "jpeg", "jpeg", "jpeg")),
        (("png", "jpeg", "webp"), False, True, ("jpeg", "jpeg", "jpeg", "jpeg")),
        (("png", "jpeg", "webp"), True, False, ("png", "webp", "webp", "webp", "webp")),
        (("png", "jpeg", "webp"), True, True, ("webp", "webp", "webp", "webp")),
        (("png", "jpeg"), True, True, ("png",)),
        (("png",), False, True, ("png",)),
        (("jpeg",), True, False, ("jpeg",)),
    ],
)
def test_order(formats: tuple[str, ...], has_alpha: bool, lossy: bool, expected: tuple[str, ...]) -> None:
    """Lossless pictures stay lossless while they can, alpha is kept where the card allows, quality only falls."""
    tries = encodings(formats, has_alpha=has_alpha, lossy=lossy)

    assert tuple(encoding.format for encoding in tries) == expected
    assert [encoding.quality for encoding in tries] == sorted((e.quality for e in tries), reverse=True)
