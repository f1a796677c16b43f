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


metric-loss = Loss
metric-steps = Steps to the target
metric-after = { $metric } after { $steps ->
    [one] { $steps } step
   *[other] { $steps } steps
}
notice-read-from = { $role } was read from the column { $column }{ $n ->
    [0] {""}
    [one] ; { $others } left as it is
   *[other] ; { $others } left as they are
}.
notice-large-is-good = In { $column } a large value is good.
notice-drop-is-good = In { $column } a large loss drop is good.
notice-tokens = Batch sizes are tokens: sequences times { $length }.
notice-unit = Batch sizes count { $unit }: read so wherever examples are named.
notice-per-device = { $column } is per device: multiply by the number of devices for the real batch size.
notice-unknown-status = The status { $words } is not known; those trials are judged by their loss.
notice-finite-diverged = { $count ->
    [one] { $count } finite loss was
   *[other] { $count } finite losses were
} taken as diverged. { $rule }
notice-left-out = { $count ->
    [one] { $count } row with a problem was left out.
   *[other] { $count } rows with a problem were left out.
}
notice-same-rates = Learning rates equal up to rounding are one level: { $pairs }.
clipped-none = The colour scale covers every cell.
clipped-above = { $cells ->
    [one] { $cells } cell
   *[other] { $cells } cells
} above { $metric } { $limit } drawn in the last colour of the scale.
clipped-below = { $cells ->
    [one] { $cells } cell
   *[other] { $cells } cells
} below { $metric } { $limit } drawn in the last colour of the scale.
rule-nan = nan or inf
rule-factor = worse than at the lowest learning rate, and than the median, by more than { $factor } times what the best learning rate gains over them
rule-above = above { $above }
rule-diverged = A loss counts as diverged if it is { $rules }.
rule-or = , or{" "}
role-batch_size = batch_size
role-learning_rate = learning_rate
role-loss = loss

# end of: tables: how a file was read


## tables: problems and questions


problem-empty = the file is empty
problem-no-rows = the file has no rows below its header
problem-too-large = the file must be at most { $limit } MB unpacked, but is larger
problem-line-too-long = a line must be at most { $limit } bytes, but one has { $size }
problem-too-many-columns = a table must have at most { $limit } columns, but this one has { $size }
problem-bad-gzip = the file is not a whole gzip archive: { $reason }
problem-not-text = the file must be text in UTF-8, UTF-16 or Latin-1
problem-binary = the file must be a text table, but holds binary data
problem-bad-header = the header cannot be parsed: { $reason }
problem-bad-line = the line cannot be parsed: { $reason }
problem-bad-json = the file is not valid JSON: { $reason }
problem-json-row = a row must be a JSON object, but got { $text }
problem-json-line = the line must be a JSON object, but got { $text }
problem-no-dictionary = { $column } must be a dictionary, but is none
problem-no-pyarrow = reading Parquet needs the package pyarrow: install it, or export the table as CSV
problem-bad-parquet = the file is not valid Parquet: { $reason }
problem-zip = the file must be a table, but is a zip archive or a workbook: export it as CSV
problem-no-column = a column { $role } (or an alias of it) must be there, but got { $columns }
    .page = Choose it under "How the file is read".
    .flag = --map { $role }=COLUMN
problem-no-such-column = the column { $column } is not in the table: { $columns }
    .page = Choose another one under "How the file is read".
    .flag = --map ROLE=COLUMN
problem-one-trial = a sweep must have at least two trials, but got one row
problem-uneven = the row must have as many cells as the header, { $wanted }, but has { $cells ->
    [one] { $cells } cell
   *[other] { $cells } cells
}: { $text }
    .page = Leave the row out with the button below.
    .flag = --skip-bad-rows
problem-not-positive = { $role } must be a positive number, but got { $text }
    .page = Leave the row out with the button below, or choose another column under "How the file is read".
    .flag = --skip-bad-rows, or --map { $role }=COLUMN
problem-not-a-loss = loss must be a number, empty, or a word such as nan or diverged, but got { $text }
    .page = Leave the row out with the button below, or choose another column under "How the file is read".
    .flag = --skip-bad-rows, or --map loss=COLUMN
problem-not-a-count = { $role } must be { $role ->
    [excess_loss] zero or a positive number
   *[other] a positive number
}, empty or a word such as never, but got { $text }
    .page = Leave the row out with the button below, or the column under "How the file is read".
    .flag = --skip-bad-rows, or --map { $role }=
problem-remark = seed must be a plain value, but got { $text }
    .page = Leave the row out with the button below.
    .flag = --skip-bad-rows
problem-more = and { $count } more problems of these kinds
problem-empty-cell = an empty cell
question-open = cannot be read yet. { $question }
question-models = holds { $count ->
    [one] { $count } model
   *[other] { $count } models
}, which differ in { $columns }.
question-never-pooled = They are never pooled: choose one.
question-preview = best learning rates of the grid: { $best }
question-goal = Which way is good in { $columns }? Its name does not say.
answer-goal-minimise = small is good
answer-goal-maximise = large is good
question-model = the table holds { $count } models, which differ in { $columns }: choose one of { $some }

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
