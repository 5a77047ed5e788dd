"""What a file is by its first bytes; its name and announced type say nothing."""

SNIFFED_BYTES = 1024

_PICTURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (8, b"WEBP", "webp"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
)

_OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF", "PDF"),
    (0, b"%!PS", "EPS"),
    (0, b"\xc5\xd0\xd3\xc6", "EPS"),
    (0, b"8BPS", "PSD"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"II+\0", "TIFF"),
    (0, b"MM\0+", "TIFF"),
    (0, b"BM", "BMP"),
    (8, b"avif", "AVIF"),
    (8, b"avis", "AVIF"),
    (8, b"heic", "HEIC"),
    (8, b"heix", "HEIC"),
    (8, b"heim", "HEIC"),
    (8, b"hevc", "HEIC"),
    (8, b"mif1", "HEIC"),
    (8, b"msf1", "HEIC"),
    (4, b"ftyp", "MP4"),
    (4, b"jP  \r\n", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (4, b"JXL \r\n", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"DDS ", "DDS"),
    (0, b"BLP1", "BLP"),
    (0, b"BLP2", "BLP"),
    (0, b"\0\0\1\0", "ICO"),
    (0, b"PK\3\4", "ZIP"),
    (0, b"\x1f\x8b", "GZIP"),
    (0, b"7z\xbc\xaf", "7Z"),
    (0, b"Rar!", "RAR"),
    (0, b"\x7fELF", "ELF"),
    (0, b"MZ", "EXE"),
    (0, b"\x1a\x45\xdf\xa3", "WEBM"),
    (0, b"OggS", "OGG"),
    (0, b"ID3", "MP3"),
)

_MARKUP: tuple[tuple[bytes, str], ...] = (
    (b"<svg", "SVG"),
    (b"<!doctype html", "HTML"),
    (b"<html", "HTML"),
    (b"<script", "HTML"),
    (b"push graphic-context", "MVG"),
    (b"<?xml", "XML"),
)


def picture_format(head: bytes) -> str | None:
    """Which of the formats that we open these first bytes begin, or None."""
    return _by_magic(head, _PICTURES)


def found(head: bytes) -> str:
    """What these first bytes look like, in a word for the sentence of a refusal."""
    return _by_magic(head, _OTHERS) or _by_text(head) or "nothing I know"


def _by_magic(head: bytes, table: tuple[tuple[int, bytes, str], ...]) -> str | None:
    return next((name for at, magic, name in table if head[at : at + len(magic)] == magic), None)


def _by_text(head: bytes) -> str | None:
    lowered = head.lower()
    for opening, name in _MARKUP:
        if opening in lowered:
            return name
    return "text" if _is_text(head) else None


def _is_text(head: bytes) -> bool:
    if len(head) < 2:
        return False
    try:
        text = head.decode()
    except UnicodeDecodeError as exc:
        if exc.start < len(head) - 4:  # a character may be cut by the end of what was read
            return False
        text = head[: exc.start].decode()
    return all(letter.isprintable() or letter in "\r\n\t\f\ufeff" for letter in text)
