"""What happens, in order: two conductors that call the rooms through ports, and the recovery after a fall."""
