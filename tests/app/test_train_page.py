"""The Train page, with real workers on small problems."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
from drawn import TERM, box, components, drawings, said, texts, unfold

pytest.importorskip("torch")

from train import jobs as training_jobs
from train import plan as train_plan

from surgecore import words
from surgecore.training.plans.plan import Plan
from surgecore.training.runs.jobs import CANCELLED, Ending, Job
from surgecore.words.training import about, ended

PAGE = "app_pages/train.py"
ROOT = Path(__file__).parents[2]


@pytest.fixture
def page(app):
    app.run().switch_page(PAGE).run()
    assert not app.exception
    return app


def press(app, label):
    next(button for button in app.button if button.label.startswith(label)).click().run()
    assert not app.exception


def quadratic(app):
    app.selectbox(key="train-workload").set_value("quadratic").run()
    app.number_input(key="train-seeds-quadratic").set_value(16).run()


def wait():
    """Until the queue of this server is empty."""
    assert training_jobs.jobs().queue.join(600)


def surface(app) -> dict:
    return next(data for data in components(app) if "cells" in data)


def test_first_view_shows_the_planned_grid_and_its_cost(page):
    drawn = surface(page)
    assert {cell["state"] for cell in drawn["cells"]} == {"planned"}
    span = re.search(r"8,640 short runs, (\d+) to (\d+) s on this machine", said(page))
    assert span
    assert 3 <= int(span[1]) < int(span[2]) <= 90
    assert "Digits MLP, sign descent" in said(page)


def test_what_is_chosen_has_its_line(page):
    def has(table, key):
        page.selectbox(key=f"train-{table}").set_value(key).run()
        return about(table, key).replace("`", "") in said(page).replace("`", "")

    assert has("workload", "softmax")
    assert has("optimizer", "sgd")
    assert all(has("protocol", key) for key in train_plan.PROTOCOL_KEYS)
    assert all(has("policy", key) for key in train_plan.policies("softmax", "sgd"))
    assert set(train_plan.policies("softmax", "sgd")) >= {"fixed", "norm-test", "inner-product-test", "augmented-test"}


def test_from_a_choice_to_a_sweep_on_every_page(page):
    quadratic(page)
    press(page, "Train this sweep")
    name = "".join(page.query_params["job"])
    plan = training_jobs.jobs().find(name).plan
    assert [code.value for code in page.code][:1] == [plan.to_toml().rstrip()]
    for value in (words.workload(plan.source["workload"]["key"]), f"**{plan.grid.seeds}**"):
        assert value in said(page)
    wait()
    page.run()
    job = training_jobs.jobs().find(name)
    assert job.state == "done"
    drawn = surface(page)
    assert {cell["state"] for cell in drawn["cells"]} == {"measured"}
    assert drawn["final"]
    sweep = training_jobs.result(job, "k1")
    assert len(sweep.trials) == 16 * len(sweep.cells())
    origin = training_jobs.provenance(job)
    assert origin["device"].startswith("CPU")
    press(page, "Open analysis")
    assert page.title[0].value == f"{job.plan.title}, 1 step"
    assert "Best learning rate [parameter units per step]" in texts(drawings(page)[0])
    assert "".join(page.query_params["sweep"]) == "own"
    page.switch_page("app_pages/sweep.py")  # AppTest stays where the button was
    assert any("trained here" in option for option in box(page, "sweep").options)
    # the same sweep, found again by its address, and without it
    page.query_params["job"] = name
    page.switch_page(PAGE).run()
    assert not page.exception
    press(page, "New sweep")
    assert "job" not in page.query_params
    assert [
        text for text in page.markdown if TERM.sub(r"\1", text.value).startswith("**Quadratic, sign descent** · done")
    ]
    page.button(key=f"open-{name}").click().run()
    assert not page.exception
    assert "".join(page.query_params["job"]) == name


def test_a_sweep_is_cancelled_and_taken_up_again(page):
    page.number_input(key="train-seeds-digits-mlp").set_value(512).run()
    press(page, "Train this sweep")
    name = "".join(page.query_params["job"])
    press(page, "Cancel")
    wait()
    page.run()
    assert training_jobs.jobs().find(name).state == "cancelled"
    assert page.info[0].value.endswith(" kept.")
    assert "kept." in page.info[0].value
    assert "chunk" not in page.info[0].value
    press(page, "Resume")
    assert training_jobs.jobs().find(name).state in ("waiting", "running")
    press(page, "Cancel")
    wait()


def test_a_stopped_sweep_is_counted_in_runs(tmp_path):
    plan = train_plan.read(train_plan.Choices("quadratic", "sign", "cold", "steps", 1, 0.0, (2, 4), (-4, 1), 2, 4,
                                              False).table())  # fmt: skip
    job = Job(plan, tmp_path, CANCELLED, ending=Ending.STOPPED)
    assert ended(job) == "It was stopped. Finished runs are kept."
    job.progress = {"stage": 1, "done": 1309, "total": 8640}
    assert ended(job) == "1,309 of 8,640 runs are done and kept."
    early = Job(plan, tmp_path, CANCELLED, ending=Ending.SERVER_STOPPED)
    assert ended(early) == "The server was stopped in the meantime. Finished runs are kept."


def test_learning_rates_are_written_as_on_the_chart(page):
    slider = page.select_slider(key="train-rates-digits-mlp-False")
    assert slider.label == "Learning rates [parameter units per step]"
    assert {"0.0039", "0.50"} <= set(slider.proto.options)
    page.selectbox(key="train-optimizer").set_value("sgd").run()
    assert page.select_slider(key="train-rates-digits-mlp-True").label == "Learning rates [parameter units² per loss]"


def test_a_plan_with_errors_lists_them_all(page):
    text = unfold(page, "train-file").text_area[0].value
    broken = text.replace('key = "sign"', 'key = "sing"').replace("seeds = 64", "seeds = -1")
    page.text_area[0].set_value(broken).run()
    assert not page.exception
    assert "This plan cannot be run" in said(page)
    assert len(page.error[0].value.splitlines()) == 2
    page.session_state["train-file"] = False
    assert len(page.run().error[0].value.splitlines()) == 2  # folded, it is still the plan


def test_large_plans_are_left_to_a_terminal(page):
    text = unfold(page, "train-file").text_area[0].value
    large = text.replace("hidden = 16", "hidden = 4096").replace("seeds = 64", "seeds = 8192")
    page.text_area[0].set_value(large).run()
    assert "in a terminal" in page.warning[0].value
    assert not [button for button in page.button if button.label.startswith("Train this")]


def test_switched_off_on_a_public_server(app, monkeypatch):
    monkeypatch.setenv(training_jobs.SWITCH, "off")
    app.run().switch_page(PAGE).run()
    assert "switched off" in app.info[0].value
    assert not [button for button in app.button if button.label.startswith("Train this")]
    unfold(app, "train-file")
    assert [button for button in app.get("download_button") if button.label == "Plan, TOML"]


def test_without_torch_the_page_says_so(monkeypatch):
    monkeypatch.setattr(training_jobs, "find_spec", lambda name: None)
    assert "`torch`" in training_jobs.refusal()


def test_an_address_of_a_sweep_that_is_gone(app):
    app.query_params["job"] = "0123456789ab"
    app.run().switch_page(PAGE).run()
    app.query_params["job"] = "0123456789ab"
    app.run()
    assert not app.exception
    assert "no longer on this server" in app.warning[0].value


@pytest.mark.parametrize("workload", train_plan.WORKLOAD_KEYS)
def test_every_default_is_a_plan(workload):
    default = train_plan.DEFAULTS[workload]
    for protocol in train_plan.PROTOCOL_KEYS:
        loss = default.target if protocol == "target" else default.checkpoint
        choices = train_plan.Choices(
            workload, "sign", "cold", protocol, 4096 if protocol == "examples" else default.steps, loss,
            default.batches, default.rates, 2, default.seeds, False,
        )  # fmt: skip
        made = train_plan.read(choices.table())
        assert isinstance(made, Plan), made
        assert train_plan.read(made.to_toml()) == made or made.to_toml() == train_plan.read(made.to_toml()).to_toml()


def test_a_worker_that_dies_is_a_message(page, monkeypatch):
    quadratic(page)
    command = [sys.executable, "-c", "import sys; sys.stderr.write('out of memory'); sys.exit(9)"]
    queue = training_jobs.jobs().queue
    monkeypatch.setattr(
        queue, "start",
        lambda job: subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True),
    )  # fmt: skip
    press(page, "Train this sweep")
    wait()
    page.run()
    assert "out of memory" in page.error[0].value
    assert json.dumps(surface(page))


@pytest.fixture
def public(monkeypatch):
    monkeypatch.setenv(training_jobs.PUBLIC, "1")


def test_a_public_server_trains_only_where_its_owner_says_so(app, public, monkeypatch):
    app.run().switch_page(PAGE).run()
    assert "Training is not offered on a public server" in app.info[0].value
    assert not [button for button in app.button if button.label.startswith("Train this")]
    monkeypatch.setenv(training_jobs.SWITCH, "on")
    app.run()
    assert [button for button in app.button if button.label.startswith("Train this")]


def idle_jobs(monkeypatch, tmp_path):
    """Jobs whose queue never begins."""
    jobs = training_jobs.TrainingJobs(str(tmp_path))
    monkeypatch.setattr(jobs.queue, "_work", lambda: None)
    return jobs


def a_plan():
    table = train_plan.Choices(
        "quadratic", "sign", "cold", "steps", 1, 0.5, (2, 4), (-6, -3), 1, 2, refine=False
    ).table()  # fmt: skip
    made = train_plan.read(table)
    assert isinstance(made, Plan)
    return made


def test_a_visitor_has_one_sweep_at_a_time_and_so_many_an_hour(monkeypatch, tmp_path):
    jobs = idle_jobs(monkeypatch, tmp_path)
    first, _ = jobs.start(a_plan(), "ada")
    with pytest.raises(training_jobs.QueueFullError, match="yours is not finished yet"):
        jobs.start(a_plan(), "ada")
    other, _ = jobs.start(a_plan(), "bob")
    for name in (first, other):
        jobs.cancel(name)
    for _ in range(training_jobs.MOST_AN_HOUR - 1):
        jobs.cancel(jobs.start(a_plan(), "ada")[0])
    with pytest.raises(training_jobs.QueueFullError, match="sweeps an hour"):
        jobs.start(a_plan(), "ada")
    jobs.cancel(jobs.start(a_plan(), "bob")[0])


def test_only_the_key_that_was_given_out_owns_a_sweep(monkeypatch, tmp_path):
    jobs = idle_jobs(monkeypatch, tmp_path)
    (name, key), (other, another) = jobs.start(a_plan()), jobs.start(a_plan())
    assert jobs.owns(name, key)
    assert not jobs.owns(name, another)
    assert not jobs.owns(name, "")
    assert not jobs.owns(f"../{name}", key)
    assert training_jobs.TrainingJobs(str(tmp_path)).owns(other, another)


def test_whoever_has_the_address_looks_and_only_the_owner_stops(app, public, monkeypatch, tmp_path):
    monkeypatch.setenv(training_jobs.SWITCH, "on")
    jobs = idle_jobs(monkeypatch, tmp_path)
    monkeypatch.setattr(training_jobs, "jobs", lambda: jobs)
    monkeypatch.setattr("train.listed.jobs", lambda: jobs)
    name, key = jobs.start(a_plan(), "ada")
    app.query_params["job"] = name
    app.run().switch_page(PAGE)
    app.query_params["job"] = name
    app.run()
    assert not app.exception
    assert not [button for button in app.button if button.label == "Cancel"]
    app.query_params["owner"] = key
    app.run()
    press(app, "Cancel")
    assert jobs.find(name).state == CANCELLED


@pytest.mark.long
def test_batches_that_grow_are_chosen_and_shown(page):
    quadratic(page)
    policies = page.selectbox(key="train-policy")
    assert "set for fewest examples" not in policies.options  # sets the rate of plain SGD, and sign descent is chosen
    assert "grow by the inner-product test" not in policies.options  # the quadratic draws no single gradients
    policies.set_value("norm-test").run()
    press(page, "Train this sweep")
    wait()
    page.run()
    assert not page.exception
    assert "How the batch grew" in [title.value for title in page.subheader]
    assert re.search(r"runs that start from 4 use \S+( ± \S+)? examples at step 1\.", said(page))
    (drawn,) = drawings(page)
    assert "where the norm test rests" in texts(drawn) or "batch, from 4" in texts(drawn)
