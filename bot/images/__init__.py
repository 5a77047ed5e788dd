"""Pictures: looked into, prepared and verified by Pillow, in child processes that may die of them."""
