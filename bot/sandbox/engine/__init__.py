"""The image API in miniature: as strict as the real one, with pictures that show everything that came in."""
