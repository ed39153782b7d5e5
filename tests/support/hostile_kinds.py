"""Kinds of hostile inputs: each writes what it needs into a folder and names a command on it."""

from __future__ import annotations

import io
import json
import os
import random
import sqlite3
import struct
import zipfile
import zlib
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path

import av
import numpy as np

from vostool.frames import SourceRef
from vostool.io.project.file import create
from vostool.masks.mask import Mask, MaskRecord, Provenance
from vostool.project import edits
from vostool.project.project import Project
from vostool.project.prompts import Point, Prompts

Words = Sequence[str | Path]
ENDINGS = ("mp4", "mov", "png", "vos", "json", "xml", "zip", "toml", "txt", "avi", "")
KEPT = ("--engine", "flow", "--project", "q.vos")
LABELS = ("json", "xml", "zip", "txt", "csv", "ndjson")


class Folder:
    """A place for one input, with a seeded random source."""

    def __init__(self, path: Path, rng: random.Random) -> None:
        self.path, self.rng = path, rng

    def file(self, name: str, data: bytes | str) -> Path:
        place = self.path / name
        place.write_bytes(data.encode() if isinstance(data, str) else data)
        return place

    def name(self, endings: Sequence[str] = ENDINGS) -> str:
        return f"a.{self.rng.choice(endings)}".rstrip(".")

    def video(self) -> Path:
        """A good video of eight frames."""
        place = self.path / "good.mkv"
        with av.open(str(place), "w") as container:
            stream = container.add_stream("mpeg4", rate=25)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for index in range(8):
                pixels = np.full((48, 64, 3), 20 * index, np.uint8)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(pixels, format="rgb24")))
            container.mux(stream.encode())
        return place

    def project(self) -> Path:
        """A project of three objects, a mask each, on a video that is not there."""
        source = SourceRef(self.path / "gone.mp4", "video", 9, "00", 64, 48, 20, 25.0)
        project = Project(source)
        record = MaskRecord(Mask.from_array(np.ones((48, 64), bool)), Provenance.TRACKED, 0.5)
        for oid in (1, 2, 3):
            project.apply(edits.add_object(project, f"name {oid}")[0])
            project.apply(edits.set_masks(project, [((0, oid), record)], "Masks"))
        project.apply(edits.set_prompts(project, 0, 1, Prompts((Point(1, 1),)), "Click"))
        place = self.path / "p.vos"
        create(place, project).close()
        return place

    def command(self, path: Path | str) -> Words:
        """One of the commands that open a path that somebody names."""
        named = os.fspath(path)
        return self.rng.choice(
            [
                ("info", named), ("info", named, "--json"),
                ("track", named, "--box", "0:1:1,1,9,9", *KEPT),
                ("export", named, "--format", "coco", "--out", "out"),
                ("batch", named, "--check"), ("export", "--recipe", named),
                self.imported(named),
            ]
        )  # fmt: skip

    def imported(self, labels: Path | str) -> Words:
        return ("import", "new.vos", labels, "--video", self.video())


def pipe(folder: Folder) -> Words:
    place = folder.path / folder.name()
    os.mkfifo(place)
    return folder.command(place)


def pipe_in_a_folder(folder: Folder) -> Words:
    inner = folder.path / "inner"
    inner.mkdir()
    os.mkfifo(inner / folder.name(("png", "json", "txt", "xml", "jpg", "tif")))
    return folder.command(inner)


def device(folder: Folder) -> Words:
    place = folder.path / folder.name()
    place.symlink_to(folder.rng.choice(["/dev/zero", "/dev/full", "/dev/random", "/dev/tty"]))
    return folder.command(place)


def device_in_a_folder(folder: Folder) -> Words:
    inner = folder.path / "inner"
    inner.mkdir()
    (inner / folder.name(("png", "json", "txt", "xml"))).symlink_to("/dev/zero")
    return folder.command(inner)


def special_option(folder: Folder) -> Words:
    place = folder.path / folder.name(("pt", "png", "toml"))
    if folder.rng.random() < 0.5:
        os.mkfifo(place)
    else:
        place.symlink_to("/dev/zero")
    video = folder.video()
    option = folder.rng.choice(["--checkpoint", "--mask", "--project", "--export"])
    if option == "--mask":
        return ("track", video, "--mask", f"0:1:{place}", *KEPT)
    box = ("track", video, "--box", "0:1:1,1,9,9")
    if option == "--checkpoint":
        return (*box, "--engine", "mobile-sam", "--project", "q.vos", "--checkpoint", place)
    if option == "--project":
        return (*box, "--engine", "flow", "--project", place, "--overwrite")
    return (*box, "--engine", "flow", "--export", "coco", "--out", place)


def noise(folder: Folder) -> Words:
    size = folder.rng.choice([0, 1, 40, 5000, 300_000])
    return folder.command(folder.file(folder.name(), folder.rng.randbytes(size)))


