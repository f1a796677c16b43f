# English phrases of Surge Explorer. Syntax: Fluent. One section a room; keep phrases of a section together.


## numbers and counts

percent = { $number } %
from-to = { $low } to { $high }
interval-unbounded = unbounded
interval-above = above { $low }
interval-below = below { $high }
with-interval = { $value } ({ $interval })
with-unit = { $name } [{ $unit }]
none = none
and = {" "}and{" "}
millions = { $number } million
billions = { $number } billion
batch-sizes = { $count ->
    [one] { $count } batch size
   *[other] { $count } batch sizes
}
learning-rates = { $count ->
    [one] { $count } learning rate
   *[other] { $count } learning rates
}
seeds = { $count ->
    [one] { $count } seed
   *[other] { $count } seeds
}
no-seeds = no seed column
points-caption = { $points }: best learning rates with 95 % intervals, { $name } [{ $unit }]

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
curve-lognormal-snr = Exact, log-normal SNR (Theorem 2)
curve-smooth-path = Smooth path, no law
curve-exact = Exact (Theorem 2)
curve-independent = { curve-exact }
curve-independent-no-sign = Independent noise
curve-correlated = Exact, correlated gradients
curve-plateau = Plateau (Theorem 4)
curve-sampled = Sampled updates, quadratic loss
curve-quartic = Sampled updates, loss to fourth order
curve-line-search = Sampled updates, line search on the loss

update-sign = Sign descent
update-decorrelated = Sign descent, correlation taken out
update-adam-cold = Adam, empty state
update-adam-warm = Adam, warm state
update-sgd = SGD

column-batch-size = Batch size
column-best-rate = Best learning rate
column-interval = 95 % interval
column-metric-there = { $metric } there
column-trials = Trials
column-diverged = Diverged
column-error-bars-from = Error bars from
column-note = Note
column-law = Law
column-weight = Weight
column-delta-aicc = ΔAIC
column-holdout = Error predicting the largest batch
column-parameters = Parameters (95 % intervals)
column-miss = Typical miss
column-outliers = Outliers
column-key = In addresses and files
column-rates-to-run = Learning rates
column-seeds-each = Seeds of each
column-steps = Steps to the target
column-examples = Examples to the target
column-seeds = Seeds
column-why = Why
unknown = unknown
not-fitted = not fitted
not-determined = { $name }: not determined
from-seeds = { seeds }
from-repeats = { $count ->
    [one] { $count } repeat
   *[other] { $count } repeats
}
from-scatter = scatter between learning rates
from-valley = scatter between learning rates
from-one-run = one run per cell
from-stated = stated in the table
from-none = nothing
column-symbol = Symbol
column-name = Name
column-unit = Unit
column-meaning = Meaning
column-quantity = Quantity
column-value = Value (95 % interval)

param-alignment = Curvature alignment
    .about = Off-diagonal curvature along the sign of the gradient, over the trace of the Hessian. With equal signal-to-noise ratios there is a peak exactly when it is above 1.
param-blocks = Curvature blocks
    .about = Groups of parameters, by signal to noise, whose curvature couples only within the group.
param-coefficient = Learning rate at batch size 1
    .about = Best learning rate at batch size 1.
param-correlation = Gradient correlation
    .about = Correlation between the per-example gradients of two parameters. The theorems assume none.
param-coupling = Curvature alignment
    .about = { param-alignment.about }
param-exponent-power = Exponent
    .about = Slope of a power law on log-log axes.
param-exponent-rise = Exponent
    .about = Slope of the rise on log-log axes.
param-exponent-surge = Surge exponent
    .about = Slope of a generalised surge on both sides; 1/2 for Gaussian gradients, less for heavy tails.
param-lr = Learning rate
    .about = One learning rate for every batch size.
param-lr-max = Largest learning rate
    .about = Best learning rate at the peak of the surge.
param-lr-max-saturating = Largest learning rate
    .about = Best learning rate that a saturating law approaches for large batches.
param-lr-scale = Learning-rate scale
    .about = Sum of the absolute mean gradients over the trace of the Hessian.
param-momentum = Momentum
    .about = Past gradients are averaged before the sign is taken. With a warm buffer, a batch counts as (1 + β₁)/(1 − β₁) batches.
param-n-parameters = Number of parameters
    .about = With the coupling of each pair held fixed, curvature alignment grows in proportion to N − 1.
param-noise-scale = Noise scale
    .about = Batch size at which the best learning rate of sign-like optimizers peaks.
param-noise-scale-saturating = Noise scale
    .about = Batch size at which a saturating law bends.
param-skewness = Skewness
    .about = Skewness of the per-example gradient in the direction of its mean, to first order. In small batches it reverses the mean sign.
param-snr = Signal to noise
    .about = Mean over standard deviation of one coordinate's gradient from one example.
param-snr-median = Signal to noise
    .about = Median over the parameters of mean over standard deviation of the gradient from one example.
param-snr-spread = Spread of signal to noise
    .about = Standard deviation of the natural log of the signal-to-noise ratio over the parameters.

unit-per-example = per example

workload-quadratic = Quadratic
    .about = A quadratic loss with known mean, noise and curvature, for which Theorem 2 is exact.
    .source = made from a seed
workload-softmax = Softmax regression on digits
    .about = Softmax regression on scikit-learn's digits.
    .source = scikit-learn digits (UCI, BSD): 1797 images of 8 x 8
workload-digits-mlp = Digits MLP
    .about = A network with 64 inputs, one hidden layer (tanh-GELU) and 10 outputs, on scikit-learn's digits; inputs divided by 16 and centred.
    .source = scikit-learn digits (UCI, BSD): 1797 images of 8 x 8
workload-fashion-cnn = Fashion-MNIST CNN
    .about = A 5-layer network on all of Fashion-MNIST: two convolutions with pooling and three dense layers.
    .source = Fashion-MNIST (Zalando, MIT): 60000 training images of 28 x 28
workload-char-transformer = Character transformer
    .about = A character transformer on the source text of ten modules of Python's standard library.
    .source = modules of Python's standard library (PSF licence)
workload-resnet = Residual network
    .about = A residual convolutional network with group norm on Fashion-MNIST, in the form of ResNet-18.
    .source = Fashion-MNIST (Zalando, MIT): 60000 training images of 28 x 28
workload-gpt = GPT on characters
    .about = A small GPT-2 on characters: learned positions, pre-norm, tied head, scaled residual initialisation.
    .source = modules of Python's standard library (PSF licence)
workload-moe = Mixture of experts
    .about = The GPT with a mixture of experts: each character goes to the best few, whose capacity is fixed.
    .source = modules of Python's standard library (PSF licence)

optimizer-sgd = SGD
    .about = Stochastic gradient descent with optional momentum, as in PyTorch.
optimizer-sign = sign descent
    .about = Every parameter moves by the learning rate, against the sign of its gradient.
optimizer-signum = Signum
    .about = The sign of the averaged gradient (Bernstein et al., arXiv 1802.04434, Algorithm 3).
optimizer-lion = Lion
    .about = The sign of an average that forgets at two rates (Chen et al., arXiv 2302.06675, Algorithm 2).
optimizer-adam = Adam
    .about = Adam with bias correction, as in PyTorch.
optimizer-adamw = AdamW
    .about = Adam with decoupled weight decay, as in PyTorch.
optimizer-rmsprop = RMSprop
    .about = RMSprop without momentum, as in PyTorch.
optimizer-adagrad = Adagrad
    .about = Adagrad, as in PyTorch.
optimizer-adafactor = Adafactor
    .about = Adafactor with a given learning rate, as in PyTorch (arXiv 1804.04235).
optimizer-muon = Muon
    .about = Matrices take orthogonal steps, as in PyTorch but in full precision; everything else takes Adam steps.
optimizer-adalomo = AdaLomo
    .about = Second moments in factors, and steps relative to the size of each tensor.
optimizer-tom = Tom
    .about = Trend over momentum: Adam whose first moment is Holt's smoothing, with a level and a trend.
optimizer-madam = MAdam
    .about = Adam with MaxVA: each parameter forgets at the rate, within bounds, that maximises its estimated variance.
optimizer-lamadam = LaMAdam
    .about = MAdam that averages steps instead of gradients, like LaProp.
optimizer-eve = Eve
    .about = Adam whose second moment is a mean over the squared gradients of single examples.
optimizer-adagrad-norm = AdaGrad-Norm
    .about = One rate for all parameters, divided by the root of the summed squared norms of the gradient.
optimizer-lars = LARS
    .about = Layer-wise rates, relative to the norm of the weights over the norm of the gradient.
optimizer-clars = CLARS
    .about = Complete LARS: the norm of a layer's gradient is the mean over single examples.
optimizer-active-sgd = ActiveLR on SGD
    .about = ActiveLR on SGD with momentum.
optimizer-active-adamw = ActiveLR on AdamW
    .about = ActiveLR on AdamW.
optimizer-active-radam = ActiveLR on RAdam
    .about = ActiveLR on rectified Adam, as in PyTorch; the authors' version reads its moments one step late.
optimizer-active-adabelief = ActiveLR on AdaBelief
    .about = ActiveLR on rectified AdaBelief, whose second moment is that of the surprises in the gradient.
optimizer-extrapolated = extrapolation
    .about = SGD or Adam with the gradient taken ahead, at the point that a first move of `ratio` times the rate reaches.
state-warm = { $optimizer }, warm state
state-limit = { $optimizer }, no memory

loss-over-noise = all noise: the exact expectation
loss-over-example = all { $count } examples of the training data
loss-over-image = all { $count } images of the training data
loss-over-sequence = all { $count } sequences of the training data
loss-over-part = the { $count } evaluated of { $of } images of the training data

policy-fixed = fixed batches
    .about = Every run keeps the batch size that the grid gives it.
policy-norm-test = batches grow by the norm test, η = { $eta }
    .about = AdAdaGrad's norm test: the batch grows until the gradient's noise is `eta` times its size.
policy-inner-product-test = batches grow by the inner-product test
    .about = Gradients of single examples must mostly agree in direction with their mean.
policy-augmented-test = batches grow by both tests
    .about = The inner-product test and the orthogonality test together: the larger batch of both.
policy-optimal-sgd = batch and rate for fewest examples
    .about = The batch size at which SGD reaches a given accuracy with the fewest examples, and the rate that goes with it.
extrapolation-past = along past gradients
extrapolation-full = along a second minibatch
extrapolation-local = along each worker's past gradients
extrapolation-noise = along random noise
schedule-warmup = cosine with warm-up
schedule-cosine = cosine without warm-up

protocol-checkpoint = from a common checkpoint
    .about = A number of steps from a common checkpoint; several numbers are measured in one run.
protocol-steps = from initialisation
    .about = A number of steps from each seed's own initial parameters, with a schedule.
protocol-examples = a fixed number of examples
    .about = A number of examples from each seed's own initial parameters: fewer steps for larger batches.
protocol-target = to a target loss, then further steps
    .about = The paper's protocol: train from each seed's own initial parameters to a target loss, then for `then` more steps.
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

setting-hessian-aligned = curvature along the gradient
setting-hessian-rotated = rotated curvature
setting-hessian-diagonal = diagonal curvature
setting-noise-isotropic = independent noise
setting-noise-curvature = noise shaped like the curvature

# end of: names: laws, curves, optimizers, symbols


## glossary


term-adam = Adam
    .forms = Adam
    .about = An optimizer that divides a running mean of the gradient by the root of a running mean of its square. Its first step from an empty memory is a sign step.
term-alignment = Curvature alignment, R
    .forms = curvature alignment|alignment R|alignment
    .about = How strongly the loss curves against a step that moves all parameters the way their gradients point, over the trace of the Hessian.
term-checkpoint = Checkpoint
    .forms = checkpoint|checkpoints
    .about = A network as it stood when training first reached a certain loss. All runs of a sweep start there.
term-correlated = Shared noise
    .forms = shared noise|share their noise|shares its noise|correlated|correlation
    .about = Gradient noise that several parameters have in common, because they see the same examples.
term-erf = erf
    .forms = erf
    .about = The error function, a smooth step from −1 to 1: the mean sign of a Gaussian number.
term-floor = Noise floor
    .forms = noise floor
    .about = Curvature that a step of random signs meets: the trace of the Hessian, whatever the batch size.
term-gaussian = Gaussian
    .forms = Gaussian
    .about = Distributed like a bell curve. Averages over many examples are nearly so; single gradients often are not.
term-hessian = Hessian
    .forms = Hessian
    .about = The second derivatives of the loss: how its slope changes in every direction.
term-trace = Trace
    .forms = trace of the curvature|trace of the Hessian|tr H|trace
    .about = Sum of the curvatures along every single parameter.
term-interval = 95 % interval
    .forms = 95 % intervals|95 % interval
    .about = A range made so that it holds the true value in 95 of 100 such experiments.
term-linear = Linear rule
    .forms = linear rule|linear scaling
    .about = Twice the batch, twice the learning rate.
term-root = Square-root rule
    .forms = square-root rule
    .about = Four times the batch, twice the learning rate.
term-momentum = Momentum
    .forms = momentum
    .about = Averaging past gradients into the step; β₁ is the weight of the past.
term-scale = Noise scale
    .forms = noise scale
    .about = The batch size at which averaging has removed most of the noise: above it, a bigger batch helps little.
term-octave = Octave
    .forms = octaves|octave
    .about = A factor of two.
term-optimum = Optimum
    .forms = optima|optimum
    .about = The best learning rate at one batch size, as measured.
term-plateau = Plateau
    .forms = plateau
    .about = The best learning rate of a very large batch, where every sign is certain (Theorem 4).
term-quadratic = Quadratic loss
    .forms = quadratic loss|quadratic
    .about = A loss that is a parabola along every line: curvature does not change along the step.
term-sgd = SGD
    .forms = SGD
    .about = Stochastic gradient descent: a step along the average gradient of the batch, times the learning rate.
term-sign = Sign step
    .forms = sign steps|sign step|sign descent
    .about = A step that moves each parameter by the learning rate, up or down, against the sign of its gradient.
term-snr = Signal to noise
    .forms = signal to noise|signal-to-noise ratio
    .about = Mean of a parameter's gradient over its spread, for one example.
term-smooth-path = Smooth path
    .forms = smooth path
    .about = A curve through the optima that no law prescribes: as straight as their error bars allow, bent where they bend.
term-surge = Surge
    .forms = surge
    .about = A best learning rate that rises with the batch size, peaks and then falls.
term-theorem2 = Theorem 2
    .forms = Theorem 2
    .about = The exact law of the best learning rate of one sign step, for independent Gaussian noise and a quadratic loss.
term-theorem3 = Theorem 3
    .forms = Theorem 3
    .about = The short formula of the surge: Theorem 2 with a straight line in place of erf, good for small batches.
term-theorem4 = Theorem 4
    .forms = Theorem 4
    .about = Where the best learning rate settles for very large batches.
term-theorem5 = Theorem 5
    .forms = Theorem 5
    .about = How the loss drop of the best step grows with the batch, with the same straight line as Theorem 3.
term-line-search = Line search
    .forms = line search
    .about = Trying many learning rates along one step and reading the loss at each, with no theory of its shape.

# end of: glossary


## tables: how a file was read


metric-loss = Loss
metric-steps = Steps to the target
metric-after = { $metric } after { $steps ->
    [one] { $steps } step
   *[other] { $steps } steps
}
layout-export-wandb = W&B export
layout-export-optuna = Optuna trials
layout-export-mlflow = MLflow runs
layout-export-tensorboard = TensorBoard HParams
layout-export-ray = Ray Tune results
layout-wandb-api = W&B API export
layout-comma = comma-separated text
layout-semicolon = semicolon-separated text
layout-tab = tab-separated text
layout-bar = bar-separated text
layout-space = space-separated text
layout-decimal-comma = with decimal commas
layout-json = JSON
layout-parquet = Parquet
layout-workbook = workbook
layout-table = table

notice-read-from = { $role } was read from the column { $column }{ $n ->
    [0] {""}
    [one] ; { $others } was not used
   *[other] ; { $others } were not used
}.
    .page = choose another column in "{ $role ->
        [batch_size] { panel-batch_size }
        [learning_rate] { panel-learning_rate }
       *[other] { panel-loss }
    }"
    .flag = --map { $role }=COLUMN
notice-large-is-good = In { $column }, higher is better.
    .page = "{ panel-goal }"
    .flag = --minimise
notice-drop-is-good = In { $column }, a larger loss drop is better.
    .page = "{ panel-goal }"
    .flag = --minimise
notice-tokens = Batch sizes are tokens: { $column } times { $length }.
    .page = "{ panel-batch_unit }"
    .flag = --map batch_unit=examples
notice-unit = Batch sizes ({ $column }) count { $unit }: read so wherever the text says examples.
    .page = "{ panel-batch_unit }"
    .flag = --map batch_unit=examples
notice-per-device = { $column } is per device: multiply by the number of devices for the real batch size.
    .page = name the columns in "{ panel-batch_factors }"
    .flag = --map batch_factors=COLUMN
notice-product = The batch size is { $columns }.
    .page = "{ panel-batch_factors }"
    .flag = --map batch_factors=COLUMN, or --map batch_factors= for none
