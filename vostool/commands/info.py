"""`vostool info`: what a video, an image folder or a project holds."""

from __future__ import annotations

import argparse
from pathlib import Path

from vostool.commands import arguments, output
from vostool.commands.workspace import find_video, opened
from vostool.errors import SourceError
from vostool.io.project.file import read_project
from vostool.project.project import Project


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.add_argument("path", type=arguments.absolute, metavar="PATH")
    parser.add_argument("--json", action="store_true", help="print the facts as JSON")
    parser.add_argument("--quiet", action="store_true", help="no progress")


def run(args: argparse.Namespace) -> int:
    """Print the facts."""
    project_given = arguments.is_project(args.path)
    facts = project_facts(args.path) if project_given else _source_facts(args.path, args.quiet)
    if args.json:
        output.say_json(facts)
    else:
        _say(facts)
    return 0


def project_facts(path: Path) -> dict[str, object]:
    """Facts about a project; its video need not be there.

    Raises:
        ProjectFileError: it cannot be read.
    """
    project, warning = read_project(path)
    source = project.source
    problem = None
    video = source.path
    try:
        video = find_video(project, path)
    except SourceError as error:
        problem = str(error)
    engine = project.settings.get("engine")
    return {
        "kind": "project",
        "path": str(path),
        "source": str(video),
        "source_kind": source.kind,
        "size": [source.width, source.height],
        "frames": source.frame_count,
        "rate": source.rate,
        "engine": engine if isinstance(engine, str) else None,
        "objects": [_object_facts(project, object_id) for object_id in project.objects],
        "prompts": len(project.prompts),
        "masks": len(project.masks),
        "frames_labelled": len(project.masks.frames()),
        "warnings": [text for text in (warning, problem) if text],
    }


def _object_facts(project: Project, object_id: int) -> dict[str, object]:
    row = project.masks.row(object_id)
    scores = [record.score for record in row.values() if record.score is not None]
    return {
        "id": object_id,
        "label": project.objects[object_id].label,
        "prompted_frames": project.prompted_frames(object_id),
        "masks": len(row),
        "visible_masks": sum(not record.mask.is_empty for record in row.values()),
        "confirmed": sum(record.confirmed for record in row.values()),
        "mean_score": round(sum(scores) / len(scores), 4) if scores else None,
    }


def _source_facts(path: Path, quiet: bool) -> dict[str, object]:
    with opened(path, quiet=quiet) as space:
        info = space.source.info
        last = space.source.time(info.frame_count - 1)
        return {
            "kind": info.kind,
            "path": str(info.path),
            "size": [info.width, info.height],
            "frames": info.frame_count,
            "rate": info.rate,
            "last_frame_seconds": last,
            "codec": info.codec,
            "bytes": space.project.source.size_bytes,
            "warnings": space.warnings,
        }


def _say(facts: dict[str, object]) -> None:
    for name, value in facts.items():
        title = name.replace("_", " ")
        if name == "objects" and isinstance(value, list):
            output.say(f"objects: {len(value)}")
            for entry in value:
                output.say(
                    f"  {entry['id']} {entry['label']}: {entry['masks']} masks, "
                    f"{entry['visible_masks']} of them visible, {entry['confirmed']} confirmed, "
                    f"prompts on frames {_listed(entry['prompted_frames'])}"
                )
        elif name == "warnings" and isinstance(value, list):
            output.warn(value)
        elif name == "size" and isinstance(value, list):
            output.say(f"size: {value[0]}x{value[1]}")
        elif isinstance(value, float):
            output.say(f"{title}: {value:.3f}".rstrip("0").rstrip("."))
        elif value is not None:
            output.say(f"{title}: {value}")


def _listed(frames: list[int]) -> str:
    shown = ", ".join(str(frame) for frame in frames[:8]) or "none"
    return shown + (f" and {len(frames) - 8} more" if len(frames) > 8 else "")
