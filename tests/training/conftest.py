import pytest

PLAN = """
name = "small"
title = "Small"

[workload]
key = "softmax"

[optimizer]
key = "sign"

[protocol]
key = "checkpoint"
loss = 2.0
steps = [3, 1]

[grid]
batch_sizes = [4, 16]
learning_rates = [0.003, 0.01, 0.03]
seeds = 4

[run]
memory_mb = 16
"""


@pytest.fixture
def plan_text():
    return PLAN
