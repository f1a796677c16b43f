"""Evidence: what do the bundled sweeps show, and which assumption of the theory fails where there is no surge?"""

import json
from collections.abc import Callable
from typing import TypeVar

import streamlit as st
from choice import address, catalogue, shown
from choice.made import once
from components import terms
from components.drawing import drawing, sized
from components.later import Later
from components.markup import markup
from evidence import batches, gallery, stairs
from figures import gaussian, ladder, optimum, verdict
from figures.plot import SIZES

from surgecore import Entry, words
from surgecore.words import gaussianity, lr_unit, say, why
from surgecore.words.phrases import current_language

T = TypeVar("T")

OPEN = "open"


def _ways_on(title: str, entry: Entry) -> None:
    """To everything that is known of a sweep, and to why it is so where its checkpoint was measured."""
    update = {"sign": "sign", "sgd": "sgd", "adam": f"adam_{entry.state}"}.get(entry.optimizer, "")
    known = {found.name: found for found in catalogue.explanations()}.get(f"{entry.workload}-{entry.loss}")
    if st.button(say("evidence-analysis"), icon=":material/grid_on:", type="primary"):
        shown.show(title)
        st.switch_page("app_pages/sweep.py")
    if known is not None and update in known.updates() and st.button(say("evidence-explain")):
        query = {"part": "why", "checkpoint": known.name, "update": update}
        st.switch_page("app_pages/evidence.py", query_params=query)


def opened(title: str) -> None:
    """One sweep: its verdict, its optima, its card, and the way to more."""
    st.button(say("evidence-back"), icon=":material/arrow_back:", on_click=lambda: st.query_params.pop(OPEN, None))
    st.title(words.plain(title), anchor=False)
    entry, analysis = catalogue.by_title()[title], shown.bundled_analysis(title)
    unit = lr_unit(entry.optimizer)
    sizes = once(
        analysis, ("opened", unit), lambda: sized(lambda **size: optimum.card(analysis, unit, **size), SIZES)
    )  # fmt: skip
    left, right = st.columns([5, 8], gap="medium")
    with left:
        markup(verdict.block(analysis), key="opened")
        _ways_on(title, entry)
    with right:
        drawing(sizes, name="surge-opened", title=words.plain(title))
    batches.show(entry, analysis)
    with st.container(key="reference-text", width=780):
        terms.text(catalogue.card(title))


if (here := catalogue.named(st.query_params.get(OPEN, ""))) is not None:
    opened(here)
    st.stop()
PARTS = ("sweeps", "why")
old = {say(f"evidence-part-{part}", language="en"): part for part in PARTS}
in_address = address.Field("part", {part: part for part in PARTS}, old)
boxes = Later()
with st.container(), boxes:
    part = st.segmented_control(
        say("page-evidence"), PARTS, format_func=lambda part: say(f"evidence-part-{part}"), key="part", required=True,
        label_visibility="collapsed",
    )  # fmt: skip
in_address.keep(part)
if part == "sweeps":
    st.title(say("evidence-gallery-title", count=len(catalogue.entries())), anchor=False)
    title = gallery.show()
    boxes.send()
    if title:
        st.query_params[OPEN] = catalogue.by_title()[title].name
        st.rerun()
    st.stop()

explanations = catalogue.explanations()
if not explanations:
    boxes.send()
    st.title(say("evidence-why-title"), anchor=False)
    st.info(say("evidence-none"))
    st.stop()

titles = [explanation.title for explanation in explanations]
st.title(say("evidence-why-title"), anchor=False)
# in a row as the gallery's filters, whose place it takes: they stand there until the page is whole
headline = st.container(horizontal=True)
with st.container(horizontal=True, gap="small"), boxes:
    checkpoint = address.Field("checkpoint", catalogue.checkpoints(), {title: title for title in titles})
    title = st.selectbox(
        say("evidence-checkpoint"),
        titles,
        key="checkpoint",
        filter_mode=None,
        width=300,
        help=terms.about(say("term-checkpoint")),
    )
    checkpoint.keep(title)
    explanation = explanations[titles.index(title)]
    updates = explanation.updates()
    old = {say(f"update-{key.replace('_', '-')}", language="en"): key for key in updates}
    in_address = address.Field("update", {key: key for key in updates}, old)
    update = st.selectbox(
        say("evidence-update"), updates, format_func=why.update, key="update", filter_mode=None, width=190
    )
    in_address.keep(update)
    horizons = explanation.steps(update)
    earlier = {say("horizon-steps", count=count, language="en"): count for count in horizons}
    after = address.Field("after", {str(count): count for count in horizons}, earlier)
    steps = st.selectbox(
        say("evidence-after"), horizons, format_func=lambda n: words.horizon("steps", n, 0.0), key="after",
        filter_mode=None, width=120,
    )  # fmt: skip
    after.keep(steps)


