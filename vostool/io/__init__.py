"""Files in and out: exact frames, the project file, annotation formats. No Qt, no torch."""

from vostool.io.cvat_server.kind import CVAT_JOB
from vostool.io.video.kinds import register

register(CVAT_JOB)
