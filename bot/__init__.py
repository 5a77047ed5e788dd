"""Darkroom: a self-hosted Discord bot that edits pictures with image models."""
