"""The batch that one step sees, in the shapes that twelve frameworks log it."""

import numpy as np
import pandas as pd
import pytest

from surgecore import QuestionOpen, Sweep, open_table
from surgecore.tables.batch import PARTS
from surgecore.tables.layouts import compare_layouts
from surgecore.words.problems import choice, question

RATES = 0.001 * 2.0 ** np.arange(-1, 5)
#: Micro-batch, accumulation, devices: 32, 128 and 512 together.
LAYOUTS = ((8, 1, 4), (8, 4, 4), (16, 8, 4))


def loss(batch, rate):
    return 2 + 0.02 * np.log2(batch / 32) + 0.05 * np.log2(rate / (0.001 * np.sqrt(batch / 32))) ** 2


def rows(columns, rate="learning_rate", metric="eval_loss", layouts=LAYOUTS):
    """One row a layout and rate; columns are made from micro-batch, accumulation and devices."""
    return pd.DataFrame(
        [
            {name: make(*layout) if callable(make) else make for name, make in columns.items()}
            | {rate: r, metric: loss(np.prod(layout), r)}
            for layout in layouts
            for r in RATES
        ]
    )


def micro(m, a, d):
    return m


def accumulation(m, a, d):
    return a


def devices(m, a, d):
    return d


def whole(m, a, d):
    return m * a * d


def ranks(m, a, d):
    return m * a


def tokens(m, a, d):
    return m * a * d * 1024