notice-same-layout = Runs of the same batch size in different layouts ({ $columns }) show no difference: { $difference } ± { $error } over { $cells ->
    [one] { $cells } cell
   *[other] { $cells } cells
}.
    .page = name these columns in "{ panel-group }", so that layouts are kept apart
    .flag = --map group=COLUMN, which keeps layouts apart
notice-other-layout = Runs of the same batch size in different layouts ({ $columns }) disagree: they differ by { $difference } ± { $error } over { $cells ->
    [one] { $cells } cell
   *[other] { $cells } cells
}. Is the loss averaged over the whole batch?
    .page = name these columns in "{ panel-group }", so that layouts are kept apart
    .flag = --map group=COLUMN, which keeps layouts apart
notice-remarks = { $count ->
    [one] A remark behind { $count } number of { $column } was ignored
   *[other] Remarks behind { $count } numbers of { $column } were ignored
}, such as { $text }.
    .page = choose another column if the number is not what counts
    .flag = --map ROLE=COLUMN
notice-ignored = { $count ->
    [one] { $count } cell of { $column } cannot be read and was ignored
   *[other] { $count } cells of { $column } cannot be read and were ignored
}, such as { $text }.
    .page = choose another column, or "{ panel-none }"
    .flag = --map ROLE=COLUMN, or --map ROLE= for none
notice-powers = { $role } is { $base } to the power of { $column }.
    .page = choose another column in "{ $role ->
        [batch_size] { panel-batch_size }
        [learning_rate] { panel-learning_rate }
       *[other] { panel-loss }
    }"
    .flag = --map { $role }=COLUMN
notice-wide-seeds = The columns { $columns } hold one seed each, { $count } in all.
    .file = remove the columns that hold no seed from the file
notice-matrix = The table is a matrix: { $down } down, { $across } across.
    .file = write one row per run, with a column each for batch size, learning rate and metric
notice-sheets = { $n ->
    [0] All sheets were read together: { $sheets }.
   *[other] Read from the sheet { $sheets }; not read: { $others }.
}
    .file = save the sheet that you want as a separate file
notice-curve = Each of the { $count } runs has several rows along { $column }; it is represented by { $take ->
    [last] its last { $metric }
   *[best] its best { $metric }, chosen with hindsight
    [smoothed] the mean { $metric } of its last tenth
}.
    .page = "{ panel-take }" and "{ panel-curve }"
    .flag = --map take=last, best or smoothed; --map curve= for one row per run
notice-short-curves = { $count ->
    [one] { $count } run ended before the others of its batch size
   *[other] { $count } runs ended before the others of their batch size
}, by { $column }: counted as incomplete.
    .file = remove { $column } from the file if every run is complete
notice-best-of = At each batch size and learning rate the best { $columns } was taken, judged by the mean over its runs; this is slightly optimistic where runs are noisy.
    .page = "{ panel-best_of }"
    .flag = --map best_of=COLUMN, or --map best_of= for none
notice-changes-with = { $columns } changes with the batch size, so the two effects cannot be separated.
    .page = name them in "{ panel-group }" where they make different models
    .flag = --map group=COLUMN where they make different models
notice-seeds-are-names = { $column } differs in every row, so it names runs and is not a seed.
    .page = choose another column in "{ panel-seed }"
    .flag = --map seed=COLUMN
notice-spread = Rows are means over runs; their spread ({ $columns }) gives the error bars.
    .page = "{ panel-loss_std }" and "{ panel-loss_stderr }"
    .flag = --map loss_std=COLUMN, or --map loss_stderr=COLUMN
notice-spread-unknown = Rows are means with a standard deviation ({ $columns }), but the file does not say of how many runs: until you do, they have no error bars.
    .page = state it in "{ panel-n_runs }"
    .flag = --map n_runs=5
notice-optima = The { $count } rows are already best learning rates ({ $column }), without error bars.
    .page = "{ panel-holds }"
    .flag = --map holds=runs
notice-unread-runs = { $count ->
    [one] { $count } run could not be read and is left out
   *[other] { $count } runs could not be read and are left out
}: { $runs } ({ $why }).
    .file = repair or remove these runs in the store
notice-other-stores = Only the runs of { $store } were read; the folder also holds runs of { $others }.
    .page = drop the other folder by itself
    .flag = --store KEY
notice-unknown-status = The status { $words } in { $column } is not known; those trials are judged by their loss.
    .page = choose another column, or "{ panel-none }", in "{ panel-status }"
    .flag = --map status=COLUMN, or --map status= for none
notice-finite-diverged = { $count ->
    [one] { $count } finite value
   *[other] { $count } finite values
} of { $column } { $count ->
    [one] counts
   *[other] count
} as diverged. { $rule }
    .page = "{ panel-gain }" and "{ panel-above }"
    .flag = --diverged-factor X, or --diverged-above LOSS
notice-left-out = { $count ->
    [one] { $count } row with a problem was left out
   *[other] { $count } rows with a problem were left out
}{ $n ->
    [0] {"."}
   *[other] {" "}({ $columns }).
}
    .page = "{ panel-unskip }"
    .flag = run without --skip-bad-rows, which lists them
notice-same-rates = Learning rates ({ $column }) equal up to rounding are one level: { $pairs }.
    .file = write them with more digits if they are different
clipped-none = The colour scale covers every cell.
clipped-above = { $cells ->
    [one] { $cells } cell
   *[other] { $cells } cells
} with { $metric } above { $limit } share the last colour of the scale.
clipped-below = { $cells ->
    [one] { $cells } cell
   *[other] { $cells } cells
} with { $metric } below { $limit } share the last colour of the scale.
rule-nan = nan or inf
rule-factor = at a higher learning rate than the best of its batch size and worse by more than { $factor } times the usual spread near the best
rule-above = above { $above }
rule-diverged = A loss counts as diverged if it is { $rules }.
rule-or = , or{" "}

# end of: tables: how a file was read


## tables: problems and questions


problem-empty = the file is empty
    .file = Use a file with column names and one row per run.
problem-no-rows = the file has no rows below its header
    .file = Use a file with column names and one row per run.
problem-too-large = the file must be at most { $limit } MB unpacked, but is larger
    .file = Keep the columns of batch size, learning rate, metric and seed, or only the last row of each run.
problem-line-too-long = a line must be at most { $limit } bytes, but one has { $size }
    .file = Leave the longest column out of the file.
problem-too-many-columns = a table must have at most { $limit } columns, but this one has { $size }
    .file = Keep the columns of batch size, learning rate, metric and seed.
problem-too-many-rows = a table must have at most { $limit } rows, but this one has more
    .file = Keep only the last row of each run.
problem-too-many-cells = a table must have at most { $limit } cells, but this one has more
    .file = Keep the columns of batch size, learning rate, metric and seed, or only the last row of each run.
problem-no-openpyxl = reading a workbook needs the package openpyxl: install it, or export the sheet as CSV
    .page = Export the sheet as CSV.
    .flag = pip install openpyxl
problem-bad-workbook = the workbook is incomplete or damaged: { $reason }
    .file = Save the workbook again, or export the sheet as CSV.
problem-web-page = the file is a web page: copy its table, or export it as CSV
    .page = Use "{ choice-paste }".
    .flag = surge fit - reads a table from standard input
problem-notebook = the file is a notebook: save its table with frame.to_csv("runs.csv", index=False) and open that file
    .file = Use the file that this writes.
problem-chart-export = the file is the export of a chart, with columns such as { $text }: export the table of runs instead (in W&B: Runs, Export, CSV)
    .file = Use the table of runs.
problem-bad-gzip = the gzip archive is incomplete or damaged: { $reason }
    .file = Compress the file again, or use it uncompressed.
problem-not-text = the file must be text in UTF-8, UTF-16 or Latin-1
    .file = Save the table as CSV in UTF-8.
problem-binary = the file must be a text table, but holds binary data
    .file = Export the table as CSV.
problem-bad-header = the header cannot be parsed: { $reason }
    .file = Give every column one name, in the first line.
problem-bad-line = the line cannot be parsed: { $reason }
    .file = Correct this line, or export the table again.
problem-bad-json = the file is not valid JSON: { $reason }
    .file = Write a list of objects, or one object per line.
problem-json-row = a row must be a JSON object, but got { $text }
    .file = Write a list of objects, one per run.
problem-json-line = the line must be a JSON object, but got { $text }
    .file = Write one object per line, one per run.
problem-no-dictionary = { $column } must be a dictionary, but is not
    .page = Export the runs with one column per setting.
    .flag = surge fit wandb://ENTITY/PROJECT reads them from the server
problem-no-pyarrow = reading Parquet needs the package pyarrow: install it, or export the table as CSV
    .page = Export the table as CSV.
    .flag = pip install pyarrow
problem-bad-parquet = the file is not valid Parquet: { $reason }
    .file = Write the file again, or export the table as CSV.
problem-zip = the file must be a table, but is a zip archive: unpack it, or export the runs as CSV
    .file = Unpack it, or export the runs as CSV.
problem-no-column = no column for { $role } was found; the columns are { $columns }
    .page = Choose it under "{ panel-title }".
    .flag = --map { $role }=COLUMN
problem-no-such-column = the column { $column } is not in the table: { $columns }
    .page = Choose another under "{ panel-title }".
    .flag = --map ROLE=COLUMN
problem-one-trial = a sweep must have at least two trials, but got one row
    .page = Add more runs, or choose other columns under "{ panel-title }".
    .flag = --map ROLE=COLUMN, or another --group
problem-uneven = the row must have as many cells as the header, { $wanted }, but has { $cells ->
    [one] { $cells } cell
   *[other] { $cells } cells
}: { $text }
    .page = Leave the row out with the button below.
    .panel = Mend the row in the file.
    .flag = --skip-bad-rows
problem-not-positive = { $role } must be a positive number, but got { $text }
    .page = Leave the row out with the button below, or choose another column under "{ panel-title }".
    .panel = Choose another column under "{ panel-title }".
    .flag = --skip-bad-rows, or --map ROLE=COLUMN
problem-not-a-loss = loss must be a number, empty, or a word such as nan or diverged, but got { $text }
    .page = Leave the row out with the button below, or choose another column under "{ panel-title }".
    .panel = Choose another column under "{ panel-title }".
    .flag = --skip-bad-rows, or --map ROLE=COLUMN
problem-not-a-count = { $role } must be { $role ->
    [excess_loss] zero or a positive number
   *[other] a positive number
}, empty or a word such as never, but got { $text }
    .page = Leave the row out with the button below, or the column ("{ panel-none }") under "{ panel-title }".
    .panel = Choose another column under "{ panel-title }".
    .flag = --skip-bad-rows, or --map { $role }=
problem-best-among-them = rows that cannot be read hold the best loss at batch size { $batch_sizes }: correct them rather than leave them out
    .page = Correct these cells in the file and drop it again.
    .flag = --skip-bad-rows leaves them out anyway
problem-rows = { $count } rows: { $message }
problem-more = and { $count } more problems of these kinds
    .page = Leave the rows out with the button below.
    .panel = Mend the rows in the file.
    .flag = --skip-bad-rows
problem-empty-cell = an empty cell
question-open = cannot be read yet. { $question }
question-models = holds { $count ->
    [one] { $count } model
   *[other] { $count } models
}, which differ in { $columns }.
question-never-pooled = They are never pooled: choose one.
question-preview = best learning rates of the grid: { $best }
question-batch = How many examples does one optimizer step see? { $columns } do not say.
answer-batch-product = { $columns }
answer-batch-tokens = { $columns }, in tokens
answer-batch-column = { $columns } as it is
question-metric = Which column is the metric? No name says so: { $columns }.
answer-metric-minimise = { $columns }, lower is better
answer-metric-maximise = { $columns }, higher is better
question-base = To which base is { $columns } a logarithm?
answer-base-ten = to base 10
answer-base-natural = the natural logarithm
question-optima = There is one learning rate per batch size. Are these the best rates already?
answer-optima-optima = yes, best learning rates
answer-optima-runs = no, single runs
question-setting = { $columns } differs between runs: take its best value at each batch size and learning rate, or one value of { $some }?
answer-setting-best = the best { $columns } at each cell
answer-model-best = the best { $columns } at each cell of one model
question-varies = { $columns } differs from batch size to batch size. Was it changed with the batch size on purpose, or are these different models? { $some }
answer-varies-together = { $columns } was changed with the batch size on purpose
question-asked-for = { $group } { $count ->
    [0] matches none of the groups
   *[other] matches several groups
}: choose one of { $some }
question-goal = Is a lower or a higher { $columns } better? Its name does not say.
answer-goal-minimise = lower is better
answer-goal-maximise = higher is better
question-model = the table holds { $count } models, which differ in { $columns }: choose one of { $some }

# end of: tables: problems and questions


## tables: stores of trackers


store-wandb = W&B
store-at-wandb = the `wandb` folder, or one `.wandb` file
store-read-wandb = config, summary, history and state; runs need not have been synced
store-ray = Ray Tune
store-at-ray = the folder of the experiment
store-read-ray = `params.json` and `result.json` of each trial
store-mlflow = MLflow
store-at-mlflow = `mlruns`, an experiment in it, or the SQLite file
store-read-mlflow = active runs: parameters, metrics, own tags, status
store-optuna = Optuna
store-at-optuna = the SQLite file or the journal
store-read-optuna = trials of every study: parameters, value, user attributes, state; the direction of the study
store-trackio = Trackio
store-at-trackio = the database of the project, or the folder of several
store-read-trackio = configs and metrics
store-trainer = Hugging Face Trainer
store-at-trainer = an output folder, or the folder above several
store-read-trainer = `trainer_state.json` of the last checkpoint; arguments from the model card, `training_args.json` or the event files, and without them the batch from the speed of training
store-tensorboard = TensorBoard
store-at-tensorboard = the log folder
store-read-tensorboard = settings of HParams, or of a settings file beside; scalars and status
store-hydra = Hydra
store-at-hydra = the `multirun` folder
store-read-hydra = `.hydra/config.yaml`, and the metrics of the job as in the next row
store-tree = Folders of settings and metrics
store-at-tree = the folder above the runs
store-read-tree = `config`, `hparams`, `params` or `args` (`.json`, `.yaml`); `metrics`, `results`, `history`, `log` or `progress` (`.csv`, `.jsonl`, `.json`); names such as `lr=0.01,bs=32`
problem-read-size = the file must be at most { $limit } MB, but is larger
    .page = Use the command line, surge fit, which has higher limits.
    .flag = surge fit FILE
problem-read-memory = reading the file must take at most { $limit } MB of memory, but takes more
    .page = Use the command line, surge fit, which has higher limits.
    .flag = surge fit FILE
problem-read-time = reading the file must take at most { $limit } s, but takes longer
    .page = Use the command line, surge fit, which has higher limits.
    .flag = --read-seconds SECONDS
problem-read-died = the process that read the file ended: the file is damaged, or built to end it
    .file = Export the table again, as CSV.
problem-server-no-client = reading from a server needs the package { $package }: pip install "surgecore[{ $package }]"
    .page = Use an export of the runs.
    .flag = pip install "surgecore[{ $package }]"
problem-server-failed = { $address } gave no runs: { $reason }
    .file = Check the address, and that you are logged in there; or use an export of the runs.
problem-store-none = the folder must hold the runs of a known tracker, but none were found in it
    .file = Use the folder above the runs, or an export of them.
problem-store-not-one = the file must be a tracker's database or archive, but is not
    .file = Use the file that the tracker writes, or an export of the runs.
problem-store-several = the folder holds several stores: choose one of { $names }
    .page = Drop the one you want by itself.
    .flag = surge fit FOLDER/NAME
problem-store-no-runs = the store must hold runs, but is empty
    .file = Try again once runs have ended.
problem-store-damaged = { $name } must have the layout that { $store } writes, but does not
    .file = Use an export of the runs.
problem-store-too-many-files = a store must have at most { $limit } files, but this one has more
    .file = Use an export of the runs, or fewer runs.
problem-store-file-too-large = { $name } must be at most { $limit } MB, but is larger
    .file = Use an export of the runs.
problem-store-unpacked = an archive must unpack to at most { $limit } MB, but unpacks to more
    .file = Use fewer runs at a time, or an export of them.
problem-store-link = { $name } must be a file, but is a link
    .file = Replace the link by the file itself.
problem-store-bad-file = { $name } must be valid { $kind }, but is not
    .file = Repair or remove this run.
problem-store-no-settings = { $name } must hold settings by name, but does not
    .file = Repair or remove this run.
problem-store-no-metrics = a run must have its metrics in { $names }, but has none of them
    .file = Log the metric by that name, or remove this run.
problem-store-no-history = { $name } must hold a log_history, but does not
    .file = Repair or remove this run.
problem-store-too-many-settings = a run must have at most { $limit } settings, but one has more
    .file = Use an export of the runs with only the settings that vary.

# end of: tables: stores of trackers


## sweeps: the verdict


