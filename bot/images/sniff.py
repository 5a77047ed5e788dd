"""What a file is by its first bytes; its name and announced type say nothing."""

import re

SNIFFED_BYTES = 2064

Table = tuple[tuple[int, bytes, str], ...]

_RAW = "a camera's raw file"

_PICTURES: Table = (
    (0, b"\x89PNG\r\n\x1a\n", "png"),
    (0, b"\xff\xd8\xff", "jpeg"),
    (8, b"WEBP", "webp"),
    (0, b"GIF87a", "gif"),
    (0, b"GIF89a", "gif"),
    (0, b"BM", "bmp"),
    (0, b"II*\0", "tiff"),
    (0, b"MM\0*", "tiff"),
)

# A file of boxes says what it is by its brand, or, where that one is general, by those that it is compatible with.
_BRANDS = {
    **dict.fromkeys((b"avif", b"avis"), "avif"),
    **dict.fromkeys((b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs"), "heic"),
}
_GENERAL = (b"mif1", b"msf1")
_FOREIGN_BRANDS: Table = (
    (8, b"crx ", _RAW),
    (8, b"qt  ", "MOV"),
    (8, b"M4A ", "M4A"),
    (8, b"mif1", "HEIF"),
    (8, b"msf1", "HEIF"),
    (8, b"mif2", "HEIF"),
    (8, b"avci", "HEIF"),
    (8, b"avcs", "HEIF"),
)

_OTHERS: Table = (
    (0, b"%PDF", "PDF"),
    (0, b"%!PS", "EPS"),
    (0, b"\xc5\xd0\xd3\xc6", "EPS"),
    (0, b"8BPS", "PSD"),
    (0, b"gimp xcf", "XCF"),
    (0, b"II+\0", "BigTIFF"),
    (0, b"MM\0+", "BigTIFF"),
    (0, b"IIRO", _RAW),
    (0, b"IIRS", _RAW),
    (0, b"MMOR", _RAW),
    (0, b"IIU\0", _RAW),
    (0, b"FUJIFILMCCD-RAW", _RAW),
    (6, b"HEAPCCDR", _RAW),
    (0, b"FOVb", _RAW),
    (0, b"\0MRM", _RAW),
    (0, b"II\xbc\1", "JPEG XR"),
    (4, b"jP  \r\n", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (4, b"JXL \r\n", "JPEG XL"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\x76\x2f\x31\1", "EXR"),
    (0, b"#?RADIANCE", "HDR"),
    (0, b"DDS ", "DDS"),
    (0, b"BLP1", "BLP"),
    (0, b"BLP2", "BLP"),
    (0, b"\0\0\1\0", "ICO"),
    (0, b"\0\0\2\0\0\0\0\0\0\0\0\0", "TGA"),
    (0, b"\0\0\x0a\0\0\0\0\0\0\0\0\0", "TGA"),
    (0, b"\0\0\3\0\0\0\0\0\0\0\0\0", "TGA"),
    (0, b"\0\0\2\0", "CUR"),
    (0, b"icns", "ICNS"),
    (0, b"qoif", "QOI"),
    (0, b"SIMPLE  =", "FITS"),
    (0, b"\1\xda", "SGI"),
    (0, b"\x0a\2\1", "PCX"),
    (0, b"\x0a\3\1", "PCX"),
    (0, b"\x0a\5\1", "PCX"),
    (0, b"/* XPM", "XPM"),
    (2048, b"PCD_IPI", "PCD"),
    (0, b"PCD_OPA", "PCD"),
    (0, b"\xd7\xcd\xc6\x9a", "WMF"),
    (40, b" EMF", "EMF"),
    (128, b"DICM", "DICOM"),
    (0, b"AT&TFORM", "DJVU"),
    (0, b"PK\3\4", "ZIP"),
    (0, b"\x1f\x8b", "GZIP"),
    (0, b"7z\xbc\xaf", "7Z"),
    (0, b"Rar!", "RAR"),
    (0, b"\x7fELF", "ELF"),
    (0, b"MZ", "EXE"),
    (0, b"\x1a\x45\xdf\xa3", "WEBM"),
    (8, b"AVI LIST", "AVI"),
    (8, b"WAVEfmt", "WAV"),
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
_NETPBM = re.compile(rb"P[1-7]\s(?:\s|#[^\n]*\n|WIDTH)*\d|P7\nWIDTH|P[Ff]\n\d")
_XBM = re.compile(rb"(?:/\*.*?\*/\s*)?#define\s+\w*_?width\s+\d", re.DOTALL)


def picture_format(head: bytes) -> str | None:
    """Which of the formats that we open these first bytes begin, or None."""
    if head[4:8] == b"ftyp":
        return _by_brand(head)
    format_ = _by_magic(head, _PICTURES)
    return None if format_ == "bmp" and _is_text(head) else format_


def found(head: bytes) -> str:
    """What these first bytes look like, in a word for the sentence of a refusal."""
    if head[4:8] == b"ftyp":
        return _by_magic(head, _FOREIGN_BRANDS) or "MP4"
    return _by_magic(head, _OTHERS) or _by_text(head) or "nothing I know"


def _by_magic(head: bytes, table: Table) -> str | None:
    return next((name for at, magic, name in table if head[at : at + len(magic)] == magic), None)


def _by_brand(head: bytes) -> str | None:
    """A general brand stands for what the compatible ones say, and for nothing without them."""
    major = head[8:12]
    if major not in _GENERAL:
        return _BRANDS.get(major)
    end = min(int.from_bytes(head[:4], "big"), len(head))
    return next((_BRANDS[brand] for at in range(16, end, 4) if (brand := head[at : at + 4]) in _BRANDS), None)


def _by_text(head: bytes) -> str | None:
    lowered = head.lower()
    for opening, name in _MARKUP:
        if opening in lowered:
            return name
    if _NETPBM.match(head):
        return "PPM"
    if _XBM.match(head):
        return "XBM"
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
