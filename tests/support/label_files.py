"""Label files of other programs, made by hand for one 16 x 12 picture."""

from __future__ import annotations

SQUARE = [[2, 2], [6, 2], [6, 6], [2, 6]]


def labelme(*shapes, name="frame_000000.jpg", size=(16, 12), **more):
    return {
        "version": "5.5.0",
        "flags": {},
        "shapes": list(shapes),
        "imagePath": name,
        "imageData": None,
        "imageWidth": size[0],
        "imageHeight": size[1],
        **more,
    }


def shape(points=SQUARE, kind="polygon", **fields):
    return {"label": "car", "points": points, "group_id": 4, "shape_type": kind, **fields}


def isat(*objects, name="frame_000000.jpg"):
    info = {"description": "ISAT", "name": name, "width": 16, "height": 12, "depth": 3}
    return {"info": info, "objects": list(objects)}


def entry(points=SQUARE, category="car", group=1, layer=1.0, **fields):
    return {"category": category, "group": group, "segmentation": points, "layer": layer, **fields}


def sav(masks, ids, frames, size=(16, 12)):
    return {
        "video_width": float(size[0]),
        "video_height": float(size[1]),
        "video_frame_count": float(frames),
        "masklet_id": ids,
        "masklet": masks,
    }