chip-falls = Falls { $fall }
chip-stays = Does not fall
chip-open = Not decided
meaning-open = So the data show neither the surge law nor its absence.
meaning-stays = Up to there the fall that the surge law predicts is absent.
meaning-horizon = Measured after { $count } steps, so it is no test of the one-step surge law.
meaning-horizon-unknown = The number of steps differs or is unknown, so it is no test of the one-step surge law.
meaning-surge = The one-step surge law is among the laws that describe it.
meaning-other = The one-step surge law is not what describes it.
verdict-falls = Past its peak the best learning rate falls by { $fall }.
verdict-falls-without-peak = The best learning rate falls by { $fall } from batch size { $peak } to { $trough }.
verdict-falls-then-rises = From batch size { $peak } to { $trough } the best learning rate falls by { $fall }, then it rises again.
verdict-dip = At batch size { $trough } alone the best learning rate dips by { $fall }.
verdict-none = Up to batch size { $last } the best learning rate does not fall.
verdict-none-above = Up to batch size { $last } the best learning rate does not fall by more than { $most }.
open-errors = Not decided: the error bars leave room for a fall of up to { $most }.
open-errors-any = Not decided: the error bars leave room for a fall of any size.
open-too-few = Not decided: this takes optima at three or more batch sizes.
open-edge = Not decided: at { $count ->
    [one] batch size { $sizes }
   *[other] batch sizes { $sizes }
} the best rate tried is the lowest or the highest.
open-one-run = Not decided: with one run per cell, how far a seed moves the best rate is unknown.
open-stated = Not decided: from means alone, how far one seed moves the best rate at a batch size is unknown.
open-coarse = Not decided: what the loss does between the rates tried is not known well enough to exclude a fall of { $most }, whatever the scatter of the seeds.
fall-with-interval = { $value } % ({ $low } to { $high } %)
fall-at-least = at least { $low }
verdict-witness = At a rate of { $rate } the loss at batch size { $smaller } still improves with a higher rate; at { $larger } it already gets worse.
verdict-rests-on = { $count ->
    [one] Without batch size { $sizes } no fall is found.
   *[other] If any one of batch sizes { $sizes } is left out, no fall is found.
}
verdict-p = p = { $p } against every curve that never falls.
verdict-p-below = p < { $p } against every curve that never falls.
verdict-one-run = With one run per cell, the fall is judged by the scatter of the optima from batch size to batch size.
verdict-stated = From means alone, the fall is judged by the scatter of the optima from batch size to batch size.
verdict-beyond = At { $count ->
    [one] batch size { $sizes } the best rate tried is the lowest or the highest, so the optimum is only bounded.
   *[other] batch sizes { $sizes } the best rate tried is the lowest or the highest, so the optima are only bounded.
}
verdict-coarse = What the loss does between the rates tried leaves room for a fall of { $most }, whatever the scatter of the seeds: halve the step.
verdict-groups = Neighbouring batch sizes are pooled into { $groups } groups.
verdict-chance = Of { $tested } sweeps, { $falls } fall, { $stays } do not, and { $open } are not decided. Chance alone would give at most about { $expected } falls.
sizes-and = { $sizes } and { $last }
sizes-and-more = { $sizes } and { $more } more

# end of: sweeps: the verdict


## sweeps: optima

optimum-wall = Bracketed from above by diverged runs only.
optimum-unfinished = Some runs near it did not finish.
optimum-borrowed = Too few of its own cells were repeated, so its error bar is borrowed from the other batch sizes.
optimum-open = The rates tried leave one side open.

# end of: sweeps: optima


## sweeps: fitted laws and their ranking



fit-of = { $law }: { $note }
fit-too-few = Its { $parameters ->
    [one] one parameter needs an optimum
   *[other] { $parameters } parameters need as many optima
} inside the learning-rate grid; there { $count ->
    [0] is none
    [one] is one
   *[other] are { $count }
}.
fit-not-tested = { $count ->
    [one] One optimum
   *[other] { $count } optima
} for { $parameters ->
    [one] one parameter
   *[other] { $parameters } parameters
}: the curve is fixed but not tested.
fit-at-end = { $name } ran to the end of its range.
fit-open = { $name } is not determined by these optima.
fit-bounded = { $name } lies between { $low } and { $high }.
fit-bounded-below = { $name } is only bounded below, by { $low }.
fit-bounded-above = { $name } is only bounded above, by { $high }.
fit-peak-outside = The peak of the fit lies outside the batch sizes measured ({ $low } to { $high }).
fit-peak-outside-optima = The peak of the fit lies outside the batch sizes whose best rate lies inside those tried ({ $low } to { $high }).
fit-peak-may-lie-outside-optima = The peak of the fit may lie outside the batch sizes whose best rate lies inside those tried ({ $low } to { $high }).
fit-peak-may-lie-outside = The peak of the fit may lie outside the batch sizes measured ({ $low } to { $high }).
fit-poor = The optima scatter about this law by more than their error bars, so its intervals are widened.
fit-bounds = { $count ->
    [one] One optimum on the edge of the learning-rate grid is used as a bound.
   *[other] { $count } optima on the edge of the learning-rate grid are used as bounds.
}
fit-determined = These optima determine every parameter.

ranking-too-few = Too few optima to compare laws: it takes three or more.
ranking-none-fits = None of the { $tried } laws tried describes these optima within their error bars. The nearest is { $law }.
ranking-supported = Of the { $tried } laws tried, { $law } is supported: every other is at least 20 times less likely on these optima.
ranking-wider = Laws that contain it fit as well and are not needed.
ranking-two = These data do not tell { $first } from { $second }.
ranking-undecided = These data do not tell these laws apart: { $laws }.
ranking-simplest = These data do not tell the laws apart: { $law } is the simplest that fits, and with { $count } optima none of these can be ruled out: { $laws }.
ranking-only-corrected = With { $count } optima, none of these can be ruled out either: { $laws }.

remark-one-learning-rate = Only one learning rate was tried, so there is no best one to find.
remark-few-batch-sizes = { $count ->
    [one] Only one batch size
   *[other] Only { $count } batch sizes
}: optima are shown, but a law needs three or more.
remark-no-optimum = No best learning rate at { $n ->
    [one] batch size
   *[other] batch sizes
} { $where }: fewer than two learning rates with finished runs, or all losses the same.
remark-lowest-tried = At { $n ->
    [one] batch size
   *[other] batch sizes
} { $where } the best learning rate is the lowest tried: add lower ones.
remark-highest-tried = At { $n ->
    [one] batch size
   *[other] batch sizes
} { $where } the best learning rate is the highest tried: add higher ones.
remark-diverged = { $count ->
    [one] 1 of { $of } trials diverged; a learning rate with a diverged trial is never the best.
   *[other] { $count } of { $of } trials diverged; a learning rate with a diverged trial is never the best.
}
remark-incomplete = { $count ->
    [one] 1 of { $of } trials is incomplete; a learning rate at which most are is never the best.
   *[other] { $count } of { $of } trials are incomplete; a learning rate at which most are is never the best.
}
remark-repeated = { $count ->
    [one] 1 trial has
   *[other] { $count } trials have
} the batch size, learning rate and seed of another: their mean is used.
remark-holes = { $count ->
    [one] 1 cell inside the grid has
   *[other] { $count } cells inside the grid have
} no trial.
remark-no-error-bars = Without repeated seeds the optima have no error bars.

# end of: sweeps: fitted laws and their ranking


## sweeps: advice and the price of a wrong rate


rule-average = Average by weight
rule-marek = Weak power, exponent { $exponent }

advice-none = At batch size { $at } no fitted law can be trusted: there are too few optima inside the grid to test one.
advice-rate = At batch size { $at }: learning rate **{ $rate }** (95 % { $interval }), averaged over the { $laws } laws that the optima allow.
advice-rate-one = At batch size { $at }: learning rate **{ $rate }** (95 % { $interval }), by the one law that the optima allow, { $law }.
advice-rate-path = At batch size { $at }: learning rate **{ $rate }** (95 % { $interval }), averaged over the { $laws } laws that the optima allow and, with a weight of { $weight }, a smooth path through the optima, which is no law.
advice-rate-one-path = At batch size { $at }: learning rate **{ $rate }** (95 % { $interval }), averaged over the one law that the optima allow, { $law }, and, with a weight of { $weight }, a smooth path through the optima, which is no law.
advice-rate-only-path = At batch size { $at }: learning rate **{ $rate }** (95 % { $interval }), by a smooth path through the optima, as no law that was tried describes them.
advice-opens = **This is { $beyond } times beyond your data**, so the interval is wider.
advice-opens-optima = **This is { $beyond } times beyond the batch sizes whose best rate lies inside those tried**, so the interval is wider.
advice-poor = The optima scatter about every law by more than their error bars, so trust the measured ones more.
advice-too-far = Batch size { $at } is **{ $beyond } times beyond your data**; more than { $reach } times beyond, no advice is given. The laws that the optima allow give { $span } there.
advice-too-far-path = Batch size { $at } is **{ $beyond } times beyond your data**; more than { $reach } times beyond, no advice is given, and no law that was tried describes the optima.

rate-at-most = at most { $rate }
rate-at-least = at least { $rate }
advice-at-most = The lowest rate tried here, { $rate }, was the best, so the best one may be lower still.
advice-at-most-near = The lowest rate tried here, { $rate }, was the best, so the best one is only known to be at most { $bound }.
advice-at-least = The highest rate tried here, { $rate }, was the best, so the best one may be higher still.
advice-at-least-near = The highest rate tried here, { $rate }, was the best, so the best one is only known to be at least { $bound }.
advice-beyond-data = { $beyond } times beyond the batch sizes measured.
advice-beyond-optima = { $beyond } times beyond the batch sizes whose best rate lies inside those tried.
advice-out-of-reach = More than { $reach } times beyond them, no interval is given.
advice-above-noise-scale = Above the noise scale ({ $noise }), where this rule ends.
advice-above-critical = Above the critical batch size ({ $critical }) a larger batch saves few steps.
advice-other-unit = Are both batch sizes in the same unit, examples or tokens?
advice-no-law = No law that was tried describes the optima, so this follows a smooth path through them.
advice-poor-fit = Does not describe the optima within their error bars.

adam-beta-gone = 1 − { $factor }(1 − { $symbol }) = { $value } is not above 0: the batch grows too much for the SDE rule. The power form gives { $power }.
adam-little-momentum = Little momentum is left at this batch size under either rule.
adam-other-unit = Are both batch sizes in the same unit, examples or tokens?
adam-above-noise-scale = Batch size { $size } is above the noise scale ({ $noise }), where the square-root rule for the learning rate ends, and with it the SDE rule.
adam-above-critical = Above the critical batch size ({ $critical }) a larger batch saves few steps.
adam-decay-too-large = Weight decay { $decay } would remove more than a tenth of each weight per step; choose a smaller one.

rule-fitted = { $rule }, fitted
adam-rule-sde = SDE rule (Malladi et al. 2022)
adam-rule-power = Same memory in examples, β to the power of the factor
adam-rule-marek = Small batches: β₁ kept (Marek et al. 2025)
adam-lr-factor = Learning rate ×
adam-weight-decay = Weight decay
adam-decay = Weight decay is AdamW's as in PyTorch, multiplied by the learning rate in each step. These values average over as many epochs as now. They take the learning rate as multiplied by { $factor } ({ $rule }; Bergsma et al. 2025), or by the SDE rule's own factor in its row.
adam-rules-of-thumb = Rules of thumb from the papers cited, for a batch size multiplied by { $factor }. Only rows marked "fitted", the smooth path and the average by weight use this sweep; the rest carry no error bar. Batch sizes are in the sweep's unit.

price-loss = loss
price-steps = steps to the target
price-range = Any learning rate from { $low } to { $high } stays within { $extra } of the best { $name }.
price-from = Learning rates of { $rate } and above stay within { $extra } of the best { $name }, as far as they were tried.
price-up-to = Learning rates of { $rate } and below stay within { $extra } of the best { $name }, as far as they were tried.
price-open = Every learning rate tried stays within { $extra } of the best { $name }.
price-interval = { $value } ({ $low } to { $high })
price-half = Half the rate costs { $loss } in { $name }.
price-twice = Twice the rate costs { $loss }.
price-half-steps = Half the rate costs { $loss } in { $name }, and { $steps } times the fewest steps to the target.
price-twice-steps = Twice the rate costs { $loss }, and { $steps } times the fewest steps.
price-half-unknown = Half the rate was not tried.
price-twice-unknown = Twice the rate was not tried.
price-no-error = The runs do not tell how far off these numbers are.

# end of: sweeps: advice and the price of a wrong rate


## sweeps: what to run next


next-grid = Run a grid: at least five batch sizes, each with the same learning rates half an octave apart.
next-more = Run at least five batch sizes, each with two or more seeds at five or more learning rates around its best.
next-widen = Widen the learning-rate grid first.
next-go-up = If the surge law holds, its peak lies beyond the batch sizes measured: try larger ones.
next-larger = Try larger batch sizes: a fall, if there is one, may begin beyond those measured.
next-decide = If the law "{ $law }" holds, { $count ->
    [one] one run shows
   *[other] { $count } runs show
} its fall of { $fall } with a chance of { $chance } (simulated).
next-exclude = If the best rate does not fall, { $count ->
    [one] one run excludes
   *[other] { $count } runs exclude
} a fall of { $fall } within the batch sizes measured with a chance of { $chance } (simulated).
next-narrow = If the law "{ $law }" holds, { $count ->
    [one] one run narrows
   *[other] { $count } runs narrow
} the peak's interval to { $width } of its width ({ $low } to { $high }, simulated).
next-hard = Even { $count ->
    [one] one run shows
   *[other] { $count } runs show
} the fall of { $fall } that the law "{ $law }" has only with a chance of { $chance } (simulated).
next-no-narrower = Even { $count ->
    [one] one run does
   *[other] { $count } runs do
} not narrow the peak's interval, if seeds move the best rate as much as they usually do (simulated).
next-step-decide = { $count ->
    [one] One more run
   *[other] { $count } more runs
} would settle the verdict with a chance of { $chance }; the list is below.
next-step-exclude = { $count ->
    [one] One more run
   *[other] { $count } more runs
} would exclude a fall of { $fall }, if there is none, with a chance of { $chance }; the list is below.
next-step-hard = { $count ->
    [one] One more run has
   *[other] Even { $count } more runs have
} only a chance of { $chance } to settle the verdict. Use the rate above.
next-step-enough = Use the rate above: more runs would hardly narrow it.
next-step-narrow = { $count ->
    [one] One more run
   *[other] { $count } more runs
} would narrow the peak's interval to { $width } of its width; the list is below.
next-uniform = Spent on extra seeds of the present grid, the same runs give { $uniform }.
next-doubtful = The optima scatter about this law by more than their error bars, so this is no promise.
next-reason-lowest-tried = the best learning rate is the lowest tried
next-reason-highest-tried = the best learning rate is the highest tried
next-reason-beyond = beyond the largest batch size
next-reason-at-peak = at the peak
next-reason-above-peak = above the peak
next-reason-far-above = far above the peak
next-reason-narrows = narrows the peak
next-reason-excludes = tells whether the best rate falls

# end of: sweeps: what to run next


## sweeps: steps against examples


tradeoff-open = Batch sizes { $first } to { $last } do not determine the critical batch size.
tradeoff-bounded-below = The critical batch size is only bounded below, by { $low }: batch sizes { $first } to { $last } do not reach it.
tradeoff-bounded-above = The critical batch size is only bounded above, by { $high }: batch sizes { $first } to { $last } lie above it.
tradeoff-known = Critical batch size { $value } (95 % { $interval }).
tradeoff-logged = Steps were logged every { $every }; the delay this adds is subtracted, and its error counted.
tradeoff-poor = The points scatter about the curve by more than their error bars, so the interval is widened.
tradeoff-few-steps = From batch size { $size } on, fewer than { $count } steps are needed, which bends the curve too.

identity-holds = The surge's peak at batch size { $peak } (95 % { $peak_interval }) agrees with the critical batch size { $critical } ({ $critical_interval }), as the paper says: { $ratio } times ({ $ratio_interval }).
identity-fails = The surge's peak at batch size { $peak } (95 % { $peak_interval }) is { $ratio } times ({ $ratio_interval }) the critical batch size { $critical } ({ $critical_interval }). The paper says they are equal.
identity-holds-supposed = No fall is found here. If the surge law held, its peak would lie at batch size { $peak } (95 % { $peak_interval }), { $ratio } times ({ $ratio_interval }) the critical batch size { $critical } ({ $critical_interval }): they may be equal, as the paper says, but this does not test it.
identity-fails-supposed = No fall is found here. If the surge law held, its peak would lie at batch size { $peak } (95 % { $peak_interval }), { $ratio } times ({ $ratio_interval }) the critical batch size { $critical } ({ $critical_interval }). The paper says they are equal.
identity-open = The surge's peak at batch size { $peak } (95 % { $peak_interval }) and the critical batch size { $critical } ({ $critical_interval }) are too uncertain to compare. The paper says they are equal.
identity-poor = The surge law misses these optima by more than their error bars.
identity-paper = With the noise scale from eq. 22 ({ $scale }) and only its height fitted, the law typically misses an optimum by { $paper }; with both fitted, by { $free }.
identity-no-paper = The paper's regression (eq. 22) gives no positive noise scale here.
shift-moves = The peak's batch size is multiplied by { $ratio } (95 % { $interval }) from the first to the second.
shift-none = No shift of the peak is measured: its batch size is multiplied by { $ratio } (95 % { $interval }).
shift-open = The optima do not determine the shift of the peak.
shift-critical = The critical batch size is multiplied by { $ratio } (95 % { $interval }).

