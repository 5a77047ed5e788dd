"""The browser's door, and what stands behind it."""
