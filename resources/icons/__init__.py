"""Icons as SVG whose colour is the text of the moment."""
