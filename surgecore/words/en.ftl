# English phrases of Surge Explorer. Syntax: Fluent. One section a room; keep phrases of a section together.


## numbers and counts

count-runs = { $count ->
    [one] { $count } run
   *[other] { $count } runs
}

# end of: numbers and counts


## names: laws, curves, optimizers, symbols

curve-constant = Constant
curve-linear = Linear rule
curve-square-root = Square-root rule
curve-power = Power law
curve-sgd = SGD, saturating
curve-saturating-half = Saturating, exponent 1/2
curve-saturating = Saturating, free exponent
curve-surge = Surge (Theorem 3)
curve-general-surge = Surge, free exponent
curve-equal-snr = Exact, equal SNR (Theorem 2)
curve-exact = Exact (Theorem 2)
curve-independent = { curve-exact }
curve-independent-no-sign = Independent noise
curve-correlated = Exact, correlated gradients
curve-plateau = Plateau (Theorem 4)
curve-sampled = Sampled updates, quadratic loss
curve-quartic = Sampled updates, loss to fourth order
curve-line-search = Sampled updates, line search on the loss
band-of = { $curve }, 95 % band

workload-quadratic = Quadratic
workload-softmax = Softmax regression on digits
workload-digits-mlp = Digits MLP
workload-fashion-cnn = Fashion-MNIST CNN
workload-char-transformer = Character transformer

optimizer-sgd = SGD
optimizer-sign = sign descent
optimizer-signum = Signum
optimizer-lion = Lion
optimizer-adam = Adam
optimizer-adamw = AdamW
optimizer-rmsprop = RMSprop
optimizer-adagrad = Adagrad
optimizer-adafactor = Adafactor
optimizer-muon = Muon
state-warm = { $optimizer }, warm state
state-limit = { $optimizer }, no memory

protocol-checkpoint = from a common checkpoint
protocol-steps = from initialisation
protocol-examples = a fixed number of examples
protocol-target = to a target loss, then further steps
protocol-of-the-paper = paper's protocol
checkpoint-number = checkpoint { $number }

horizon-steps = { $count ->
    [one] { $count } step
   *[other] { $count } steps
}
horizon-steps-from-start = { horizon-steps } from initialisation
horizon-examples-from-start = { $count ->
    [one] { $count } example from initialisation
   *[other] { $count } examples from initialisation
}
horizon-steps-after-loss = { horizon-steps } after loss { $loss }
horizon-steps-to-loss = steps to loss { $loss }
horizon-from-loss = { $horizon } from loss { $loss }

hessian-aligned = curvature along the gradient
hessian-rotated = rotated curvature
hessian-diagonal = diagonal curvature
noise-isotropic = independent noise
noise-curvature = noise shaped like the curvature

# end of: names: laws, curves, optimizers, symbols


## tables: how a file was read


# end of: tables: how a file was read


## tables: problems and questions


# end of: tables: problems and questions


## tables: stores of trackers


# end of: tables: stores of trackers


## sweeps: the verdict


# end of: sweeps: the verdict


## sweeps: optima


# end of: sweeps: optima


## sweeps: fitted laws and their ranking


# end of: sweeps: fitted laws and their ranking


## sweeps: advice and the price of a wrong rate


# end of: sweeps: advice and the price of a wrong rate


## sweeps: what to run next


# end of: sweeps: what to run next


## sweeps: steps against examples


# end of: sweeps: steps against examples


## why: explanations


# end of: why: explanations


## measuring


# end of: measuring


## training: plans


# end of: training: plans


## training: runs


# end of: training: runs


## training: the command line


# end of: training: the command line


## command line


# end of: command line


## page: shell and navigation


# end of: page: shell and navigation


## page: choice of the sweep


# end of: page: choice of the sweep


## page: learn


# end of: page: learn


## page: explore


# end of: page: explore


## page: your sweep


# end of: page: your sweep


## page: evidence


# end of: page: evidence


## page: train


# end of: page: train


## page: reference


# end of: page: reference


## figures


# end of: figures


## reports and exports


# end of: reports and exports