def kept(what: str, make: Callable[[], T], *of: object) -> T:
    """What is made of this checkpoint, once for all visitors of one language."""
    return once(explanation, (what, current_language(), *of), make)


answer = kept("answer", lambda: why.answer(explanation, update, steps), update, steps)
sweep = gallery.like(explanation, update, steps)
with headline, boxes:
    terms.text(f"**{answer}**")
    if sweep is not None and (verdict_there := gallery.sentence(sweep)):
        count = len(explanation.trained(update, steps))
        terms.text(say("evidence-same-sweep", count=count, verdict=verdict_there))

if steps == 1:
    st.header(say("stairs-title"), anchor=False)
    markup(kept("stairs", lambda: stairs.stairs(explanation, update, lr_unit(update)), update), key="stairs")
    terms.caption(stairs.check(explanation, update))
boxes.send()
st.header(say("evidence-all-lines"), anchor=False)
# The figure comes before the choice of what it shows, so that it is seen at once on a phone
lines_here = st.container()
rungs = explanation.rungs(update)
usual = [rung for rung in rungs if rung != "quartic"]
chosen = st.pills(
    say("evidence-rungs"), rungs, selection_mode="multi", default=usual,
    format_func=lambda rung: words.curve(rung, update), key=f"rungs-{update}",
)  # fmt: skip
drawn = [rung for rung in rungs if rung in chosen]
said = why.sentences(explanation, update)
with lines_here:
    unit = lr_unit(update)
    lines = kept("lines", lambda: sized(
        lambda **size: ladder.ladder(explanation, update, drawn, steps, unit=unit, alt=answer, **size), SIZES
    ), update, steps, *drawn)  # fmt: skip
    drawing(lines, name="surge-why", title=f"{say('evidence-all-lines')}: {explanation.title}")
    horizon = words.horizon("steps", steps, 0.0)
    points = "evidence-points-decorrelated" if update == "decorrelated" else "evidence-points"
    points = say(points, after=horizon)
    st.caption(f"{points} {say('evidence-lines')}")
if steps == 1 and drawn:
    alt = say("evidence-ratios-alt", said=said[-1])
    off = kept("ratios", lambda: sized(
        lambda **size: ladder.ratios(explanation, update, drawn, alt=alt, **size), SIZES, tall=0.8
    ), update, *drawn)  # fmt: skip
    drawing(off, name="surge-why-ratios", title=f"{say('axis-ratio')}: {explanation.title}")
    terms.caption(say("evidence-ratios"))
if steps == 1:
    terms.text(said[-1])
with st.expander(say("evidence-every-prediction")):
    terms.text("\n".join(f"- {sentence}" for sentence in said))

st.header(say("stairs-four"), anchor=False)
markup(kept("multiples", lambda: stairs.multiples(explanations)), key="multiples")
terms.caption(kept("prominences", lambda: stairs.prominences(explanations)))
st.header(say("evidence-checkpoints"), anchor=False)
terms.table(kept("checkpoints", lambda: why.checkpoints(explanations).rename_axis(say("column-quantity"))))
terms.caption(why.error_bars(explanations))
with st.expander(say("evidence-everything")):
    terms.table(why.measured_table(explanation))  # a symbol alone is no header of a row
    measurement = explanation.measurement
    origin = {name: str(explanation.provenance.get(name, "?")) for name in ("date", "device")}
    origin["precision"] = why.precision(explanation)
    sizes = {"parameters": f"{measurement.n_parameters:,}", "examples": f"{measurement.n_examples:,}"}
    terms.caption(say("evidence-origin", **sizes, **origin))


if tests := catalogue.gaussianity().get(explanation.name):
    with st.expander(say("gaussian-title"), key="fold-gaussian", on_change="rerun") as fold:
        if fold.open:
            terms.text(gaussianity.answer(tests))
            sizes_of = sized(lambda **size: gaussian.histogram(tests, **size), SIZES)
            drawing(sizes_of, name="surge-gaussian", title=f"{say('gaussian-title')} {explanation.title}")
            st.caption(say("gaussian-about"))
            st.markdown("\n".join(f"- {gaussianity.line(test)}" for test in tests))
st.header(say("evidence-export"), anchor=False)
with st.container(horizontal=True):
    name = explanation.name
    st.download_button(
        say("evidence-csv"), lambda: explanation.table().to_csv(index=False), f"{name}.csv", "text/csv",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    st.download_button(
        say("evidence-json"), lambda: json.dumps(explanation.to_dict(), indent=1), f"{name}.json", "application/json",
        on_click="ignore", icon=":material/download:",
    )  # fmt: skip
    if explanation.measurement.groups is not None and st.button(say("evidence-open"), icon=":material/tune:"):
        st.switch_page("app_pages/explore.py", query_params={"measured": explanation.name})
st.caption(say("evidence-open-about"))
with st.expander(say("evidence-python")):
    st.code(ladder.snippet(explanation, update), language="python", wrap_lines=True)