# end of: sweeps: steps against examples


## why: explanations

why-peak = A peak after { $after }: the best learning rate peaks { $place }, then falls by { $fall } up to batch size { $last }.
why-fall = A fall after { $after }, with no rise before it: the best learning rate is highest at batch size { $place } and falls by { $fall } up to { $last }.
why-none = No peak after { $after }, up to batch size { $last }.
why-none-above = No peak after { $after }, up to batch size { $last }: any fall is below { $most }.
why-undecided = Not decided after { $after }: a fall of { $fall } up to batch size { $last } could be chance (p = { $p }).
why-undecided-few = Not decided after { $after }: fewer than three batch sizes have a usable optimum.
why-undecided-no-error-bars = Not decided after { $after }: without error bars, a fall cannot be told from scatter.
why-left-out = { $count ->
    [one] One optimum is only bounded, as an end of the learning rates tried was the best, and is left out.
   *[other] { $count } optima are only bounded, as an end of the learning rates tried was the best, and are left out.
}
why-other-horizon = { $kind ->
    [peak] The predictions are for one step, so this peak is no evidence for them.
    [fall] The predictions are for one step, so this fall is no evidence for them.
   *[other] The predictions are for one step and cannot say why.
}
why-no-prediction = No prediction exists at every batch size.
why-law = { $law ->
    [surge] Theorem 3
    [independent] Theory with independent gradients
    [correlated] Theory with correlated gradients
    [line_search] The line search
   *[other] The prediction from sampled updates
}
why-predicts = { $law } predicts { $peak }.
why-peak-at = { $where ->
    [beyond] a peak at batch size { $peak }, beyond those measured
    [before] a peak at batch size { $peak }, below those measured
   *[inside] a peak at batch size { $peak }
}
why-peak-between = a peak { $place }
why-peak-fall = a fall from batch size { $highest } on
why-peak-no-fall = none
why-peak-undecided = its highest point at batch size { $highest }, by less than the error bars
why-too-small = Its fall would be too small to see.
why-all-agree = Every prediction agrees.
why-agrees = { $law } agrees.
why-no-cause = None of the assumptions dropped here explains the difference.
why-cause-exact-mean = { $effect ->
    [removes] The exact mean sign removes it.
    [moves] The exact mean sign moves it.
    [makes-peak] The exact mean sign makes the peak.
   *[makes-fall] The exact mean sign makes the fall.
}
why-cause-correlation = { $effect ->
    [removes] Real gradients are correlated, and that removes it.
    [moves] Real gradients are correlated, and that moves it.
    [makes-peak] Real gradients are correlated, and that makes the peak.
   *[makes-fall] Real gradients are correlated, and that makes the fall.
}
why-cause-not-gaussian = { $effect ->
    [removes] Gradient noise is not Gaussian, and that removes it.
    [moves] Gradient noise is not Gaussian, and that moves it.
    [makes-peak] Gradient noise is not Gaussian, and that makes the peak.
   *[makes-fall] Gradient noise is not Gaussian, and that makes the fall.
}
why-cause-not-quadratic = { $effect ->
    [removes] The loss is not quadratic, and that removes it.
    [moves] The loss is not quadratic, and that moves it.
    [makes-peak] The loss is not quadratic, and that makes the peak.
   *[makes-fall] The loss is not quadratic, and that makes the fall.
}
why-control-falls = With correlation taken out, there is a fall.
why-control-not-quadratic = With correlation taken out there is still none, because the loss is not quadratic.
why-control-level = With correlation taken out, any fall is below { $most }.
why-ratios = { $curve }: from { $low } (at batch size { $low_at }) to { $high } (at { $high_at }) times the best rate as trained; beyond the error bars at { $outside } of { $count }.
why-ratios-none = { $curve }: no prediction at any batch size, because its model of the loss has no minimum.
why-ratios-missing = { $count } of { $all } batch sizes have no prediction.
why-cost = Assuming independent gradients, theory is off by up to { $independent }×. With correlation it is off by up to { $correlated }×; with sampled updates, by up to { $sampled }×.
why-bends = Correlated noise bends the loss { $ratio } times as much as independent noise.
why-cost-control = Where each coordinate draws its own examples, the theory of independent gradients is off by up to { $worst }×.
why-brackets = Brackets hold 95 % intervals.
why-sampled = For { $names }, gradients were sampled; elsewhere all examples were used.
why-exact = All examples were used, so a number without an interval is exact.
why-probes = Intervals come from random probes of the curvature. Peaks are batch sizes of sign descent; "between" names the nearest sizes that are lower beyond the error bars.

between-batch-sizes = between batch sizes { $low } and { $high }
peak-none = no minimum at some batch sizes
peak-undecided = not decided
peak-fall = none: falls from the start
peak-no-fall = none: rises to the end
peak-none-above = none, any fall is below { $most }
row-peak-theorem-3 = Peak by Theorem 3, $B_{"{"}noise{"}"}$
row-peak-by = Peak by { $curve }
row-peak-trained = Peak as trained, { $after }
row-quantity = { $name }, { $symbol }

reason-no-error-known = no error bar known
reason-between-bounds = from a lower and an upper bound
reason-needs-all-examples = needs the sign of every mean gradient: use all examples
reason-needs-smaller-batches = needs batch sizes below a block of examples
reason-no-coupling = no coupling, so no peak
reason-no-curvature-along = the loss does not curve upwards along the update
reason-no-minimum-quartic = the loss to fourth order has no minimum along the updates
reason-no-minimum-line = the loss has no minimum along the updates
reason-wide-valley = many learning rates do almost equally well
reason-few-rates = too few learning rates around the best one

quantity-loss = Loss
    .about = Mean loss over all examples at the checkpoint.
quantity-gradient-l1 = Absolute gradient
    .about = Sum of the absolute mean gradients.
quantity-signal = Signal
    .about = Sum of μ²/σ (2405.14578, eq. 15).
quantity-trace = Curvature trace
    .about = Trace of the Hessian.
quantity-snr-form = Curvature along the signal
    .about = With z = μ/σ.
quantity-snr-diagonal = Diagonal curvature along the signal
    .about = Sum of z² times the Hessian's diagonal: the part without coupling.
quantity-coupling = Coupling
    .about = Sum over pairs of their z times their curvature. Without it Theorem 3 has no peak.
quantity-noise-scale = Noise scale of the surge
    .about = π T / (2 S), the peak of Theorem 3 (2405.14578, eq. 14).
quantity-correlated-trace = Curvature seen by the noise
    .about = T plus 2/π times the sum of curvature times arcsin ρ over all pairs: how much signs of pure noise bend the loss.
quantity-trace-ratio = Cost of correlation
    .about = How many times as much the noise's signs bend the loss as independent signs would.
quantity-alignment = Alignment
    .about = Off-diagonal curvature along the gradient's sign, over the trace.
quantity-simple-noise-scale = Simple noise scale
    .about = tr Σ / |G|² (1812.06162, eq. 2.9).
quantity-sgd-noise-scale = Noise scale of SGD
    .about = tr(HΣ) / Gᵀ H G (1812.06162, eq. 2.8).
quantity-l1-noise-scale = Noise scale of signs
    .about = (Σσ / Σ|μ|)², without curvature (2602.03001).
quantity-leading-correlation = Leading correlation factor
    .about = Largest eigenvalue of the correlations, over the number of parameters.
quantity-skewness = Skewness
    .about = Root mean square over parameters of the skewness of one example's gradient.

unit-loss = loss
unit-loss-per-parameter = loss per parameter unit
unit-curvature = loss per parameter unit squared
unit-examples = examples
unit-none = none

# end of: why: explanations


## measuring


measure-help = Measure the law's ingredients: gradients, their noise and the curvature.
measure-help-checkpoint = full loss to measure at, the largest first, or 0 for the initial parameters; may be repeated
measure-help-option = an option of the workload, as in a plan
measure-help-examples = examples drawn for the gradients; all by default
measure-help-updates = minibatches at each batch size
measure-help-twins = Gaussian stand-ins for the noise
measure-help-probes = random vectors for the curvature's diagonal
measure-help-estimate = print what it would cost, and stop
measure-help-out = write a file for each checkpoint
measure-help-series = write the noise scales along the run
measure-help-gaussian = also test whether gradients are Gaussian in each coordinate, from this many draws at each batch size (1,000 is a good number)
measure-gaussian-examples = --gaussian must not be given for the quadratic workload, whose gradients are drawn from a Gaussian
measure-help-json = everything as JSON
measure-cost = { $count ->
    [one] { $count } checkpoint
   *[other] { $count } checkpoints
} of { $parameters } parameters, each with { $gradients } gradients of single examples, { $products } curvature products over { $examples } examples, { $memory } MB
measure-below = --{ $option } must be at least { $low }, but got { $value }
measure-seed = --seed must be from 0 to { $high }, but got { $value }
measure-needs-examples = --examples is required for the quadratic workload, whose data are unlimited.
measure-not-writable = --{ $option } must be in a folder that can be written to, but got { $folder }: { $reason }
measure-series-folder = --series must be a file, but got the folder { $folder }
measure-bad-option = --option must be NAME=VALUE, but got { $text }
measure-bad-size = --batch-sizes must be whole numbers with commas between them, but got { $text }
measure-small-size = --batch-sizes must be at least 1, but got { $text }
measure-title = { $workload }, { $checkpoint }: { $parameters } parameters, { $examples } examples
measured-at-loss = loss { $loss }
measured-at-start = initial parameters
measured-precision = { $measured } measured, { $trained } trained
measure-prediction = best learning rate, { $optimizer }, { $curve }: { $values }
experiment-help = Compare a checkpoint's measured optima with its predictions.
experiment-help-gaussianity = test only whether gradients are Gaussian in each coordinate
experiment-help-only = only cases whose name starts with this

# end of: measuring


## training: plans


plan-count = the plan has { $count ->
    [one] 1 problem:
   *[other] { $count } problems:
}
plan-toml = the file must be TOML, but: { $error }
plan-unknown = { $where } is not known; known here: { $known }
plan-unknown-near = { $where } is not known; did you mean { $near }?
plan-unknown-none = { $where } is not known; known here: nothing
plan-no-table = [{ $where }] must be a table, but got nothing
plan-not-a-table = [{ $where }] must be a table, but got { $got }
plan-no-text = { $where } must be text, but got nothing
plan-wrong-kind = { $where } must be { $kind ->
    [whole-number] a whole number
    [number] a number
    [switch] true or false
    [switch-or-auto] true, false or "auto"
    [whole-numbers] a list of at least one whole number
    [numbers] a list of at least one number
   *[text] text
}, but got { $got }
plan-bad-name = name must be at most 81 letters, digits, '-', '_' and '.', and begin with a letter or a digit (it names files), but got { $got }
plan-not-a-choice = { $where } must be one of { $choices }, but got { $got }
plan-not-from-here = { plan-not-a-choice }; a class of your own runs only from a terminal or from Python
plan-too-low = { $where } must be at least { $limit }, but got { $got }
plan-too-high = { $where } must be at most { $limit }, but got { $got }
plan-too-long = { $where } must hold no number above 1.8e308, but got a larger one
plan-not-positive = { $where } must be a positive whole number, but got { $got }
plan-not-given = { $where } must be given
plan-repeats = { $where } must not repeat a value, but got { $got }
plan-gap = grid.learning_rates must lie within { $reach } octaves of each other, which the second stage reaches, but got a gap of { $got }
plan-few-rates = grid.learning_rates must be at least { $limit }, but got { $got }
plan-many-rates = grid.learning_rates must be at most { $limit }, but got { $got }
plan-bad-range = grid.learning_rates must be a list or {"{"}low, high, per_octave{"}"} with positive numbers and low < high, but got { $got }
plan-range-bounds = grid.learning_rates must lie between { $low } and { $high }, but got { $got }
plan-range-length = grid.learning_rates must be at most { $limit }, but got { $got } of { $range }
plan-many-runs = grid must have at most { $limit } runs (sizes x rates x seeds), but got { $got }
plan-many-chunks = grid must have at most { $limit } chunks of runs that fit the memory, but got { $got }: take fewer seeds, or several plans
plan-one-length = { $where } must be one number under a cosine schedule, but got { $got }
plan-not-a-multiple = { $where } must be a multiple of { $other }, but got { $got } and { $base }
plan-above-another = { $where } must be at most { $other }, but got { $got } and { $limit }
plan-no-limit = optimizer.state limit needs an optimizer with betas, but got { $got }
plan-policy-least = grid.batch_sizes must be at least { $limit } under this policy, but got { $got }
plan-policy-own-workload = workload.key must be one of this project's where batches change, because the mean over each run's batch is then weighted
plan-policy-no-examples = policy.key must not need gradients of single examples on the quadratic, which draws none: take norm-test
plan-policy-constants = policy must give { $names }, which are not known for this workload
plan-policy-optimizer = optimizer.key must be sgd under the policy optimal-sgd, but got { $got }
plan-policy-schedule = protocol.schedule must be constant where batches change, because runs then differ in length
plan-policy-examples = protocol.examples must be one number where batches change
plan-workers-no-parts = optimizer.kind must not be local on the quadratic, whose minibatches have no parts
plan-workers-even = grid.batch_sizes must be multiples of the { $workers } workers, but got { $got }
plan-own-path = { $where }.key must be module:Class, but got { $got }
plan-own-module = { $where }.key must name a module that can be imported, but got { $got }: { $reason }
plan-own-base = { $where }.key must name a class derived from { $base }, but got { $got }: { $found }
plan-own-missing = { $where }.key must name a class with { $names }, but got { $got }
plan-own-option = options of { $path } must be of { $kinds }, but got { $name }: { $got }
plan-own-code = { $where } is refused by its own code: { $text }
plan-get-fashion = On Debian and Ubuntu: apt install dataset-fashion-mnist. Elsewhere put { $images } and { $labels } from github.com/zalandoresearch/fashion-mnist into a folder and set { $variable } to it.
plan-no-fashion = Fashion-MNIST was not found. { plan-get-fashion }
plan-no-fashion-in = Fashion-MNIST was not found: { $folder } has no { $count ->
    [one] { $first }
   *[other] { $first } and no { $last }
}. { plan-get-fashion }
plan-loss-negative = losses must be finite, and 0 for the initial parameters or positive, but got { $got }
plan-losses-rise = losses must fall, but got { $got }
training-cost = { $runs ->
    [one] { $runs } run
   *[other] { $runs } runs
}, about { $time } on one worker (give or take a factor of three); at most { $steps } steps in all, { $flops } floating-point operations, { $memory } MB
duration-seconds = { $amount } s
duration-minutes = { $amount } min
duration-hours = { $amount } h
span-seconds = { $low } to { $high } s
span-minutes = { $low } to { $high } min
span-hours = { $low } to { $high } h

# end of: training: plans


## training: runs


training-done = { $count ->
    [one] The one run is done.
   *[other] All { $count } runs are done.
}
training-stopped = Stopped after { $done } of { $total } runs; resume to go on.
training-stopped-early = Stopped; resume to go on.
training-progress = { $done }/{ $total } runs, about { $time } left; best learning rates so far { $best }
training-progress-scouting = scouting, { training-progress }

job-kept = { $done } of { $total } runs are done and kept.
job-kept-scouting = { $done } of { $total } runs of the scouting stage are done and kept.
job-what-was-finished = Finished runs are kept.
job-not-started = It was cancelled before it started.
job-stopped-early = It was stopped before a run was done; nothing is kept.
job-stopped = It was stopped.
job-server-stopped = The server was stopped in the meantime.
job-refused = The plan was refused: { $detail }
job-no-start = The worker could not be started: { $detail }
job-unreadable = The worker's output cannot be read: { $detail }
job-error = The worker stopped: { $detail }
job-killed = The system ended the worker (signal { $detail }), perhaps for lack of memory.
job-no-result = The worker ended without a result (exit status { $detail }).

# end of: training: runs


## training: the command line


sweep-help = Train a sweep over batch size and learning rate.
sweep-help-plan = what to run
sweep-help-list = list what a plan may name, one per line, and stop
sweep-plan-needed = a plan is needed, or --list
sweep-list-table = [{ $table }] key =
sweep-help-estimate = print what it would cost, and stop
sweep-help-budget = stop after this time; can be resumed
sweep-help-out = folder for the journal and the results; the plan's name by default
sweep-help-resume = continue from the journal in the folder
sweep-help-executor = where chunks are computed; processes by default, or serial for a plan that takes seconds
sweep-help-workers = number of processes; all cores, or all GPUs, by default
sweep-help-address = Ray cluster; 'local' starts one here
sweep-help-no-import = refuse a plan with a workload or an optimizer from a module
sweep-help-json = progress as one JSON object per line
sweep-budget-rule = 0 or a positive number
sweep-budget-may-end = It may stop at the budget of { $seconds } s; it can then be resumed.

