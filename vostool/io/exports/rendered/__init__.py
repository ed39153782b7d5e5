"""Pictures and videos to look at or to edit further: overlay videos, cut-outs and animations."""
