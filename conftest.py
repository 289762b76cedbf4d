"""For nbval: after a notebook's first cell that fails, skip the rest, which could only mislead."""

import pytest


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if type(item).__name__ == "IPyNbCell" and outcome.get_result().failed:
        item.parent.failed_cell = item.name


def pytest_runtest_setup(item):
    failed = getattr(item.parent, "failed_cell", None)
    if failed is not None:
        pytest.skip(f"{failed} of this notebook failed before")
