# English phrases of Surge Explorer. Syntax: Fluent. One section a room; keep phrases of a section together.


## numbers and counts

count-runs = { $count ->
    [one] { $count } run
   *[other] { $count } runs
}

# end of: numbers and counts


## names: laws, curves, optimizers, symbols


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