def sparse_giant(folder: Folder) -> Words:
    place = folder.path / folder.name()
    with place.open("wb") as file:
        file.write(folder.rng.choice([b"", b"{", b"<a>", b"SQLite format 3\0", b"\x89PNG\r\n"]))
        file.truncate(1 << 41)
    return folder.command(place)


def video_cut_and_stirred(folder: Folder) -> Words:
    data = bytearray(folder.video().read_bytes())
    for _ in range(folder.rng.randint(1, 40)):
        data[folder.rng.randrange(len(data))] = folder.rng.randrange(256)
    cut = bytes(data[: folder.rng.randint(1, len(data))])
    return folder.command(folder.file(folder.name(("mp4", "mkv", "avi")), cut))


def script(folder: Folder) -> Words:
    text = folder.rng.choice(
        [
            "%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n(%pipe%touch ran) (w) file\nshowpage\n",
            "ffconcat version 1.0\nfile '/etc/passwd'\n", "#EXTM3U\n#EXTINF:1\n/dev/zero\n",
            "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nm=video 5004 RTP/AVP 96\n",
            '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011"></MPD>',
            '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///dev/zero"/></svg>',
        ]
    )  # fmt: skip
    if folder.rng.random() < 0.5:
        inner = folder.path / "inner"
        inner.mkdir()
        (inner / "0.png").write_text(text)
        return folder.command(inner)
    return folder.command(folder.file(folder.name(), text))


def giant_picture(folder: Folder) -> Words:
    """A PNG that says it is 60,000 pixels a side; its data are a few bytes."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    side = folder.rng.choice([60_000, 30_000, 2**31 - 1])
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
    data = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(100_000)))
    inner = folder.path / "inner"
    inner.mkdir()
    (inner / "0.png").write_bytes(data + chunk(b"IEND", b""))
    return folder.command(inner if folder.rng.random() < 0.7 else inner / "0.png")


def strange_name(folder: Folder) -> Words:
    name = folder.rng.choice(
        ["x" * 5000, "a/" * 3000, "~nosuch", "~nosuch/a.mp4", "~nosuch.mp4", "a\nb.mp4", "<img src=x>.mp4",
         "-" * 3, "..", "/", "/proc/self/mem", "/proc/kmsg", "\udcff.mp4", "file:///etc/passwd",
         "http://127.0.0.1:1/a.mp4", "concat:a|b", "pipe:0"]
    )  # fmt: skip
    return folder.command(name)


def circle_of_links(folder: Folder) -> Words:
    (folder.path / "a.mp4").symlink_to("b.mp4")
    (folder.path / "b.mp4").symlink_to("a.mp4")
    (folder.path / "inner").mkdir()
    (folder.path / "inner" / "again").symlink_to("..")
    return folder.command(folder.path / folder.rng.choice(["a.mp4", "inner"]))


def labelme(label: str, points: str) -> str:
    """A polygon in LabelMe's JSON."""
    shape = f'{{"label": "{label}", "points": {points}, "shape_type": "polygon"}}'
    return f'{{"version": "5", "shapes": [{shape}], "imageHeight": 48, "imageWidth": 64}}'


def deep_or_wild_json(folder: Folder) -> Words:
    digits = "9" * 4000
    text = folder.rng.choice(
        [
            "[" * 100_000, '{"a":' * 50_000, f'{{"images": [{{"id": {digits}}}], "annotations": []}}',
            labelme("a", f"[[{digits}, 1], [2, 3], [4, 5]]"),
            labelme("x" * 5_000_000, "[[1, 1], [2, 3], [4, 5]]"),
            labelme("a", json.dumps([[i % 60, i % 40] for i in range(300_000)])),
            '{"images": [{"id": 1, "width": 1e308, "height": NaN, "file_name": "frame_0"}], '
            '"annotations": [{"id": 1, "image_id": 1, "category_id": Infinity}], "categories": []}',
            '{"images": [], "annotations": [{"segmentation": {"size": [99999, 99999], "counts": '
            '[9999800001]}, "image_id": 1, "id": 1}], "categories": []}',
        ]
    )  # fmt: skip
    return folder.imported(folder.file("frame_000000.json", text))


def wild_xml(folder: Folder) -> Words:
    laughs = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 10))
    text = folder.rng.choice(
        [
            f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><annotations>&l9;</annotations>',
            '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///dev/zero">]><annotations>&x;</annotations>',
            "<a>" * 100_000, "<annotations><version>1.1</version>" + "<track id='%s'/>" % ("9" * 4000),
            '<annotations><version>1.1</version><image id="0" name="a" width="64" height="48"><polygon '
            f'label="a" points="{"9" * 4000},1;2,3;4,5"/></image></annotations>',
        ]
    )  # fmt: skip
    return folder.imported(folder.file("a.xml", text))