#: Framework, what it logs, and which part of the answer is asked for ("" for none).
STEPS = "gradient_accumulation_steps"
FIXTURES = {
    "HF Trainer": ({"per_device_train_batch_size": micro, STEPS: accumulation, "n_gpu": devices}, ""),
    "HF Trainer, world size": ({"args/per_device_train_batch_size": micro, "args/world_size": devices,
                                f"args/{STEPS}": accumulation, "args/per_device_eval_batch_size": 64}, ""),
    "HF model card": ({"train_batch_size": micro, "eval_batch_size": 8, STEPS: accumulation,
                       "num_devices": devices, "total_train_batch_size": whole}, ""),
    "HF Trainer, bare": ({"per_device_train_batch_size": whole}, ""),
    "HF Accelerate": ({"per_device_batch_size": micro, STEPS: accumulation,
                       "num_processes": devices}, ""),
    "DeepSpeed": ({"train_batch_size": whole, "train_micro_batch_size_per_gpu": micro,
                   STEPS: accumulation, "world_size": devices}, ""),
    "DeepSpeed, nested": ({"ds_config/train_batch_size": whole, "ds_config/train_micro_batch_size_per_gpu": micro,
                           "ds_config/gradient_accumulation_steps": accumulation}, ""),
    "DeepSpeed, no total": ({"train_micro_batch_size_per_gpu": micro, STEPS: accumulation,
                             "world_size": devices}, ""),
    "axolotl": ({"micro_batch_size": micro, STEPS: accumulation, "world_size": devices,
                 "sequence_len": 2048}, ""),
    "axolotl, batch_size": ({"micro_batch_size": micro, STEPS: accumulation, "batch_size": whole,
                             "num_gpus": devices}, ""),
    "axolotl, packed": ({"micro_batch_size": micro, STEPS: accumulation, "sample_packing": True,
                         "sequence_len": 4096, "num_processes": devices}, ""),
    "LLaMA-Factory": ({"per_device_train_batch_size": micro, STEPS: accumulation,
                       "nproc_per_node": devices, "nnodes": 1, "cutoff_len": 1024}, ""),
    "LLaMA-Factory, nodes": ({"per_device_train_batch_size": micro, STEPS: accumulation,
                              "nproc_per_node": 2, "nnodes": 2}, ""),
    "LLaMA-Factory, total": ({"train_batch_size": micro, STEPS: accumulation,
                              "total_train_batch_size": whole}, ""),
    "Lightning": ({"batch_size": micro, "accumulate_grad_batches": accumulation, "devices": devices}, ""),
    "Lightning, nodes": ({"data.init_args.batch_size": micro, "trainer.accumulate_grad_batches": accumulation,
                          "trainer.devices": 2, "trainer.num_nodes": 2}, ""),
    "Lightning, effective": ({"batch_size": micro, "accumulate_grad_batches": accumulation,
                              "effective_batch_size": whole}, ""),
    "Megatron": ({"micro_batch_size": micro, "global_batch_size": whole, "data_parallel_size": devices,
                  "tensor_model_parallel_size": 2, "world_size": 8, "seq_length": 2048}, ""),
    "Megatron, arguments": ({"args.micro-batch-size": micro, "args.global-batch-size": whole}, ""),
    "Megatron, by world size": ({"micro_batch_size": micro, "num_microbatches": accumulation, "world_size": 16,
                                 "tensor_model_parallel_size": 2, "pipeline_model_parallel_size": 2}, ""),
    "torchtitan": ({"training.local_batch_size": ranks, "training.global_batch_size": whole, "training.seq_len": 2048,
                    "parallelism.data_parallel_shard_degree": devices}, ""),
    "torchtitan, degrees": ({"training.local_batch_size": ranks, "parallelism.data_parallel_replicate_degree": 2,
                             "parallelism.data_parallel_shard_degree": 2}, ""),
    "torchtitan, total": ({"training.global_batch_size": whole, "training.seq_len": 2048}, ""),
    "nanochat": ({"device_batch_size": micro, "total_batch_size": tokens, "max_seq_len": 1024}, "tokens"),
    "nanochat, devices": ({"device_batch_size": micro, "grad_accum_steps": accumulation, "ddp_world_size": devices,
                           "max_seq_len": 1024, "world_size": devices}, ""),
    "nanoGPT": ({"batch_size": micro, STEPS: lambda m, a, d: a * d, "block_size": 1024}, "asked"),
    "OLMo": ({"global_train_batch_size": whole, "device_train_microbatch_size": micro,
              "model.max_sequence_length": 2048}, ""),
    "OLMo, devices": ({"global_train_batch_size": whole, "device_train_batch_size": ranks,
                       "device_train_microbatch_size": micro, "device_train_grad_accum": accumulation}, ""),
    "OLMo-core": ({"data_loader.global_batch_size": tokens,
                   "train_module.rank_microbatch_size": lambda m, a, d: m * 1024, "dataset.sequence_length": 1024}, ""),
    "Composer": ({"global_train_batch_size": whole, "device_train_microbatch_size": micro, "n_gpus": devices}, ""),
    "Composer, device": ({"device_train_batch_size": ranks, "n_gpus": devices}, ""),
    "Composer, auto": ({"global_train_batch_size": whole, "device_train_microbatch_size": "auto"}, ""),
    "verl": ({"data.train_batch_size": 1024, "actor_rollout_ref.actor.ppo_mini_batch_size": whole,
              "actor_rollout_ref.actor.ppo_micro_batch_size_per_gpu": micro, "trainer.n_gpus_per_node": devices,
              "trainer.nnodes": 1}, ""),
    "verl, answers": ({"actor_rollout_ref.actor.ppo_mini_batch_size": lambda m, a, d: m * a * d / 4,
                       "actor_rollout_ref.rollout.n": 4, "trainer.n_gpus_per_node": devices}, ""),
    "verl, one node": ({"actor.ppo_mini_batch_size": whole, "trainer.n_gpus_per_node": 8}, ""),
    "kohya": ({"train_batch_size": micro, STEPS: accumulation, "num_processes": devices}, "asked"),
    "kohya, one device": ({"train_batch_size": whole, STEPS: 1}, ""),
    "plain": ({"batch_size": whole, "num_gpus": 1, "grad_accum": 1}, ""),
    "plain, world size": ({"batch_size": ranks, "world_size": devices}, "asked"),
    "tokens": ({"tokens_per_batch": tokens}, "tokens"),
    "fairseq": ({"bs": micro, "update_freq": accumulation, "num_gpus": devices}, "asked"),
}  # fmt: skip


