"""Readers of label files, one module a format; :mod:`vostool.io.imports.importers` lists them."""
