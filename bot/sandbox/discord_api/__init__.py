"""The parts of the Discord stand-in: its world, its rules, its gateway, its REST routes and its CDN."""
