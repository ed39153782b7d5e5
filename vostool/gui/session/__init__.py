"""One opened video without a widget: document, playhead, tracking."""
