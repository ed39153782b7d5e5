"""Readers of label files, one module a format; :mod:`vostool.io.importers` lists them."""
