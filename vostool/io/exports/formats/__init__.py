"""The format writers, one module a format, and the codecs they share."""
