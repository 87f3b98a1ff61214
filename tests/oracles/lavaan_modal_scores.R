# Empirical Bayes modal scores of mixed items, with a covariate and with missing answers.
# Run from the root of the repository: Rscript tests/oracles/lavaan_modal_scores.R
suppressMessages({library(lavaan); library(jsonlite)})
folder <- "tests/oracles/lavaan/data"
data <- read.csv(file.path(folder, "hs_ord4.csv"))
data[paste0("x", 4:6)] <- read.csv(file.path(folder, "hs1939.csv"))[paste0("x", 4:6)]
data$x2[seq(1, nrow(data), by = 7)] <- NA
measured <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6"
models <- list(
  list(name = "mixed_pairwise", model = measured, missing = "pairwise"),
  list(name = "covariate", model = paste0(measured, "\nvisual + textual ~ ageyr"), missing = "listwise"))
cases <- lapply(models, function(m) {
  fit <- sem(m$model, data, ordered = paste0("x", 1:3), missing = m$missing)
  scores <- lavPredict(fit, method = "EBM")
  c(m, list(scores = unname(unclass(scores))[1:40, ]))
})
write(toJSON(list(lavaan = as.character(packageVersion("lavaan")), cases = cases), digits = I(12),
             auto_unbox = TRUE, matrix = "rowmajor"), "tests/oracles/lavaan_modal_scores.json")
