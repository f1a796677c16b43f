"""Train: measure it yourself, and watch the loss surface fill in."""

from html import escape
from math import log

import streamlit as st
from choice import shown as choice
from choice.made import once
from components import terms
from components.drawing import drawing, sized
from components.later import Later
from components.loss_surface import loss_surface
from components.markup import markup
from components.payload import written
from figures import surface as train_figures
from figures import verdict
from figures.batches import batches
from figures.plot import SIZES
from train import jobs as training_jobs
from train import listed
from train import panel as train_panel
from train import plan as train_plan
from train.jobs import QueueFullError

from surgecore import words
from surgecore.training.plans.estimate import PlanCost
from surgecore.training.plans.plan import Plan
from surgecore.training.runs.jobs import ACTIVE, CANCELLED, DONE, FAILED, WAITING, Job
from surgecore.words import batches as batch_words
from surgecore.words import say
from surgecore.words import training as training_words

jobs = training_jobs.jobs()
name = st.query_params.get("job", "")
job = jobs.find(name) if name else None
busy = job is not None and job.state in ACTIVE

st.title(say("train-title"), anchor=False)
headline = st.container()
if name and job is None:
    st.warning(say("train-lost"), icon=":material/link_off:")
listed.show(name if job is not None else "")
left, right = st.columns([1, 2], gap="large")


def start(plan: Plan) -> None:
    try:
        listed.start(plan)
    except QueueFullError as error:
        st.session_state["train-full"] = str(error)


def offer(plan: Plan, cost: PlanCost) -> None:
    """The button that starts it, or why there is none."""
    refusal = training_jobs.refusal()
    if refusal:
        st.info(refusal, icon=":material/block:")
    elif train_panel.allowed(plan, cost):
        waiting = len(jobs.active())
        st.button(
            say("train-start") if not waiting else say("train-start-after", count=waiting),
            icon=":material/play_arrow:", type="primary", on_click=start, args=(plan,),
        )  # fmt: skip
    if full := st.session_state.pop("train-full", None):
        st.warning(full, icon=":material/hourglass_top:")
    terms.caption(say("train-real"))


def forget() -> None:
    listed.leave()


def resume() -> None:
    listed.resume(name)


def surface_of(plan: Plan, shown: Job | None) -> None:
    def draw() -> bytes:
        made = train_figures.surface(
            plan.grid.batch_sizes, plan.grid.learning_rates, shown.cells if shown else {},
            unit=words.lr_unit(plan.source["optimizer"]["key"]), show_planned=not plan.grid.refine or shown is None,
        )  # fmt: skip
        return written(made)

    loss_surface(draw() if shown else once(plan, "planned", draw))


def how_far(shown: Job, done: int, total: int) -> str:
    """A sentence for the bar: what is done, and the time left as a range."""
    counts = {"done": f"{done:,}", "total": f"{total:,}"}
    if shown.stopping:
        return say("train-stopping", **counts)
    if shown.state == WAITING:
        return say("train-waiting", count=jobs.position(name))
    if not shown.progress:
        return say("train-starting", span=training_words.expected(train_plan.cost(shown.plan)))
    scouting = shown.progress["stage"] == 0 and shown.plan.grid.refine
    key = "train-progress-scouting" if scouting else "train-progress"
    return say(key, span=training_words.left(shown.progress), **counts)


@st.fragment(run_every=0.7 if busy else None)
def follow(shown: Job) -> None:
    """Progress of a sweep that waits or runs; the whole page again once it is over."""
    if shown.state not in ACTIVE:
        st.rerun()
    done, total = shown.progress.get("done", 0), shown.progress.get("total") or train_plan.cost(shown.plan).runs
    st.progress(done / max(total, 1) if shown.progress else 0.0, how_far(shown, done, total))
    if listed.mine(name):
        st.button(
            say("train-cancelling" if shown.stopping else "train-cancel"), icon=":material/stop:",
            on_click=listed.cancel, args=(name,), key="train-cancel", disabled=shown.stopping,
        )  # fmt: skip
    surface_of(shown.plan, shown)
    terms.caption(say("train-keeps-running"))


def seconds(origin: dict[str, object]) -> float:
    return float(str(origin.get("wall_seconds", "nan")))