check-identical = identical
check-differs = differ by at most { $share } of the loss
check-plan = { $plan }: { $count ->
    [one] { $count } run
   *[other] { $count } runs
} at batch size { $batch }: { $verdict }
check-failed = { $count ->
    [one] 1 plan differs
   *[other] { $count } plans differ
} by more than another machine's rounding explains.
card-what = What
card-how = How
card-workload = Workload
card-optimizer = Optimizer
card-protocol = Protocol
card-settings = Settings
card-grid = Grid
card-grid-is = { $sizes } batch sizes { $first } to { $last }, { $rates } learning rates { $low } to { $high }
card-seeds = Seeds
card-seeds-are = { $seeds }; minibatches with replacement from (seed, batch size, step), shared by all learning rates
card-fewer-seeds = { $seeds } ({ $few } from batch size { $from })
card-loss = Loss
card-loss-over = over { $what }
card-trials = Trials
card-precision = Precision
card-device = Device
card-one-thread = { $device }; one thread
card-versions = Versions
card-computed = Computed
card-computed-in = { $date }, { $seconds } s for all sweeps of the plan
card-plan = Plan
card-file = File
card-file-is = { $name }, its sha256 below
card-shows = What it shows
card-written = These sentences are what the analysis says of the file; they are written with it.
card-does-not-show = What it does not show

bundle-help = Make or check the bundled sweeps.
bundle-help-check = recompute a random sample of cells and compare
bundle-help-describe = write cards anew from the data files; trains nothing
bundle-help-bundle = list of plans in FOLDER/plans
bundle-help-budget = stop after this time in all; can be resumed
bundle-help-only = only plans whose name starts with this
bundle-help-seed = seed of the sample to check; a new one by default
bundle-budget-spent = { $plan }: the budget is spent; run the same command again to go on
bundle-plan-done = { $plan }: { $done } of { $total } runs are done
bundle-no-gpu = --device cuda needs a GPU that torch can use, but got none: nothing was computed

gpu-day-help = One visit to a GPU, call after call.
gpu-day-help-collect = copy what a visit left into this folder of bundled sweeps
gpu-day-help-plans = folder of the plans
gpu-day-help-no-bench = leave the benchmark out
gpu-day-help-here = run in this process, not in one that is ended when it hangs
gpu-day-differs = { $plan }: { $kind } differs by { $difference } of a fall; it is not run
gpu-day-differs-only = { $plan }: { $kind } differs by { $difference } of a fall; it is left aside
gpu-day-plan = { $plan }: { $done } of { $total } runs are done, { $seconds } s in this call
gpu-day-failed = { $plan } failed; check.json says why
gpu-day-ended = Ended because it took too long; what was finished is kept: run the same command again
gpu-day-check = The check is not finished: run the same command again
gpu-day-next = { $plan } is next: run the same command again
gpu-day-done = { $count ->
    [one] 1 plan is done;
   *[other] { $count } plans are done;
} { $refused ->
    [0] none was left out.
   *[other] { $refused } differed or failed, see check.json.
}
gpu-day-fits = { $plan }: ok
gpu-day-unknown = { $plan } is in no bundle here; it was left out
gpu-day-other-plan = { $plan } was run from a different plan than the one here; it was left out
gpu-day-incomplete = { $plan } is missing runs; it was left out

# end of: training: the command line


## command line


help-surge = Optimal learning rate against batch size.
help-fit = Optima, fitted laws and verdict of a sweep.
help-convert = Write a sweep as another file.
help-init = Write a first plan of runs.
help-sweep = Train a sweep (needs the extra "training").
help-measure = Measure the law's ingredients (needs the extra "training").
help-file = a table, a tracker's store (folder, zip, database), wandb://entity/project, mlflow+http://host/experiment; - for standard input
help-json = all numbers as JSON
help-at = also: learning rate for this batch size
help-next = also: which cells to run next
help-against = also: how the peak moves from this sweep to that one, of the same workload at a later target or checkpoint
help-map = which column is what, such as learning_rate=peak_lr; may be repeated
help-group = which model, where the table holds several
help-maximise = a higher metric is better
help-minimise = a lower metric is better
help-store = which tracker's runs to read, where a folder holds several
help-read-seconds = time limit for reading the file [s]; 600 by default
help-skip-bad-rows = leave out rows with a problem
help-diverged-factor = how many times the usual excess over the best a finite loss may have; 0 for no limit
help-diverged-above = a loss above this is diverged
help-out-file = file to write: .csv, .jsonl or .parquet
help-like = in the shape of a tracker's export
help-launcher = who starts the runs
help-grid = learning rates half an octave apart (the default)
help-random = N random learning rates at each batch size instead
help-batch = range of batch sizes, an octave apart, such as 32:4096
help-rate = a learning rate that works
help-rate-at = the batch size at which it works
help-scaling = how that rate scales with the batch size: sqrt, usual for Adam, or linear, usual for SGD
help-octaves = how far the learning rates reach on each side
help-seeds = runs of each cell
help-draw-seed = seed of the random learning rates
help-program = the training program
help-names = what the program calls batch size, learning rate and seed
help-metric = what the program logs
help-out-folder = folder to write the files to; without it they are printed
rule-positive = a positive finite number
rule-whole = a positive whole number
rule-not-negative = 0 or a positive number
rule-finite = a finite number
report-title = { $name }: { $count ->
    [one] { $count } trial
   *[other] { $count } trials
}
report-batch = batch size
report-best = best learning rate (95 %)
report-edge-low = ≤ { $rate }  (the lowest rate tried, { $tried }, was the best)
report-edge-high = ≥ { $rate }  (the highest rate tried, { $tried }, was the best)
report-no-error = { $rate }  (no error bar)
report-interval = { $rate }  ({ $interval })
report-law = law
report-score = AIC
report-weight = weight
report-holdout = holdout
report-parameters = parameters (95 %)
report-at = at batch size { $batch }
report-rate = learning rate (95 %)
output-lost = The output cannot be written: { $error }
unreadable = { $path } cannot be read as a sweep:
notice-remedy = { $notice } To change it: { $remedy }.
unreadable-remedy = Remedy: { $remedy }
not-done = surge { $command } did not run:
converted = { $count ->
    [one] { $count } trial
   *[other] { $count } trials
} written to { $path }
planned = { $sizes ->
    [one] { $sizes } batch size
   *[other] { $sizes } batch sizes
}, { $cells ->
    [one] { $cells } cell
   *[other] { $cells } cells
}, { $runs ->
    [one] { $runs } run
   *[other] { $runs } runs
}

# end of: command line


## serving


