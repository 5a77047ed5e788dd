"""The contract's walk: what its shared checks assert is shown in full."""

import pytest

pytest.register_assert_rewrite("tests.contract.edits", "tests.contract.playing")
