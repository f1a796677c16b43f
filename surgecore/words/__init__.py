"""How is it said? The only room that turns results into English, for page, command line, report and notebook.

Reads the results of all other rooms; none of them imports it.
"""

from surgecore.words.catalogue import curve, horizon, optimizer, protocol, run, workload
from surgecore.words.numbers import batch_size, count, interval, number, plain, power_of_two, rounded, share
from surgecore.words.phrases import say
from surgecore.words.problems import loss_title, metric_name
from surgecore.words.stores import layout, stores
from surgecore.words.sweeps import (
    VISIBLE,
    clipped,
    facts,
    file_name,
    lr_unit,
    measured,
    optima_alt,
    points,
    remarks,
)

__all__ = [
    "VISIBLE",
    "batch_size",
    "clipped",
    "count",
    "curve",
    "facts",
    "file_name",
    "horizon",
    "interval",
    "layout",
    "loss_title",
    "lr_unit",
    "measured",
    "metric_name",
    "number",
    "optima_alt",
    "optimizer",
    "plain",
    "points",
    "power_of_two",
    "protocol",
    "remarks",
    "rounded",
    "run",
    "say",
    "share",
    "stores",
    "workload",
]
