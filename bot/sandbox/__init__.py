"""The outside world in miniature: a Discord and an image API, as strict as the real ones. Imports nothing of ours."""
