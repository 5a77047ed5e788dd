"""From a job to Discord: its status message, its results, and the place that takes them."""