def bomb_in_a_zip(folder: Folder) -> Words:
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        name = folder.rng.choice(
            ["annotations.xml", "a.json", "../../out.json", "/etc/a.txt", "a.png"]
        )
        archive.writestr(name, bytes(folder.rng.choice([1000, 300 << 20])))
        for number in range(folder.rng.choice([0, 5000])):
            archive.writestr(f"{number}.txt", "0 0.5 0.5 0.1 0.1")
    return folder.imported(folder.file("a.zip", data.getvalue()))


def no_text(folder: Folder) -> Words:
    text = folder.rng.choice(
        [b"\xff\xfe\xfa" * 2000, b"1,2,\xff,4\n" * 5000, b"0 " + b"9" * 1_000_000, b"\0" * 100_000]
    )
    return folder.imported(folder.file(folder.name(LABELS), text))


def project_with_more(folder: Folder) -> Words:
    """A schema with triggers and views, values that no column can have, and pages that are torn."""
    place = folder.project()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n"
    statement = folder.rng.choice(
        [
            "CREATE TRIGGER t AFTER INSERT ON masks BEGIN DELETE FROM objects; END",
            f"CREATE VIEW v AS {endless}", "CREATE TABLE more (a)",
            "UPDATE objects SET id = 9223372036854775807 WHERE id = 3",
            "UPDATE masks SET frame = 9223372036854775807 WHERE object_id = 3",
            "UPDATE masks SET width = 2000000000, height = 2000000000",
            "UPDATE masks SET counts = zeroblob(100000000)", "UPDATE masks SET score = 'x'",
            "UPDATE objects SET label = CAST(x'fffe' AS TEXT) WHERE id = 2",
            "UPDATE objects SET label = hex(zeroblob(2500000))",
            "UPDATE prompts SET points = '[' || hex(zeroblob(100000)) || ']'",
            "UPDATE source SET path = '~nosuch/a.mp4'", "UPDATE source SET path = zeroblob(9)",
            "UPDATE source SET path = '/dev/zero'", "UPDATE source SET frame_count = -1",
            "UPDATE source SET frame_count = 9223372036854775807, rate = 1e308",
            "UPDATE source SET width = 0", "DELETE FROM source", "PRAGMA user_version = 2000000000",
            "INSERT INTO settings VALUES ('engine', '" + "[" * 50_000 + "')",
        ]
    )  # fmt: skip
    with closing(sqlite3.connect(place)) as database, database:
        database.execute(statement)
    return folder.rng.choice([("info", place), ("export", place, "--format", "coco", "--out", "o")])


def torn_project(folder: Folder) -> Words:
    place = folder.project()
    data = bytearray(place.read_bytes())
    for _ in range(folder.rng.randint(1, 400)):
        data[folder.rng.randrange(100, len(data))] = folder.rng.randrange(256)
    place.write_bytes(data[: folder.rng.choice([len(data), len(data) // 2, 4096, 200])])
    return folder.rng.choice([("info", place), ("export", place, "--format", "coco", "--out", "o")])


def wild_recipe(folder: Folder) -> Words:
    project = folder.project()
    text = folder.rng.choice(
        [
            'projects = ["p.vos"]\nformats = ["coco"]\ndestination = "~nosuch"\n',
            'projects = ["~nosuch/p.vos"]\nformats = ["coco"]\ndestination = "out"\n',
            "a = " + "[" * 50_000, f"a = {'9' * 5000}\n", 'formats = ["coco"\n', "formats = 3\n",
            f'projects = ["{"x" * 5000}"]\nformats = ["coco"]\ndestination = "{"y" * 5000}"\n',
            f'projects = ["{project}"]\nformats = ["coco"]\ndestination = "/dev/null"\n',
            '[[jobs]]\nvideo = "~nosuch.mp4"\n', '[[jobs]]\nvideo = "/dev/zero"\nbox = [[]]\n',
        ]
    )  # fmt: skip
    place = folder.file("a.toml", text)
    return folder.rng.choice([("export", "--recipe", place), ("batch", place)])


def wild_number(folder: Folder) -> Words:
    number = folder.rng.choice(
        ["9" * 4000, "-" + "9" * 4000, "1e400", "nan", "٣", "0x10", "", str(2**63)]
    )
    words = folder.rng.choice(
        [("--box", f"0:{number}:1,1,9,9"), ("--box", f"{number}:1:1,1,9,9"),
         ("--point", f"0:1:{number},3,+"), ("--box", "0:1:1,1,9,9", "--end", number),
         ("--box", f"0:1:1,1,{number},9"), ("--label", f"{number}:a", "--box", "0:1:1,1,9,9")]
    )  # fmt: skip
    return ("track", folder.video(), *words, *KEPT)


KINDS: tuple[Callable[[Folder], Words], ...] = (
    pipe, pipe_in_a_folder, device, device_in_a_folder, special_option, noise, sparse_giant,
    video_cut_and_stirred, script, giant_picture, strange_name, circle_of_links, deep_or_wild_json,
    wild_xml, bomb_in_a_zip, no_text, project_with_more, torn_project, wild_recipe, wild_number,
)  # fmt: skip
