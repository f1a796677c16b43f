"""What one cites, as BibTeX: the same in every language."""

#: The paper whose laws are here.
LI = """@inproceedings{li2024surge,
  title     = {Surge Phenomenon in Optimal Learning Rate and Batch Size Scaling},
  author    = {Li, Shuaipeng and Zhao, Penghao and Zhang, Hailin and others},
  booktitle = {Advances in Neural Information Processing Systems},
  year      = {2024},
  note      = {arXiv:2405.14578}
}"""

#: The paper of the noise scale and the critical batch size.
MCCANDLISH = """@article{mccandlish2018empirical,
  title   = {An Empirical Model of Large-Batch Training},
  author  = {McCandlish, Sam and Kaplan, Jared and Amodei, Dario and {OpenAI Dota Team}},
  journal = {arXiv preprint arXiv:1812.06162},
  year    = {2018}
}"""