def finished(shown: Job) -> None:
    outputs = shown.plan.protocol.outputs()
    keys = {output.key: words.horizon(output.horizon, output.amount, output.loss) for output in outputs}
    key = outputs[0].key
    if len(keys) > 1:
        key = st.segmented_control(
            say("train-compared-after"),
            list(keys),
            default=key,
            format_func=keys.get,
            key="train-output",
            required=True,
        )
    sweep = training_jobs.result(shown, key)
    analysis = choice.analysis_for(sweep)
    with headline:
        markup(f"<b>{escape(shown.plan.title)}</b>{verdict.block(analysis)}", key="trained")
    cells = {
        (int(row.batch_size), float(row.learning_rate)): None if row.n_infeasible else float(row.loss)
        for row in sweep.cells().itertuples()
    }
    shown.cells.update({} if shown.cells else cells)
    drawn = train_figures.surface(
        shown.plan.grid.batch_sizes,
        [],
        cells,
        optima=analysis.optima,
        show_planned=False,
        loss_title=words.loss_title(sweep),
        unit=words.lr_unit(shown.plan.source["optimizer"]["key"]),
    )
    loss_surface(written(drawn))
    grown(shown, analysis.optima[0].learning_rate if analysis.optima else 1.0)
    optimizer = shown.plan.source["optimizer"]["key"]
    label = say("train-label", title=shown.plan.title, horizon=keys[key])
    with st.container(horizontal=True):
        if st.button(say("train-open"), icon=":material/grid_on:", type="primary"):
            choice.show_trained(label, sweep, optimizer)
            st.switch_page("app_pages/sweep.py")
        if st.button(say("train-show"), icon=":material/tune:"):
            choice.show_trained(label, sweep, optimizer)
            st.switch_page("app_pages/explore.py")
        st.download_button(
            say("train-csv"), sweep.to_csv, f"{shown.plan.name}-{key}.csv", "text/csv", on_click="ignore",
            icon=":material/download:",
        )  # fmt: skip
        st.download_button(
            say("train-toml"), shown.plan.to_toml(), f"{shown.plan.name}.toml", "application/toml", on_click="ignore",
            icon=":material/download:", key="train-done-plan",
        )  # fmt: skip
        st.button(say("train-new"), icon=":material/add:", on_click=forget)
    origin = training_jobs.provenance(shown)
    made_on = {name: str(origin.get(name, "?")) for name in ("device", "precision")}
    terms.caption(
        say("train-origin", facts=words.facts(sweep), time=training_words.duration(seconds(origin)), **made_on)
    )


def grown(shown: Job, best: float) -> None:
    """How batches changed, where they did, at the rate nearest to the best one from the smallest batch."""
    table = training_jobs.batches(shown)
    if table is None:
        return
    rate = min(table["learning_rate"].unique(), key=lambda rate: abs(log(rate / best)))
    rows, eta = table[table["learning_rate"] == rate], getattr(shown.plan.policy, "eta", None)
    st.subheader(say("batches-title"), anchor=False)
    st.markdown(batch_words.path(rows[rows["batch_size"] == rows["batch_size"].min()], eta))
    sizes = sized(lambda **size: batches(table, rate, eta, **size), SIZES)
    drawing(sizes, name="surge-batches", title=shown.plan.title)


boxes = Later()
if job is not None:  # the plan that is shown is the one that is trained
    with left, st.container(key="train-plan"):
        train_panel.told(job.plan)
else:
    with left, boxes:
        choices = train_panel.choose(disabled=False)
        made = train_plan.made(choices)
        if (
            isinstance(made, Plan)
            and (text := train_panel.edited(once(made, "toml", made.to_toml), disabled=False)) is not None
        ):
            made = train_plan.read(text)

with right:
    if busy and job is not None:
        headline.markdown(
            terms.explained(
                say("train-training", title=words.plain(job.plan.title), count=train_plan.cost(job.plan).runs)
            ),
            unsafe_allow_html=True,
        )
        follow(job)
    elif job is not None and job.state == DONE:
        finished(job)
    elif job is not None:
        headline.markdown(terms.explained(f"**{words.plain(job.plan.title)}**"), unsafe_allow_html=True)
        if job.state == FAILED:
            st.error(training_words.ended(job), icon=":material/error:")
        if job.state == CANCELLED:
            st.info(training_words.ended(job), icon=":material/pause_circle:")
        with st.container(horizontal=True):
            if listed.mine(name):
                st.button(say("train-resume"), icon=":material/play_arrow:", type="primary", on_click=resume)
            st.button(say("train-new"), icon=":material/add:", on_click=forget)
        surface_of(job.plan, job)
    elif isinstance(made, Plan):
        cost = train_plan.cost(made)
        span = training_words.expected(cost)
        headline.markdown(
            terms.explained(say("train-headline", title=words.plain(made.title), count=cost.runs, span=span)),
            unsafe_allow_html=True,
        )
        surface_of(made, None)
        with left, boxes:  # beside the surface, and on a phone before it: in reach of a thumb
            offer(made, cost)
    else:
        headline.markdown(terms.explained(say("train-refused")), unsafe_allow_html=True)
        st.error("\n".join(f"- {words.plain(problem)}" for problem in made), icon=":material/error:")
boxes.send()