serve-about = Serve the dashboard: one process, or several behind one port.
serve-help-workers = processes; more than one needs Caddy
serve-help-host = address to listen on: localhost for this machine alone, 0.0.0.0 for the network
serve-help-proxy = for a proxy of your own in front: the processes listen on this port and the ones after it
serve-workers-least = --workers must be at least 1, but got { $got }
serve-no-caddy = { $workers } processes behind one port need Caddy, and no caddy was found. Install it (https://caddyserver.com/docs/install; Debian and Ubuntu: apt install caddy; macOS: brew install caddy), use the container (docker compose up), or serve with one process: make serve WORKERS=1.
serve-no-start = A process of the dashboard did not start. `streamlit run app/serve/asgi.py` shows why.
serve-again = The process on port { $port } ended and is being restarted; its visitors must drop their files again.
serve-proxy-ended = Caddy ended. Is the port free? `caddy run --config app/serve/Caddyfile` shows why.
serve-ready = { $workers ->
    [one] Surge Explorer, one process: { $address }  (stop with Ctrl-C)
   *[other] Surge Explorer, { $workers } processes: { $address }  (stop with Ctrl-C)
}

# end of: serving


## page: shell and navigation


app-name = Surge Explorer
document-title = { $page } · Surge Explorer
page-learn = Learn
page-lesson = Lesson
page-derivation = Derivation
page-lab = Lab
page-handout = Handout
learn-link-learn = Story
learn-link-lesson = { page-lesson }
learn-link-derivation = { page-derivation }
learn-link-lab = { page-lab }
learn-link-handout = { page-handout }
page-explore = Explore
page-sweep = Your sweep
page-evidence = Evidence
page-train = Train
page-reference = Reference
page-laws = Laws and assumptions
page-glossary = Glossary
page-cards = Data cards
page-method = Method and calibration
page-citations = Citations
page-train-running = Train · { $count } running
reference-link-reference = The law in a page
reference-link-laws = Laws and assumptions
reference-link-glossary = Glossary
reference-link-cards = Data cards
reference-link-method = Method and calibration
reference-link-citations = Citations

serve-here = Surge Explorer: { $address }  (stop with Ctrl-C)
serve-lan = For phones and other computers on this network: { $address }
serve-lan-warning = Anyone on the network can open it. It has no password, and nobody can train on this computer.
serve-no-network = No network was found, so only this computer can open it.

# end of: page: shell and navigation


## page: choice of the sweep


choice-lost-own = The table shown here is no longer on this server. Drop the file again, or open a trained sweep from the list on the Train page.
choice-lost = The address asks for { $key } = { $text }, but there is no such sweep here.
choice-fitting = Finding the optima and fitting the laws
choice-cancel = Stop the analysis
choice-cancelled = The analysis was stopped.
choice-analysis-died = The analysis ended before it had an answer; the machine may be out of memory.
choice-again = Analyse it again
choice-reading = Reading the file
choice-workload = Workload
choice-workload-or-own = Workload, or your own sweep
choice-optimizer = Optimizer
choice-run = Horizon and protocol
choice-run-help = All runs of a sweep start from one checkpoint, trained down to the loss named; a numbered checkpoint is another one at that loss. In the paper's protocol each run first trains to a target loss.
choice-name = Name
choice-remove = Remove
choice-drop = Drop a table of training runs
choice-drop-help = One row per training run: batch size, learning rate, loss and, if you have them, seed, steps and status. Exports of W&B, Optuna, MLflow, TensorBoard and Ray Tune are understood, as CSV, TSV, JSON lines or Parquet, gzipped or not.
choice-drop-again = The server was restarted and no longer has this file. Please drop it again.
choice-made-room = This server keeps a limited amount for each visitor, so { $names } had to go. Drop again what you need.
choice-kept = Stays in this server's memory; never written to disk, never sent on. A reload finds it for { $hours } hours through this page's address, so share that address with care.
choice-paste = Paste a table
choice-paste-label = One row per training run, with column names first
choice-paste-read = Load table
choice-pasted = Pasted table
choice-folder = Open a tracker's folder
choice-folder-label = Folder
choice-folder-help = The folder that W&B, MLflow, TensorBoard, Ray Tune, Optuna, Trackio or a Hugging Face Trainer wrote. Its zip can be dropped as a file.

panel-title = How the file is read
panel-preview = { $layout }. { $rows }. First rows, as read:
panel-none = not in the file
panel-batch_size = Batch size
panel-learning_rate = Learning rate
panel-loss = Metric
panel-goal = In the metric
panel-goal-open = not chosen yet
panel-goal-minimise = lower is better
panel-goal-maximise = higher is better
panel-goal-drop = a larger loss drop is better
panel-seed = Seed or repeat
panel-steps = Training steps
panel-status = Status
panel-steps_to_target = Steps to a target
panel-batch_factors = Batch size is multiplied by
panel-batch_unit = Batch sizes count
panel-batch_unit-examples = examples
panel-batch_unit-sequences = sequences
panel-batch_unit-tokens = tokens
panel-sequence_length = Tokens in a sequence
    .help = 0 where unknown; with it, batch sizes in sequences become tokens.
panel-holds = A row is
panel-holds-runs = a training run
panel-holds-optima = a best learning rate
panel-curve = Counts along a run
panel-take = Of a run's curve, take
panel-take-last = the last value
panel-take-best = the best value
panel-take-smoothed = the mean of the last tenth
panel-loss_std = Standard deviation
panel-loss_stderr = Standard error
panel-n_runs = Runs behind a row
    .help = A column, or the number itself if it is the same in every row.
panel-group = Columns that tell models apart
panel-best_of = Take the best of these settings
panel-gain = Diverged: this many times the usual excess
    .help = A loss counts as diverged if it lies above the best of its batch size, at a higher rate, by more than this many times what is usual near the best in the whole table. 0 switches the rule off; nan and inf always count.
panel-above = Diverged: above this loss
    .none = no limit
panel-rule = { $rule } A learning rate with a diverged trial is never the best.
panel-unskip = Show the rows that were left out
panel-skip = Leave these rows out and continue with the other { $count }
panel-refused = cannot be read as a sweep: { $count ->
    [one] { $count } problem
   *[other] { $count } problems
}
panel-other-problems = { $count ->
    [one] The other problem
   *[other] The other { $count } problems
}
panel-flags = On the command line: { $flags }
panel-answer = Answer
panel-open = Open it
panel-back = Back to the bundled sweeps
panel-meanwhile = Meanwhile this page shows { $sweep }.
panel-model = Model
panel-choose-model = Choose a model
panel-value = Value
panel-choose-value = Choose a value

read-line = { $count ->
    [0] How it was read: { $facts }
    [one] How it was read: { $facts } · 1 thing to know
   *[other] How it was read: { $facts } · { $count } things to know
}
read-group = One of { $count } models in this file

# end of: page: choice of the sweep


## page: learn


learn-rule-claim = A bigger batch takes a bigger learning rate.
learn-rule-sentence = { learn-rule-claim } Does that go on forever?
learn-rule-sub = Most people scale the rate in proportion to the batch, or with its square root. Drag the dot.
learn-rule-limit = Two rules of thumb, not findings. Both lines start from the theory's rate at batch size 1.
learn-bend-sentence = An optimizer that keeps only signs, as Adam nearly does, bends: its best rate rises, peaks and falls.
learn-bend-sub = At batch size { $batch } the square-root rule asks for a rate { $ratio } times too high.
learn-bend-limit = Theory for one step on a quadratic loss, with independent Gaussian gradients.
learn-cause-claim = The peak sits where the signal in the gradient rises above its noise.
learn-cause-sentence = { learn-cause-claim } Drag the peak.
learn-cause-sub = Twice the signal to noise moves the peak to a { $ratio ->
    [4] quarter
   *[other] { $ratio }th
} of the batch size, from { $before } to { $after }.
learn-cause-limit = Signal to noise is the mean of one parameter's gradient over its spread, per example.
learn-undone-sentence = Two things undo the fall: curvatures that do not pull together, and gradients that share their noise.
learn-undone-sub = With alignment R = { $alignment } there is no peak at all. Shared noise shrinks the fall from { $fall } to { $left }.
learn-undone-limit = A toy model: one common factor in all gradients. Below R = 1 there is no peak when signal to noise is equal.
learn-measured-sentence = So we trained a small network. Ten sign steps show a fall; one sign step and Adam do not.
learn-measured-sub = Best rates over the batch size, each relative to its highest, with 95 % intervals.
learn-measured-limit = All three starting points show the fall, one of them only just. A fall after ten steps is no evidence for a law about one.

learn-number-rule = the rate at batch size { $batch }, by the square-root rule
learn-number-fall = from the peak at batch size { $batch } to where it settles
learn-number-cause = the batch size of the peak
learn-number-none = no peak
learn-number-measured = { $title }, 95 % interval { $low } to { $high }
learn-number-levels = the best rate rises to { $rate } and stays
learn-falls = Falls by { $fall } ({ $low } to { $high })
learn-no-fall = No fall up to batch size { $last }
learn-undecided = Not decided up to batch size { $last }
learn-panel-digits-mlp-sign-c3-k1 = One sign step
learn-panel-digits-mlp-sign-c3-k10 = Ten sign steps
learn-panel-digits-mlp-adam-c3-k10 = Ten steps of Adam
learn-panel-alt = { $title }: best learning rates at { $count } batch sizes, relative to the highest. { $verdict }.
learn-switch-alignment = Curvatures do not pull together
learn-switch-correlation = Gradients share their noise
learn-door-explore = Try it
learn-door-sweep = Your sweep
learn-door-evidence = Why
learn-door-lesson = Take the lesson
learn-walk = Steps of the story
learn-step = Step { $step } of { $of }
learn-previous = Back
learn-next = Next
learn-back = Put it back

# end of: page: learn


## page: presenter


present-name = The story, presented
present-open = Present
present-by-key = On a projector, one step a screen. Key: P
present-keys = B black · N notes · Q room · Esc end
present-room = For your phones
present-code = QR code of { $link }
present-local = Phones cannot reach this computer's own address. Start the dashboard with "make run HOST=lan" to serve your network; the code then stands here.
present-notes = Notes
present-next = Next: { $sentence }
present-last = That was the last step. Questions, then the lab.
present-note-rule = Ask who scales the rate with the batch, and up to which batch. Let the silence work. Drag the dot to 1024 and read the number aloud.
present-note-bend = Say it slowly: rises, peaks, falls. Point at the peak, then at the level. Do not explain it yet.
present-note-cause = Let the room predict which way the peak goes, then drag it. Twice the signal moves it to a quarter of the batch size.
present-note-undone = Press one switch at a time, and undo it before the next. Ask which of the two they would expect in their own networks.
present-note-measured = Read the three verdicts as they stand. The honest sentence is the last one: ten steps say nothing about a law for one step.

# end of: page: presenter


## page: handout


handout-intro = One sheet for a class: the phenomenon in two figures, and six exercises with room to write.
handout-with-key = With the teacher's key
handout-download = Download, HTML
handout-print = The file opens offline. To print the file or this page: Ctrl+P, or Cmd+P on a Mac; A4 or Letter, both sides of one sheet, at 100 %. The key starts on a sheet of its own.
handout-title = The learning rate that surges
handout-figure = Figure { $number }.
handout-peak-mark = peak
handout-theory-alt = Best learning rate of one step over batch size. Two rules of thumb only rise. The exact law of an optimizer that keeps signs rises to { $rate } at batch size { $batch }, falls, and settles on a plateau.
handout-theory-caption = Theory for one step on a quadratic loss, with independent Gaussian gradients: the best rate of an optimizer that keeps only signs. The linear and the square-root rule are what people use with SGD; both start from the theory's rate at batch size 1.
handout-measured-caption = Measured on a small network: { $name }. Each marker is the best of the learning rates tried.
handout-marks = { $measured }, 95 % interval
handout-origin = Surge Explorer { $version }. The theory: Li et al., NeurIPS 2024, arXiv 2405.14578, Theorems 2 and 4. The data come with the program.
handout-worksheet = Worksheet
handout-name = Name
handout-date = Date
handout-key = Teacher's key
handout-key-model = Figure 1 is drawn for a learning-rate scale of { $lr_scale }, a signal to noise of { $snr } per example, the same for all parameters, and a curvature alignment R of { $alignment }. The answers follow from the same law and from the sweep of figure 2.

handout-peak-ask = Read figure 1. At which batch size is the best rate of the sign optimizer highest, and how high is it there?
handout-peak-key = At batch size { $batch }; the rate is { $rate }. The top is flat: any reading from { $low } to { $high } is good.
handout-rule-ask = You tuned at that peak. A colleague takes { $times } times the batch and scales your rate with its square root. Which rate does she use, and how many times too high is it?
handout-rule-key = She uses { $root } times { $rate }, which is { $asked }. The law says { $best }, so she is { $ratio } times too high. (The line of the rule in figure 1 starts at batch size 1, and is higher still.)
handout-signal-ask = The signal to noise of every gradient doubles. Sketch the new curve in figure 1. Where is its peak, and how high?
handout-signal-key = At a quarter of the batch size, { $after } instead of { $before }, and as high as before, { $rate }. Only the batch size times the square of signal to noise counts, so the curve moves to the left unchanged.
handout-undone-ask = One change at a time: what becomes of the fall if (a) the alignment R of the curvatures drops from { $from } to { $alignment }; (b) all gradients share noise, with a correlation of { $correlation }? Give a reason.
handout-undone-key = (a) There is no peak and no fall. The best rate falls only where the curvature that signs meet together outweighs what each meets alone, and that takes R above 1; so it rises until it settles at { $level }. (b) Little is left: { $left } instead of { $fall }. Shared noise turns many signs together, so small batches meet that curvature too, and the best rate is held down where its peak was. Both are about the model of figure 1.
handout-bars-ask = Figure 2. Compare batch sizes { $first } and { $second }, then { $third } and { $fourth }. Which difference is more than chance explains? Argue with the error bars.
handout-bars-key = { $first } and { $second }: chance explains it. The bars overlap, and the rates are { $near } standard errors apart. { $third } and { $fourth }: more than chance. The bars are clear of each other, and the rates are { $far } standard errors apart. A good answer adds that a pair chosen after a look at the figure seems more certain than it is.
handout-use-ask = Figure 2. You tuned at batch size { $third } and move to { $fourth }. Which rate does the square-root rule give, which one does the sweep give, and which would you use? What would change your mind?
handout-use-key = The rule gives { $asked }, the sweep { $best } (95 %: { $interval }): the rule is { $ratio } times too high ({ $low } to { $high }). Use the sweep's. It holds for this network, from this start, for ten sign steps; another network, more steps or Adam call for a sweep of their own.

# end of: page: handout


## page: lab


lab-title = Which learning rate at batch size { $batch }?
lab-rules = Look at single runs of batch sizes up to { $largest }, then bet on { $batch }, which you never see. A run costs its batch size, and you have { $budget } for { $rounds } rounds.
lab-board = Mean loss of the runs you have seen, by batch size. Lower is better; the best of each column is framed. Column { $target } is for your bet.
lab-rate = Rate
lab-budget = Budget left
lab-round = Round { $round } of { $of }
lab-left = of { $of } left
lab-choose = Choose cells. Each click adds one run of that cell.
lab-this-round = This round:
lab-chip = { $batch } at { $rate }: { $count }
lab-less = One run fewer at batch size { $batch }, rate { $rate }
lab-look = { $price ->
    [0] Look
   *[other] Look, for { $price }
}
lab-bet-now = Bet now
lab-cell = Batch size { $batch }, rate { $rate }: not seen.
lab-cell-seen = Batch size { $batch }, rate { $rate }: loss { $loss }, { $count ->
    [one] one run
   *[other] mean of { $count } runs
}.
lab-cell-more = { $count ->
    [one] One more chosen.
   *[other] { $count } more chosen.
}
lab-cell-error = { $loss } ± { $error }, standard error of the mean of { $count } runs
lab-diverged = ∞
lab-chosen = This round costs { $price }; { $left } are left.
lab-too-dear = Only { $left } are left.
lab-no-more-runs = This cell has no more runs.
lab-round-seen = Round { $round } is on the board; { $left } are left.
lab-hidden = Hidden until you bet.
lab-bet-title = Your bet for { $target }
lab-bet-how = Name the best rate, and an interval that you would expect to be right four times in five. Cost: what your rate loses, plus half the width of the interval in octaves. Each octave by which it misses costs 5.
lab-rate-of-bet = Best rate
lab-low-of-bet = Lower end
lab-high-of-bet = Upper end
lab-width = { $octaves } octaves wide, which costs { $cost }.
lab-place = Place the bet
lab-target-bet = Your bet: { $rate } ({ $low } to { $high }).
lab-cost = Your bet costs { $cost }
lab-key-bet = Your bet
lab-key-truth = Measured best rate, with its 95 % interval
lab-truth = At batch size { $batch } the best rate is { $rate } ({ $low } to { $high }).
lab-held = Your { $level } interval holds it.
lab-missed = Your { $level } interval misses it; your rate is { $off } octaves too { $side }.
lab-worth = Without its error bar the same bet would have cost { $bare }. The error bar was worth { $gain }.
lab-not-worth = Without its error bar the same bet would have cost { $bare }. This time the error bar cost { $gain } more than it saved: wider than you needed.
lab-was = It was: { $title }.
lab-costs = Where the cost comes from, and what rules of thumb would have lost
lab-row-rate = Your rate
lab-row-interval = Your interval
lab-row-keep = Keeping the best rate of { $batch }
lab-row-root = Square-root rule from { $batch }
lab-line = Your result as a line
lab-paste = For the table of your class
lab-your-name = name
lab-again = Hidden sweep { $next }
lab-address-look = The link's round "{ $text }" cannot be played: it names no cell of this sweep, or costs too much. It and what follows are left out.
lab-address-bet = The link's bet "{ $text }" is not a rate within its interval. It is left out.
lab-class = Table of a class
lab-class-how = Paste one result per line: sweep, rate, lower end, upper end, name. Scores are computed here from the bets; nothing is kept but the address of this page.
lab-class-lines = Results, one per line
lab-line-unusable = Line { $row } is not a result: "{ $line }". It takes a sweep, a rate, two ends around it, and a name.
lab-column-name = Name
lab-column-instance = Sweep
lab-column-bet = Bet
lab-column-held = Holds
lab-column-rate = Rate
lab-column-interval = Interval
lab-column-cost = Cost
lab-bet = { $rate } ({ $low } to { $high })
lab-yes = yes
lab-no = no
lab-class-held = { $held } of { $count } intervals hold the truth ({ $low } to { $high } in the long run); they were meant to be { $level } intervals.
lab-class-narrow = This class is too sure of itself.
lab-class-wide = This class could be bolder.
lab-class-fair = The two agree.
lab-class-worth = An error bar was worth { $gain } per bet.
lab-class-not-worth = Error bars cost { $gain } more per bet than they saved.

# end of: page: lab


## page: lesson


lesson-sgd-idea = Averaging a batch tames the noise, so plain SGD can take a longer step with a bigger batch, until there is no noise left to tame.
lesson-sgd-predict = Call its best rate at batch size 1 one. How many times larger is it at batch size 16?
lesson-sgd-reveal = From 4 to 16 it grows { $early } times, from 1024 to 4096 only { $late } times. It bends at batch size { $scale }, the noise scale, and never falls.
lesson-sgd-question = You are far above the noise scale and double the batch. What does the best rate of SGD do?
lesson-sgd-a = It doubles
    .why = Only far below batch size { $scale }. Linear scaling has an end.
lesson-sgd-b = It hardly changes
    .why = Yes. There is hardly any noise left to average away.
lesson-sgd-c = It falls
    .why = SGD's best rate rises and levels off. In this theory it has no fall.

lesson-sign-idea = A sign keeps the direction of a gradient and throws its size away.
lesson-sign-predict = Noise makes the average gradient of a small batch long; the line shows how a bigger batch shortens it. Call the length of a sign step at batch size 16 one. How long is a sign step at 1024?
lesson-sign-reveal = Just as long: a sign is plus or minus one. What the batch changes is how often it is right: { $before } of the time at 16, { $after } at 1024, for a signal to noise of { $snr }.
lesson-sign-question = What does a bigger batch change in a sign step?
lesson-sign-a = How long it is
    .why = Each sign is plus or minus one at any batch size.
lesson-sign-b = How often its signs are right
    .why = Yes. Here { $before } becomes { $after }.
lesson-sign-c = Nothing
    .why = Its length stays, but the share of right signs goes from { $before } to { $after }.

lesson-coin-idea = The sign of one parameter is a coin flip. A bigger batch loads the coin.
lesson-coin-predict = At signal to noise { $snr }, the sign from one example is right { $one } of the time. How often is the sign from 64 examples right?
lesson-coin-reveal = Each flip averages fresh random examples. The dots settle on the curve of Theorem 2, erf; their bars are 95 % intervals. At batch size 1 it takes { $needed } flips to tell this coin from a fair one.
lesson-coin-question = The mean sign is { $single } at batch size 1. What is it at batch size 4?
lesson-coin-a = { $four }
    .why = While it is small it grows with the square root of the batch, not with the batch.
lesson-coin-b = { $double }
    .why = Yes: twice, the square root of four.
lesson-coin-c = { $single } again
    .why = Four examples know more than one, though not four times more.

lesson-pull-idea = Every sign step pays a noise floor, the trace of the curvature. Signs that agree also pay for pulling together.
lesson-pull-predict = Call the floor one. The pull is R E², with R = { $alignment }, and starts at { $at1 }. At which batch size does it cost as much as the floor?
lesson-pull-reveal = The pull is { $at16 } at batch size 16 and { $at1024 } at 1024. The floor is one at any batch size. Remember where they cross.
lesson-pull-question = Which of the two grows with the batch?
lesson-pull-a = The noise floor
    .why = It is the trace of the curvature, whatever the batch.
lesson-pull-b = The pull
    .why = Yes. Only agreement grows with the batch.
lesson-pull-c = Both
    .why = The floor stays where it is. Only agreement grows with the batch.

lesson-rise-idea = The best rate is what the signs gain over what they pay: E over 1 + R E².
lesson-rise-predict = The curve is drawn up to batch size 16. Click where you think it peaks.
lesson-rise-reveal = At { $peak }, just where pull and floor cost the same. From there it falls by { $fall }, while the square-root rule goes on: at 1024 it asks for a rate { $ratio } times too high.
lesson-rise-question = At the peak, how many of the signs are right?
lesson-rise-a = Nearly all
    .why = That is batch size 1024, with { $later }. By then the rate has fallen.
lesson-rise-b = Half
    .why = Then the step would gain nothing at all.
lesson-rise-c = About two in three
    .why = Yes, { $right }. The rate falls because signs agree, not because of noise.

lesson-settle-idea = Once all signs agree, a bigger batch changes nothing. That is Theorem 4.
lesson-settle-predict = The curve is drawn up to batch size 256. Where does the rate settle?
lesson-settle-reveal = At { $plateau }: all the gradient over all the curvature, ε₀ / (1 + R). Theorem 3, the short formula, goes on falling: at 4096 it says { $short }, the exact law { $exact }.
lesson-settle-question = Why does Theorem 3 go down to zero?
lesson-settle-a = It replaces erf by a straight line
    .why = Yes. That is good only far below batch size { $limit }.
lesson-settle-b = The loss is not quadratic
    .why = Both laws take it to be quadratic.
lesson-settle-c = The best rate really goes to zero
    .why = { $scale } / { $sum } is not zero.

lesson-gone-idea = No pull, no fall. And the theorems assume that no two parameters share their noise.
lesson-gone-predict = The line shows how much of its peak the best rate loses, over the alignment R. Click where the fall begins.
lesson-gone-reveal = At R = 1. But let gradients share their noise, correlation { $correlation }, and of a fall of { $fall } at R = { $alignment } only { $left } is left. Measured ({ $title }): shared noise bends the loss { $ratio } times as much as independent noise.
lesson-gone-question = Theorem 3 fits your points well. Is there a surge?
lesson-gone-a = Yes, the formula has a peak
    .why = It draws a peak at any R above zero, even where the exact law has none.
lesson-gone-b = Only if the points themselves fall
    .why = Yes. A fitted peak is not a measured one.
lesson-gone-c = Yes, if R is well above 1
    .why = Shared noise can undo the fall at any R.

lesson-adam-idea = Adam is not just a sign: it remembers. With a full memory, every batch counts as many.
lesson-adam-predict = One sign step peaks at batch size { $peak }. Signs of an averaged gradient, with β₁ = 0.9 and a full memory: where does one step peak?
lesson-adam-reveal = At { $moved }: a batch counts { $counts } times. That is a claim about one step only. With an empty memory, Adam's first step is a sign step: measured at batch size 1024, their best rates are { $adam } and { $sign }. The grey line has no memory.
lesson-adam-question = On a real network one sign step shows no fall, and ten do. What does that tell you?
lesson-adam-a = The surge law is right after all
    .why = The law is about one step, and there is no fall after one.
lesson-adam-b = Momentum makes the fall
    .why = Sign descent has no momentum.
lesson-adam-c = Several steps can fall without the law
    .why = Yes. A fall after ten steps is no evidence for a law about one.

lesson-real-idea = So what does a real network do? Read the verdict first, then the size, then the error bars.
lesson-real-predict = Best rates of a small network after ten sign steps, up to batch size { $shown }. Where is the best rate at 1024?
lesson-real-reveal = The best rate falls by { $fall }, and a 95 % interval of { $low } to { $high } leaves out zero. One sign step of this network shows no fall, nor do ten steps of Adam.
lesson-real-question = The same network with ten steps of plain SGD says: "Not decided, a fall of 0 to { $open }". What does that mean?
lesson-real-a = There is no surge
    .why = A fall of up to { $open } is still possible. Not shown is not absent.
lesson-real-b = More runs would be needed
    .why = Yes. These runs allow no fall, and a fall of { $open } too.
lesson-real-c = The fall is { $open }
    .why = That is only the upper end of what is possible.

lesson-tomorrow-idea = What counts in the end is the price. A wrong rate costs what the loss says, no more.
lesson-tomorrow-predict = The same sweep at batch size 1024: the dots show the loss that was measured, against the rate, up to { $seen }. You keep { $rate }, the best rate at { $shown }. How much loss does that add? The best loss is { $best }.
lesson-tomorrow-reveal = It adds { $keep } ({ $low } to { $high }). Scaling by the square root from batch size 64 would add { $root }.
lesson-tomorrow-question = Tomorrow you go from batch size 256 to 4096. What do you do first?
lesson-tomorrow-a = Multiply the rate by four
    .why = Here the square-root rule was the costly choice. Elsewhere it can be right: nobody knows before a run.
lesson-tomorrow-b = Run half, the same and twice the rate
    .why = Yes. Three short runs at the new batch size beat any rule.
lesson-tomorrow-c = Keep the rate
    .why = Cheap here. With ten steps of Adam the best rate went on rising, and keeping it would cost more.

lesson-axis-times = Best rate, relative to batch size 1
lesson-axis-length = Length, relative to batch size 16
lesson-axis-right = Share of right signs
lesson-axis-cost = Curvature paid [trace of the Hessian]
lesson-axis-alignment = Curvature alignment R
lesson-axis-fall = Fall of the best rate from its peak
lesson-axis-rate = Learning rate
lesson-axis-extra = Loss added at batch size 1024
lesson-line-sgd = SGD
lesson-line-gradient = Average gradient
lesson-line-sign = Sign step
lesson-line-fair = A fair coin
lesson-line-erf = Theorem 2, erf
lesson-line-floor = Noise floor
lesson-line-pull = Coherent pull
lesson-line-alone = Independent noise
lesson-line-shared = Shared noise, { $correlation }
lesson-line-valley = Smooth valley

lesson-title = Ten steps, ten predictions
lesson-place = Place the mark first: click the figure, or use the arrow keys.
lesson-hint = Click the figure or use the arrow keys, then show the answer.
lesson-mark = Your prediction
lesson-show = Show the answer
lesson-next = Next
lesson-previous = Back
lesson-step = Step { $step } of { $of }
lesson-walk = Steps of the lesson
lesson-you = you: { $guess }
lesson-truth = { $truth }
lesson-off-exact = Spot on
lesson-off-factor = { $factor }× off
lesson-off-points = { $points } points off
lesson-off-by = { $off } off
lesson-said = You said { $guess }. It is { $truth }.
lesson-said-close = You said { $guess }. It is { $truth }: close enough.
lesson-again = Try again.
lesson-flips = { $flips } flips per dot
lesson-flip = Flip { $flips } more
lesson-coin-alt = { $batch }: { $share } right after { $flips } flips
lesson-figure = { $title } against { $over }.
lesson-score = You were close in { $close } of { $count } predictions and right at once in { $right } of { $count } checks.
lesson-start = Start again
lesson-door-sweep = Your sweep
lesson-door-explore = Try it
lesson-door-derivation = Derivation

# end of: page: lesson


## page: derivation


derive-title = From Lemma 1 to Theorem 5
derive-intro = Six steps. Each has its formula, what its symbols measure at a real checkpoint, what its approximation costs there, and where the paper is imprecise (Li et al., arXiv 2405.14578). All of it is about one step.
derive-checkpoint = Measured at
derive-slider = Slider in Explore
derive-measured = Measured
derive-in-words = In words: { $words }
derive-approximately = **Approximately:** { $error }
derive-imprecise = **Imprecise in the paper:** { $what }
derive-end = Every prediction beside the optima as trained

derive-mu = Mean gradient, one entry for each parameter
derive-v = Update of one step, before it is scaled by the rate
derive-h = Second derivatives of the loss, for each pair of parameters
derive-z = Signal to noise; measured: all of the gradient over all of its spread, per example
derive-scale = Learning-rate scale: absolute gradient over trace
derive-top = Best rate at the peak, by Theorem 3
derive-plateau = Best rate of a very large batch
derive-drop-top = Loss drop of a very large batch, by Theorem 5
derive-beta = Momentum of the update

derive-lemma-title = Lemma 1: gain over curvature
derive-lemma-idea = A step gains by its slope and pays by its curvature. The best rate is gain over curvature.
derive-lemma-words = the best rate is the mean gradient times the mean update, over the mean curvature along the update. The loss drop is half the square of that gain over the same curvature.
derive-lemma-imprecise = it divides by the mean curvature along the update without asking that it is positive. Where it is not, there is no best rate. And it is about one step: a curve measured after ten steps neither confirms nor refutes it.
derive-lemma-see = See the law of one step in Explore

derive-signs-title = Theorem 2: signs make it erf
derive-signs-idea = With Gaussian noise, the mean sign follows an error function as the batch grows. Where coordinates are independent, mean signs multiply.
derive-signs-words = the mean sign of a parameter is erf of the root of half the batch size, times its signal to noise. The best rate is the sum of mean signs times gradients, over the trace of the curvature plus the curvature between all pairs, weighted by both mean signs.
derive-signs-imprecise = a product of two mean signs is the mean of the product only for parameters that share no noise, and real ones do. With a common factor of correlation { $correlation }, a fall of { $fall } % becomes one of { $left } %.
derive-signs-see = Share the noise in Explore

derive-line-title = Theorem 3: a straight line for erf
derive-line-idea = For small batches erf is a straight line in the root of the batch size. Then the law becomes the surge formula, with its peak at the noise scale.
derive-line-words = the mean sign is about the root of two B over pi, times signal to noise. The noise scale is pi times the trace over twice S. The best rate is twice its maximum over the sum of two roots: of noise scale over B, and of B over noise scale.
derive-line-imprecise = the formula always draws a peak when S is positive. The exact law has one, for equal signal to noise, only when R is above 1: with R = { $weak } the formula peaks at { $drawn } and the exact law nowhere. Where there is a peak it is not at the noise scale: at R = { $barely } it is { $ratio } times as far out. In equation 14, as it circulates, the curvature is missing from the double sum.
derive-line-see = See a peak that only the formula has, in Explore

derive-settled-title = Theorem 4: where the fall stops
derive-settled-idea = Once every sign is certain, a bigger batch changes nothing.
derive-settled-words = the rate of a very large batch is the sum of all absolute gradients over the curvature between all pairs, weighted by their signs; which is the scale over one plus R.
derive-settled-imprecise = it holds only if no mean gradient is exactly zero. With gradient (1, 0) and curvature one in both directions the limit is { $true }; equation 17 says 1. And "large" can be far away: with signal to noise spread over many decades, the rate at batch size { $batch } is still { $ratio } times the plateau.
derive-settled-see = See a plateau that is far away, in Explore

derive-drop-title = Theorem 5: what a step gains
derive-drop-idea = With the same straight line, the loss drop of the best step rises and levels off, with the same noise scale.
derive-drop-words = the loss drop is its maximum over one plus noise scale over B. The maximum is M squared over twice S.
derive-drop-imprecise = the theorem says that a bigger batch never gains less. By the exact law it can: with gradients 1 and 0.01 and a coupling of 0.9, the best step of a huge batch gains { $worse } times less than that of a small one. Its limit is off too: at R = { $weak } by a factor of { $ratio }.
derive-drop-see = Compare the loss drops in Explore, lower plot

derive-adam-title = From signs to Adam
derive-adam-idea = The paper calls Adam nearly a sign when the gradient's variance is small. Its Theorem 3 needs the variance to be large.
derive-adam-words = with a memory of gradients that is already full, one sign step sees a batch larger by a factor of one plus beta one, over one minus beta one.
derive-adam-imprecise = default Adam is not a sign of the gradient. For one step with a full memory the peak moves from { $peak } to { $moved }; with an empty memory the first step is a sign step. Over many steps, noise in the memory is shared between steps, and most of that factor is lost.
derive-adam-see = Give the sign a memory in Explore

derive-error-quadratic = the loss is taken as quadratic. The best rate of sampled updates then differs from a line search on the loss itself by up to { $factor } times, at batch size { $batch }.
derive-error-sigmoid = equation 10 replaces erf by a simpler curve. It is off by { $error } at most, at { $at } times the batch size where the straight line reaches one. Here erf itself is used.
derive-error-independent = noise is taken as independent. With the measured correlations the best rate differs by up to { $factor } times, at batch size { $batch }.
derive-error-gaussian = noise is taken as Gaussian. Real updates differ from Gaussian, correlated updates by up to { $factor } times, at batch size { $batch }.
derive-error-line = a straight line stands for erf. Theorem 3 differs from Theorem 2 by up to { $factor } times, at batch size { $batch }, of those measured.
derive-error-peak = Theorem 3 puts the peak at batch size { $short }, Theorem 2 with the same numbers at { $exact }.
derive-error-plateau = a batch is taken as very large. At batch size { $batch }, the largest measured, Theorem 2 is at { $ratio } times the plateau; no error bar is known.
derive-error-drop = the same straight line. With this checkpoint's numbers Theorem 5 promises { $ratio } times the loss drop that the exact law of independent noise gives a very large batch; no error bar is known.
derive-error-falls = and that exact loss drop is not monotone: highest, { $most }, at batch size { $batch }, and { $end } for a very large batch.
derive-error-adam = how far Adam is from a sign was not measured as one number; the Evidence page has both updates, trained and predicted.

# end of: page: derivation


## page: explore


explore-title = Where does the best learning rate peak?

explore-peak = { $of ->
    [curve] The curve peaks
   *[rate] The best learning rate peaks
} at batch size { $batch } ({ $rate }), then falls by { $fall } to { $plateau }.
explore-no-peak = { $of ->
    [curve] The curve has no peak:
   *[rate] No peak: the best learning rate
} { $of ->
    [curve] it rises
   *[rate] rises
} to { $plateau } and stays there.
explore-peak-below-one = The curve only falls from batch size 1 on, to { $plateau }.
explore-another-peak = A second peak lies at batch size { $batch }.
explore-why-alignment = There is a peak because the parameters' curvatures pull together (R = { $alignment }, above 1).
explore-why-correlation = Correlated gradients (ρ = { $correlation }) flatten it: independent ones would fall by { $fall } after a peak at { $batch }.
explore-why-skewness = R = { $alignment } is not above 1: skewed gradients make this peak.
explore-why-spread = R = { $alignment } is not above 1: unequal signal-to-noise ratios make this peak.
explore-none-correlation = Correlated gradients (ρ = { $correlation }) remove it: independent ones would fall by { $fall } after a peak.
explore-none-alignment = The parameters' curvatures pull together too little (R = { $alignment }; a peak takes more than 1).
explore-none-blocks = R = { $alignment } is shared by { $blocks } blocks, too little in each.
explore-none-hardly = R = { $alignment } is hardly above 1.
explore-none-theorem = Theorem 3 draws a peak at batch size { $batch } all the same.
explore-local-peak = A local peak at batch size { $batch } stays below where the rate settles.
explore-skewness-turns = Below batch size { $batch }, skewness turns the average sign around.
explore-moved = Training has brought the loss to { $loss } of its start; { $how ->
    [still] R is still { $after }.
    [fallen] R has fallen from { $before } to { $after }.
   *[risen] R has risen from { $before } to { $after }.
}

explore-own-fall = Your sweep { $name } ({ $steps }): past its peak the best learning rate falls by { $fall }.
explore-own-no-fall = Your sweep { $name } ({ $steps }): no fall within its batch sizes.
explore-own-undecided = Your sweep { $name } ({ $steps }): not decided whether the best learning rate falls.
explore-own-too-few = Your sweep { $name } ({ $steps }): not decided, with optima at too few batch sizes.
explore-own-no-error-bars = Your sweep { $name } ({ $steps }): not decided, as its optima have no error bars.
explore-after-steps = { $count ->
    [one] after { $count } step
   *[other] after { $count } steps
}
explore-steps-unknown = number of steps unknown
explore-steps-differ = after differing numbers of steps
explore-caution-steps = These points were measured after { $count } steps; the curves are for one.
explore-caution-differ = These points were measured after differing numbers of steps; the curves are for one.
explore-caution-unknown = The number of steps behind these points is unknown; the curves are for one.

explore-fit-no-optima = Not fitted: this sweep has no optima to fit to.
explore-fit-too-few = Not fitted: this sweep has too few usable optima.
explore-fit-undetermined = Not fitted: the optima of this sweep do not determine { $first }.
explore-fit-undetermined-both = Not fitted: the optima of this sweep determine neither { $first } nor { $second }.
explore-fit-sentence = Sets the controls to the exact law with equal signal to noise, fitted to the points.
explore-fitted = Fitted to this sweep.
explore-fitted-but = Fitted to this sweep ({ $what }).
explore-fit-held-bound = the data only show { $bound }; drawn with R = { $held }
explore-fit-held-open = the data do not determine R; drawn with R = { $held }
explore-fit-bounds = the data only show { $bounds }
explore-fit-peak-open = whether there is a peak stays open
explore-fit-peak-outside = the peak may lie outside the batch sizes measured
explore-fit-misses = off by at most { $share }
explore-bound-below = { $symbol } < { $end }
explore-bound-above = { $symbol } > { $end }
explore-and = { $first } and { $second }
explore-described = Nearest to the measured curve of { $curve }; other settings give nearly the same curve, so they do not say why.

explore-lessons = Lessons
explore-lesson-close = Close the lesson
explore-laws = Curves and points drawn
explore-laws-drawn = Curves drawn: { $count } of { $of }
explore-points = Measured: { $name }
explore-correlated-idle = same as Theorem 2 while ρ = 0
explore-history = Fit, history and pins
explore-controls = Noise model
explore-export-svg = SVG
explore-export-png = PNG
explore-export-pdf = PDF
explore-export-csv = CSV
explore-export-title = Best learning rate against batch size
explore-exports = Save the figure
explore-hint = Drag the peak or the square on the right. Ctrl and the wheel zoom, dragging pans, a double click resets.
explore-more = Momentum, skew, size
explore-formula = The formula
explore-formula-letters = Theorem 2 of Li et al., arXiv 2405.14578. E is the mean sign, ⟨ss⟩ the mean product of two signs, and B′ the batch that momentum makes of B.
explore-formula-from = Its derivation, with each symbol measured
explore-skip = Skip the instrument
explore-slider = { $label } slider
explore-exact = { $label }, exact value
explore-control-title = { $description } Unit: { $unit }. From { $low } to { $high }.
explore-refused = Enter a number from { $low } to { $high }, e.g. 1e-3 or 2^10
explore-now = now { $value }
explore-histogram = Histogram of signal to noise over the parameters: median { $median }, log spread { $spread }
explore-fit = Fit to this sweep
explore-fit-title = Set the controls to the curve fitted to the points
explore-undo = Undo
explore-undo-title = Undo (Ctrl+Z)
explore-redo = Redo
explore-redo-title = Redo (Ctrl+Shift+Z)
explore-reset = Reset
explore-reset-title = All controls to their defaults
explore-pin = Pin
explore-pin-title = Keep this curve in grey to compare with
explore-unpin = Unpin
explore-unpin-title = Remove all pinned curves

explore-progress = Training progress
explore-noise = Gradient noise during training
explore-noise-fixed = noise stays
explore-noise-shrinking = noise shrinks with the loss
explore-progress-value = { $share } % of the run, loss at { $loss } of its start
explore-progress-start = The start of the run.
explore-progress-loss = Loss at { $loss } ± { $error } of its start.
explore-progress-peak = Peak at batch size { $batch }.
explore-progress-no-peak = No peak.
explore-progress-note = A simulated run: sign descent on a noisy quadratic, mean of 32 seeds. Sliders show its start; "now" shows this moment.
explore-logged-key = Triangles: the noise scale that was logged.
explore-play = Play
explore-pause = Pause

explore-map = Regime map: where is there a surge?
explore-map-axis = Vertical axis of the regime map
explore-map-correlation = R against correlation ρ
explore-map-spread = R against spread of z
explore-map-above = surge above
explore-map-threshold-label = Smallest surge in per cent of the plateau
explore-map-x = curvature alignment R →
explore-map-computing = Computing the map: { $share } %
explore-map-text = Filled: surge of at least { $threshold } %, in { $share } % of this map; the ring is the current state. Click or use the arrow keys to move it.
explore-map-label = Regime map. { $text }

chart-role = chart
chart-rate = Best learning rate [parameter units per step]
chart-drop = Best loss drop of one step [units of the loss]
chart-batch = Batch size [examples]
chart-shaded = Grey: Theorem 3 no longer applies
chart-trail = path of the peak
chart-measured = Measured
chart-pinned = Pinned { $number }
chart-alt = Best learning rate and loss drop against batch size. { $said } Arrow keys read values, shift and arrows pan, plus and minus zoom, zero resets the view.
chart-alt-rate = Best learning rate against batch size. { $said }
chart-peak-role = peak handle
chart-plateau-role = plateau handle
chart-bead-role = point on the curve
chart-peak-label = Peak: arrow keys move it
chart-plateau-label = Plateau: arrow up and down move it by the curvature alignment
chart-bead-label = Point on the curve: arrow keys move it along the batch sizes
chart-peak-value = batch size { $batch }, learning rate { $rate }
chart-plateau-value = plateau at a learning rate of { $rate }
chart-peak-text = batch size { $batch }, then −{ $fall }
chart-read-batch = Batch size { $batch }
chart-read = { $label }: { $rate }
chart-read-drop = { $label }: { $rate }, loss drop { $drop }
chart-read-none = no positive rate
chart-read-measured = Measured: { $rate } (95 % interval { $low } to { $high })
chart-read-measured-alone = Measured: { $rate }, no error bar

lesson-figure1 = Adam and SGD
lesson-figure1-teaches = With sign updates, the best learning rate rises, peaks and settles. SGD's only rises.
lesson-no_surge = No surge
lesson-no_surge-teaches = Theorem 3 always draws a peak. With R below 1 the exact law has none.
lesson-two_peaks = Two peaks
lesson-two_peaks-teaches = Curvature in two blocks of very different signal to noise: each block has its own peak.
lesson-correlated = Correlation
lesson-correlated-teaches = Theorems 2 and 3 assume independent gradients. Shared noise removes most of the surge.
lesson-late = Late training
lesson-late-teaches = As the loss falls, the peak moves to larger batches and fades.

explore-tab-figure = This figure
explore-tab-numbers = Numbers
explore-tab-share = Share and cite
explore-tab-logged = Logged noise scale
explore-figure-lines = **Lines** are theory for one step, so they carry no error bars. Rules start with the small-batch limit; SGD has other units and is drawn to end on the plateau.
explore-figure-points = **Points**: { $points }.
explore-download-curves = Curves, CSV
explore-share-link = Link to this state
explore-share-embed = To embed it: `hide=` takes any of { $parts }
explore-share-room = The same link, for a room
explore-share-local = This address works on this computer only. For a room, start the dashboard with `make run HOST=lan`.
explore-share-python = Python that draws this figure
snippet-from-git = Drawn by Surge Explorer { $version }. What it needs:
snippet-from-wheel = Drawn by Surge Explorer { $version }. What it needs, in its folder after `make wheel`:
snippet-points = Measured: batch size, best learning rate, ends of its 95 % interval, which end of the grid was the best: then a bound
explore-share-bibtex = BibTeX
explore-address-unusable = { $key } = { $value } in the address cannot be used; the default stands instead.
explore-address-together = The parameters in the address do not go together ({ $why }); the defaults stand instead.

explore-logged-about = A CSV with the column `step` and a noise scale of your own run: { $scales }. `surgecore.measuring.noise_log` writes one from any PyTorch loop. Its points are shown along the peak's path when *Training progress* is open. The file stays in memory.
explore-logged-file = Logged noise scale (CSV)
explore-logged-bundled = Load the bundled digits MLP series
explore-logged-which = Which scale
explore-logged-drawn = { $count ->
    [one] { $count } point drawn.
   *[other] { $count } points drawn.
}
explore-logged-left = { $count } left out, where the scale is negative or missing: there the law has no peak.
explore-logged-remove = Remove
explore-logged-unusable = This file cannot be used: { $why }.
scale-noise_scale = Noise scale of the surge
scale-simple_noise_scale = Simple noise scale, tr Σ / |G|²
scale-sgd_noise_scale = Noise scale of SGD, tr HΣ / GᵀHG
scale-l1_noise_scale = Noise scale of signs

# end of: page: explore


## page: your sweep


start-title = Which learning rate should you use?
start-lead = Drop a table of training runs at several batch sizes and learning rates.
start-example = Open an example
start-template = Template, CSV
start-train = Train one here
details-map = Loss map
details-laws = Fitted laws
details-steps = Steps and examples
details-shift = First target: loss { $first }; second: loss { $second }. { $shift }
details-compare = Compare
details-map-alt = Map of the loss. { $optima }
details-laws-alt = Fitted laws with 95 % bands. { $optima }
details-laws-note = Bands are 95 % for each curve. Weights compare the laws with one another, whether or not any of them holds.
details-residuals = How far off each law is
details-residuals-alt = Measured divided by fitted, for each law.
details-choose-laws = Laws, best first, and the smooth path
details-compare-with = Compare with
details-compare-choose = Choose sweeps
details-compare-units = Learning rates of different optimizers have different units: compare shapes, not heights.

answer-title = Best learning rates
answer-at = At batch size
answer-use = use learning rate
answer-interval = { $interval }, 95 % interval
next-rates-below = Try learning rates below { $rate } at batch size { $at }.
next-rates-above = Try learning rates above { $rate } at batch size { $at }.
answer-by-laws = the fitted laws and a smooth path say { $rate } ({ $interval }, 95 % interval)
answer-method = How the verdict is reached
answer-next = Next:
advice-every-rule = The rate by every rule
advice-carry = Scale my current settings
advice-next = What to run next
advice-next-csv = Next runs, CSV
interval-unknown = none
column-rule = Rule
column-rate = Learning rate
carry-batch = Batch size now
carry-rate = Learning rate now
carry-beta1 = β₁ now
carry-beta2 = β₂ now
carry-epsilon = ε now
carry-decay = Weight decay now
carry-decay-help = AdamW's, decoupled; 0 for none.

compare-relative = Relative to each maximum
compare-sweep = Sweep
compare-peak = Largest best rate
compare-at = At batch size
compare-last = At the largest batch size
compare-verdict = Verdict
axis-relative = Best learning rate over its maximum

# end of: page: your sweep


## page: evidence


evidence-none = No checkpoint has been measured yet. `make data` measures the bundled ones.
evidence-checkpoint = Checkpoint
evidence-update = Update
evidence-after = Measured after
evidence-rungs = Drop one assumption at a time
evidence-points = **Points**: measured after { $after }, with 95 % intervals.
evidence-points-decorrelated = **Points**: the best rate of a line search on the loss, because no optimizer draws separate examples for each coordinate; with 95 % intervals.
evidence-lines = **Lines**: predictions for one step. Bands are 95 % intervals too.
evidence-ratios = Each marker is a prediction divided by the measured optimum at the same batch size: 1 is right. Bars are 95 % intervals from the error bars of both.
evidence-ratios-alt = Predicted over measured optimum by batch size. { $said }
evidence-every-prediction = Every prediction in words
evidence-checkpoints = Checkpoint by checkpoint
evidence-everything = Everything measured at this checkpoint
evidence-origin = { $parameters } parameters, { $examples } examples. Computed { $date } on { $device }, { $precision }.
evidence-export = Export
evidence-csv = Optima and predictions, CSV
evidence-json = Everything, JSON
evidence-open = Open the measured curve in Explore
evidence-open-about = Explore then shows the noise model nearest to the measured, correlated curve: a description of it, accurate to a few per cent.
evidence-snippet = the file is the page's "{ evidence-json }"
evidence-python = Python that gives the same numbers

evidence-gallery-title = What do { $count } sweeps show?
evidence-why-title = Why is there a surge, or none?
evidence-part-sweeps = Sweeps
evidence-part-why = Why
evidence-back = All sweeps
evidence-analysis = Open the full analysis
evidence-explain = Why, at this checkpoint
evidence-same-sweep = These optima were measured for this page, at { $count } batch sizes. A bundled sweep from the same checkpoint was measured separately. Its verdict: { $verdict }
evidence-all-lines = All predictions in one figure
gallery-adam = Of { $count } sweeps of Adam as it starts by default, { $falls } fall, { $stays } do not, and { $open } are not decided.
gallery-nothing = No sweep matches these filters. Remove one of them.
gallery-by-workload = Workload
gallery-by-optimizer = Optimizer
gallery-by-horizon = Horizon
gallery-by-device = Device
gallery-by-verdict = Verdict
gallery-all = All
gallery-fall = Falls
gallery-no-fall = Does not fall
gallery-undecided = Not decided
gallery-steps-to-loss = steps to a loss
stairs-independent = Theory with independent, Gaussian gradients is off by up to this factor.
stairs-correlated = With correlation between parameters.
stairs-sampled = With real updates, sampled.
stairs-gaps = Largest error { $first } with independent gradients, { $then } with correlated ones.
stairs-title = One assumption dropped at each step
stairs-four = The same at every checkpoint
stairs-prominence-of = { $share } ({ $name })
stairs-prominence = How far the peak of the theory without correlation stands above its value at the largest batch size: { $shares }.
stairs-check = Consistency check: a line search on the loss itself agrees with the optima as trained within { $gap }. It is no prediction.
times = { $number }×
drawn-step = { $curve } beside best learning rates at { $count } batch sizes

# end of: page: evidence


## page: train


train-switched-off = Training is switched off on this server (`{ $switch }=off`). A plan made here runs on your own machine.
train-not-installed = { $count ->
    [one] Training needs `{ $first }`, which is not installed on this server: `pip install 'surgecore[training]'`.
   *[other] Training needs `{ $first }` and `{ $second }`, which are not installed on this server: `pip install 'surgecore[training]'`.
}
train-public = Training is not offered on a public server; its owner can switch it on (`{ $switch }=on`). A plan made here runs on your own machine.
train-one-each = One sweep at a time: yours is not finished yet.
train-hour = No more than { $count } sweeps an hour for each visitor. A plan made here runs on your own machine.
train-queue-full = { $count ->
    [one] { $count } sweep is already waiting; try again when it is done.
   *[other] { $count } sweeps are already waiting; try again when one is done.
}

train-title = Measure it yourself
train-lost = The sweep in this link is no longer on this server.
train-waiting = { $count ->
    [one] Waiting: { $count } sweep before this one.
   *[other] Waiting: { $count } sweeps before this one.
}
train-starting = Starting. { $span } in all.
train-left = { $span } left
train-progress = { $done } of { $total } runs, { train-left }.
train-progress-scouting = Scouting: { train-progress }
train-stopping = Cancelling: { $done } of { $total } runs are kept.
train-cancel = Cancel
train-cancelling = Cancelling …
train-list = { $running ->
    [0] Your trained sweeps: { $count }
   *[other] Your trained sweeps: { $count }, { $running } running
}
train-list-open = Open
train-state-is-waiting = waiting
train-state-is-running = running
train-state-is-done = done
train-state-is-cancelled = cancelled
train-state-is-failed = failed
train-state-progress = { $state }, { $done } of { $total } runs
train-state-runs = { $state }, { $total } runs
train-keeps-running = It keeps running after you close this page; the page's link brings you back.
train-compared-after = Compared after
train-label = { $title }, { $horizon } (trained here)
train-show = Show in Explore
train-open = Open analysis
train-csv = Sweep, CSV
train-toml = Plan, TOML
train-new = New sweep
train-resume = Resume
train-origin = { $facts }. Computed on { $device } in { $time }, { $precision }.
train-training = { $count ->
    [one] **{ $title }**: training { $count } run.
   *[other] **{ $title }**: training { $count } runs.
}
train-headline = { $count ->
    [one] **{ $title }**: { $count } short run, { $span } on this machine.
   *[other] **{ $title }**: { $count } short runs, { $span } on this machine.
}
train-start = Train this sweep
train-start-after = { $count ->
    [one] Train this sweep, after { $count } other
   *[other] Train this sweep, after { $count } others
}
train-real = Every cell is a real training run.
train-refused = **This plan cannot be run.**

train-workload = Workload
train-optimizer = Optimizer
train-state = State at the start
train-state-cold = Empty
train-state-warm = Warm: filled by 200 gradients at the start
train-state-limit = No memory: every β = 0, as in the paper
train-protocol-and-steps = Protocol and steps
train-protocol = Protocol
train-protocol-checkpoint = From a common checkpoint
train-protocol-target = To a target loss, then further steps (the paper's)
train-protocol-steps = A number of steps from initialisation
train-protocol-examples = A number of examples from initialisation
train-checkpoint-loss = Loss of the checkpoint
train-target-loss = Target loss
train-loss-help = 0 for the initial parameters.
train-steps = Steps
train-examples = Examples
train-grid = Grid and seeds
train-range = { $low } to { $high } ({ $count })
train-batches = Batch sizes [examples]
train-rates = Learning rates [{ $unit }]
train-per-octave = Learning rates per octave
train-seeds = Seeds
train-two-stages = Two stages: scout with few seeds, then five rates on either side of the best
train-file = The plan as a file
train-edit = Edits here change what is trained
train-on-your-machine = On your own machine: `surge sweep plan.toml`
train-too-large = Too large to start from this page. Make the grid smaller, or keep the plan and run `surge sweep { $name }.toml` in a terminal: it can be stopped and resumed.
train-agree = Start anyway (takes minutes)

# end of: page: train


## page: reference


reference-title = The law in a page
reference-laws = Laws compared
laws-hold = When does it hold?
laws-source = From { $source }.
laws-empirical = An empirical rule.
laws-parameters = { $source } Fitted: { $names }.
laws-smooth-path = Where the error bars refute every law: a straight line on the logarithmic axes that bends and jumps as much as the optima show. It takes part in every answer by its weight, and is drawn where no law holds.
glossary-unit = Unit: { $unit }.
glossary-key = In addresses and files: { $keys }.
reference-card = Data card

# end of: page: reference


## figures

axis-batch = Batch size [examples]
axis-best-rate = Best learning rate [{ $unit }]
axis-rate = Learning rate [{ $unit }]
axis-residual = Measured over fitted, minus one [%]
axis-ratio = Predicted over measured
axis-examples = Examples to the target
axis-steps = Steps to the target

unit-rate-sign = parameter units per step
unit-rate-relative = relative to the size of the weights
unit-rate-sgd = parameter units² per loss
unit-rate-unknown = units of its optimizer

hover-curve = Batch size { $batch }<br>learning rate { $rate }
hover-measured = measured

edge-high = at least so high: the highest rate tried was the best
edge-low = at most so high: the lowest rate tried was the best
trials = { $count ->
    [one] { $count } trial
   *[other] { $count } trials
}
cells = { $count ->
    [one] { $count } cell
   *[other] { $count } cells
}
diverged-runs = { $count } diverged
incomplete-runs = { $count } incomplete

points-measured = Measured
points-after = Measured after { horizon-steps }
points-on-edge = A bound: an end of the rates tried was the best
points-optimum = Optimum, 95 % interval
points-best-so-far = Best so far
points-planned = Planned
scale-above = and above
points-cell = Measured cell
points-diverged = Diverged
points-some-diverged = Diverged for some seeds
points-incomplete = Incomplete
points-tradeoff = Measured, best learning rate
curve-tradeoff = Fit in log space

empty-fits = No optimum to fit
empty-residuals = No residuals
empty-map = No measured cell
empty-several = No optimum to compare

loss-after = Loss after { horizon-steps }

cell-at = Batch size { $batch }, learning rate { $rate }
cell-planned = { $where }: not measured yet
cell-diverged = { $where }: at least one run diverged
cell-loss = { $where }: mean loss { $loss }
mark-best = Batch size { $batch }: best so far { $rate }
mark-optimum = Batch size { $batch }: best { $rate } ({ $interval })
no-interval = no interval known

alt-planned = The planned grid: { cells }, none measured yet.
alt-surface = Loss surface: { cells } measured, { $lost } with a diverged run.
alt-surface-best = { $final ->
    [yes] Best learning rate
   *[no] Best learning rate so far
}: { $first } at batch size { $first_at }, highest { $top } at { $top_at }, { $last } at { $last_at }.
alt-no-optimum = No measured optimum.
alt-optima = { $count ->
    [one] Measured best learning rate at { $count } batch size
   *[other] Measured best learning rates at { $count } batch sizes
}: { $first } at { $first_at }, highest { $top } at { $top_at }, { $last } at { $last_at }.

drawn-optimum = Batch size { $at }: best learning rate { $rate } ({ $interval })
drawn-bound-low = Batch size { $at }: the best learning rate is at most { $rate }, as the lowest tried was the best
drawn-bound-high = Batch size { $at }: the best learning rate is at least { $rate }, as the highest tried was the best
drawn-fall = the fall
drawn-witness-name = One rate, too low at its left end and too high at its right
drawn-of-sweep = { $what } · { $name }
drawn-of = { $name }. { $text }
drawn-residual = { $curve }, batch size { $at }: measured over fitted { $off } % off
drawn-ratio = { $curve }, batch size { $at }: { $ratio } times the measured
drawn-tradeoff = Batch size { $batch }: { $examples } examples, { $steps } steps
drawing-svg = SVG
drawing-png = PNG
drawing-pdf = PDF
drawing-hint = Chart. Left and right arrow keys read its points.
drawn-witness = Rate { $rate }: too low at the smaller batch size, too high at the larger
drawn-answer = { $rate } at { $at }
drawn-thumbnail = Best learning rates at { $count } batch sizes

# end of: figures


## reports and exports


export-writing = Writing the file
export-stop = Stop writing
export-csv = Sweep, CSV
export-json = Analysis, JSON
export-report = Report, HTML
export-notebook = Notebook
export-python = Python that gives the same numbers
report-optima = Best learning rate at each batch size
report-laws = Laws
report-origin = Surge Explorer { $version }, { $date }. Intervals are 95 %; points are measured, lines are fitted. sha256 of the sweep's CSV: { $digest }.
answer-use-at = At batch size { $at } use learning rate

# end of: reports and exports

## Batches that change during a run
batches-title = How the batch grew
batches-rate = Learning rate
axis-step = Training step
axis-batch-used = Batch size and noise scale [examples]
points-batch-from = batch, from { $start }
points-noise-scale = noise scale B = tr Σ / |G|²
curve-rest = where the norm test rests
batches-point = Step { $step }, runs that start from { $start }: { $batch } examples per step.
batches-noise-point = Step { $step }, runs that start from { $start }: noise scale { $noise } (95 %: { $interval }).
batches-noise-unknown = By then the noise hides the gradient, so the noise scale cannot be determined.
batches-noise-known = The gradient's noise scale is then { $noise } ± { $error }.
batches-rest = { $noise } The norm test comes to rest where the batch is { $factor } times that, or above it by chance.
batches-said = At learning rate { $rate }, runs that start from { $start } use { $batch } ± { $error } examples at step { $step }. { $noise }
batches-said-alike = At learning rate { $rate }, all runs that start from { $start } use { $batch } examples at step { $step }. { $noise }
batches-about = **Discs and other marks**: mean batch size over seeds, with 95 % intervals. **Crosses**: noise scale of runs that start from { $start }, a ratio of means over seeds, with jackknife error bars; it is left out where it is not known to a factor of two.
batches-line = **Line**: { $factor } times the noise scale, where the norm test with η = { $eta } comes to rest.
train-policy = Batches during a run
train-policy-fixed = stay as they are
train-policy-norm-test = grow by the norm test
train-policy-inner-product-test = grow by the inner-product test
train-policy-augmented-test = grow by both tests
train-policy-optimal-sgd = set for fewest examples

## Are gradients Gaussian in each coordinate? Figure 8 of the paper
gaussian-line = Batch size { $batch }: a Gaussian is rejected at { $share } of { $coordinates } coordinates ({ $draws } draws, 5 % false discoveries); the median excess kurtosis is { $excess }.
gaussian-answer = The theory takes gradients as Gaussian in each coordinate. Here a Gaussian is rejected at { $fails } of the coordinates for batches of { $small }, and at { $remain } for batches of { $large }, from { $draws } draws each.
gaussian-title = Are gradients Gaussian?
gaussian-about = **Marks**: share of standardised gradients of all coordinates in each bin. **Line**: a Gaussian. A coordinate that is not rejected may still differ from one by less than this many draws can show.
gaussian-point = { $share } of gradients of { $batch } examples lie between { $low } and { $high } standard deviations.
points-gaussian = batch size { $batch }
curve-gaussian = Gaussian
axis-standardised = Gradient of a coordinate, less its mean [standard deviations]
axis-share = Share in each bin
