"""What holds for every test: no key of whoever runs them, and no verdict that depends on how fast the machine is."""

import os

from hypothesis import HealthCheck, settings

from bot.settings import Settings

for _name in Settings.model_fields:
    os.environ.pop(_name.upper(), None)

settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=60)
settings.load_profile("house")