@pytest.mark.parametrize("framework", FIXTURES)
def test_the_batch_of_a_step_is_read_from_what_frameworks_log(framework):
    columns, special = FIXTURES[framework]
    table = open_table(rows(columns).to_csv(index=False).encode())
    mapping = table.mapping
    if special == "asked":
        asked = table.question()
        assert len(asked.choices) == 2
        mapping = asked.choices[0].apply(mapping)
        assert asked.choices[0].preview[0][0] == 32
    sweep = Sweep.from_table(table, mapping)
    unit = 1024 if special == "tokens" or framework == "OLMo-core" else 1
    assert sweep.batch_sizes.tolist() == [32 * unit, 128 * unit, 512 * unit]
    best = [optimum.learning_rate for optimum in sweep.optima()]
    np.testing.assert_allclose(best, [0.001, 0.002, 0.004], rtol=0.02)


def test_there_are_forty_of_them_in_twelve_frameworks():
    assert len(FIXTURES) == 41
    known = ("HF", "DeepSpeed", "axolotl", "LLaMA-Factory", "Lightning", "Megatron", "torchtitan", "nanochat", "OLMo",
             "Composer", "verl", "kohya")  # fmt: skip
    assert all(any(name.startswith(framework) for name in FIXTURES) for framework in known)


def test_a_total_that_contradicts_its_parts_is_one_question():
    columns = {"micro_batch_size": micro, "grad_accum": accumulation, "world_size": devices,
               "global_batch_size": lambda m, a, d: 64 * a}  # fmt: skip
    table = open_table(rows(columns).to_csv(index=False).encode())
    with pytest.raises(QuestionOpen) as caught:
        Sweep.from_table(table)
    asked = caught.value.question
    assert "How many examples does one optimizer step see?" in question(asked)
    assert [choice(asked, answer) for answer in asked.choices] == [
        "global_batch_size as it is", "micro_batch_size × grad_accum × world_size",
    ]  # fmt: skip
    product = asked.choices[1]
    assert product.flag == (
        "--map batch_size=micro_batch_size --map batch_factors=grad_accum --map batch_factors=world_size"
    )
    assert Sweep.from_table(table, product.apply(table.mapping)).batch_sizes.tolist() == [32, 128, 512]


def test_a_sequence_length_that_varies_is_asked_about():
    table = rows({"batch_size": 64, "seq_len": lambda m, a, d: m * a})
    asked = open_table(table.to_csv(index=False).encode()).question()
    assert [answer.key for answer in asked.choices] == ["tokens", "column"]


def test_a_product_is_said_in_one_line():
    columns, _ = FIXTURES["HF Trainer"]
    sweep = Sweep.from_csv(rows(columns).to_csv(index=False).encode())
    said = [str(notice) for notice in sweep.notices if notice.code == "product"]
    assert said == ["The batch size is per_device_train_batch_size × gradient_accumulation_steps × n_gpu."]


@pytest.mark.parametrize(("shift", "same"), [(0.0, True), (0.3, False)])
def test_equal_products_in_another_layout_are_compared_and_the_answer_said(shift, same):
    columns, _ = FIXTURES["HF Trainer"]
    rng = np.random.default_rng(3)
    twice = rows(columns, layouts=[*LAYOUTS, (32, 1, 4), (32, 4, 4)])
    twice["eval_loss"] += rng.normal(0, 0.002, len(twice)) + shift * (twice["per_device_train_batch_size"] == 32)
    sweep = Sweep.from_csv(twice.to_csv(index=False).encode())
    (said,) = [notice for notice in sweep.notices if notice.code in ("same-layout", "other-layout")]
    values = dict(said.values)
    assert said.code == ("same-layout" if same else "other-layout")
    assert values["cells"] == 2 * len(RATES) // 2
    assert abs(values["difference"]) == pytest.approx(shift, abs=0.005)


def test_without_two_layouts_there_is_nothing_to_compare():
    trials = pd.DataFrame({"batch_size": [8, 8], "learning_rate": [0.1, 0.2], "loss": [1.0, 2.0], "status": "complete"})
    assert compare_layouts(trials, pd.Series(["a", "b"])) is None


def test_a_name_has_one_part():
    names = [name for group in PARTS.values() for name in group]
    assert len(names) == len(set(names))
