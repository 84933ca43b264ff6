"""Writes packages/kd-data/src/testing/fixtures/tar-{ustar,gnu,pax}.tar.gz: the same files in the three formats of tar.

    python bench/data/make-tar-fixtures.py
"""

import io
import tarfile
from pathlib import Path

FOLDER = Path(__file__).parents[2] / "packages/kd-data/src/testing/fixtures"
FORMATS = {"ustar": tarfile.USTAR_FORMAT, "gnu": tarfile.GNU_FORMAT, "pax": tarfile.PAX_FORMAT}
# 149 characters: the prefix of ustar holds the folder; the names of GNU tar and pax are in a header of their own.
LONG = "/".join(["data", "folder-" + "x" * 60, "n" * 60 + "-00000001.JPEG"])
FILES = {"./train/a/1.jpg": b"first", "train/b/empty.jpg": b"", "train/a/large.jpg": bytes(range(256)) * 5, LONG: b"long"}
# Only pax says in what encoding names are.
PAX_ONLY = {"train/\u00e9t\u00e9/" + "y" * 200 + ".jpg": b"summer"}


def main() -> None:
    for name, form in FORMATS.items():
        with tarfile.open(FOLDER / f"tar-{name}.tar.gz", "w:gz", format=form) as archive:
            folder = tarfile.TarInfo("train")
            folder.type = tarfile.DIRTYPE
            archive.addfile(folder)
            for path, content in {**FILES, **(PAX_ONLY if name == "pax" else {})}.items():
                entry = tarfile.TarInfo(path)
                entry.size = len(content)
                archive.addfile(entry, io.BytesIO(content))


main()
