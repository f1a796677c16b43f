"""How is it said? The only room that turns results into English, for page, command line, report and notebook.

Reads the results of all other rooms; none of them imports it.
"""

from surgecore.words.advice import (
    adam_notes,
    advice,
    advice_note,
    beta_text,
    how_sure,
    next_rates,
    price,
    rate,
    rule,
    rule_name,
)
from surgecore.words.catalogue import curve, horizon, meaning, optimizer, param, policy, protocol, run, unit, workload
from surgecore.words.fits import document, findings, fit_note, ranking, remark, remarks
from surgecore.words.next_runs import next_runs, next_runs_table, next_step, without_plan, worth_running
from surgecore.words.numbers import (
    batch_size,
    count,
    interval,
    number,
    plain,
    power_of_two,
    rounded,
    rounded_interval,
    share,
)
from surgecore.words.phrases import say
from surgecore.words.problems import loss_title, metric_name
from surgecore.words.stores import layout, stores
from surgecore.words.sweeps import (
    VISIBLE,
    clipped,
    error_source,
    facts,
    file_name,
    lr_unit,
    measured,
    optima_alt,
    optimum_note,
    points,
)
from surgecore.words.tradeoff import identity, peak_shift, tradeoff
from surgecore.words.verdict import chance, percent, reasons, verdict

__all__ = [
    "VISIBLE",
    "adam_notes",
    "advice",
    "advice_note",
    "batch_size",
    "beta_text",
    "chance",
    "clipped",
    "count",
    "curve",
    "document",
    "error_source",
    "facts",
    "file_name",
    "findings",
    "fit_note",
    "horizon",
    "how_sure",
    "identity",
    "interval",
    "layout",
    "loss_title",
    "lr_unit",
    "meaning",
    "measured",
    "metric_name",
    "next_rates",
    "next_runs",
    "next_runs_table",
    "next_step",
    "number",
    "optima_alt",
    "optimizer",
    "optimum_note",
    "param",
    "peak_shift",
    "percent",
    "plain",
    "points",
    "policy",
    "power_of_two",
    "price",
    "protocol",
    "ranking",
    "rate",
    "reasons",
    "remark",
    "remarks",
    "rounded",
    "rounded_interval",
    "rule",
    "rule_name",
    "run",
    "say",
    "share",
    "stores",
    "tradeoff",
    "unit",
    "verdict",
    "without_plan",
    "workload",
    "worth_running",
]
