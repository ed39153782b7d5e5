"""Style and icons; installed as `vostool.resources`."""
