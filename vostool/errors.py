"""One tree of errors; each message is one sentence for a person that says what to do.

Nothing outside this tree is shown to a user as it is: the command line prints ``str(error)``
and the window shows it, so a message names the file or the value and the way out.
"""

from __future__ import annotations


class VosToolError(Exception):
    """Base of all errors that are meant to be read by a person."""


class SourceError(VosToolError):
    """A video or an image folder cannot be opened or read."""


class SourceChanged(VosToolError):
    """A video was cut, replaced or taken away while it was open; no frame of it can be trusted."""


class PromptError(VosToolError):
    """A prompt makes no sense: outside the frame, empty, or on a frame that does not exist."""


class ModelError(VosToolError):
    """A model, its checkpoint or its device cannot be used."""


class DeviceFullError(ModelError):
    """A GPU has too little memory for what was asked."""


class DeviceLostError(ModelError):
    """A GPU answers no more in this process; whatever is asked of it next fails, too."""


class ProjectFileError(VosToolError):
    """A project file cannot be read or written; what was there is untouched."""


class ProjectBusyError(ProjectFileError):
    """Another window or command has the project open for writing."""


class ExportError(VosToolError):
    """An export could not be finished; nothing half-written is left at the destination."""


class LabelsError(VosToolError):
    """A label file cannot be read or trusted; the project is as it was."""


class UsageError(VosToolError):
    """The request itself is wrong: an unknown name or a malformed value."""


class Cancelled(VosToolError):
    """The person stopped the work; what is already done is kept where the caller says so."""


class ServerError(VosToolError):
    """An annotation server cannot be reached, or refuses what it was asked for."""


class LoginRefused(ServerError):
    """The server does not take this user name, password or token, or none is known for it."""


class JobChanged(ServerError):
    """The job on the server was changed since it was pulled; nothing was sent."""


class ClusterError(VosToolError):
    """A cluster of machines cannot be reached, or went away."""
