# Two-step statistics of ordered and mixed data by lavaan's muthen1984(), beyond what whole fits
# give: weights, pairwise missing values and covariates together. Run from the repository root:
#   Rscript tests/oracles/lavaan_categorical_moments.R
suppressMessages({library(lavaan); library(jsonlite)})
folder <- "tests/oracles/lavaan/data"
ordered4 <- read.csv(file.path(folder, "hs_ord4.csv"))
holes <- is.na(read.csv(file.path(folder, "hs_mcar.csv"))[, paste0("x", 1:9)])
continuous <- read.csv(file.path(folder, "hs1939.csv"))
weights <- read.csv(file.path(folder, "hs_weights.csv"))$w
weights <- weights * length(weights) / sum(weights)
items <- paste0("x", 1:6)
covariates <- as.matrix(cbind(female = continuous$sex - 1, age = continuous$ageyr + continuous$agemo / 12))

statistics <- function(n_ordered, missing, weighted, conditional) {
  data <- as.matrix(continuous[, items])
  data[, seq_len(n_ordered)] <- as.matrix(ordered4[, items[seq_len(n_ordered)], drop = FALSE])
  if (missing) data[holes[, 1:6]] <- NA
  types <- rep(c("ordered", "numeric"), c(n_ordered, 6 - n_ordered))
  arguments <- list(Data = data, ov.names = items, ov.types = types,
                    ov.levels = ifelse(types == "ordered", 4L, 0L), wt = if (weighted) weights)
  if (conditional) arguments <- c(arguments, list(ov.names.x = colnames(covariates), eXo = covariates))
  fit <- suppressWarnings(do.call(lavaan:::muthen1984, arguments))
  list(n_ordered = n_ordered, missing = missing, weighted = weighted, conditional = conditional,
       thresholds = unlist(fit$TH), slopes = if (conditional) unname(fit$SLOPES),
       cov = unname(fit$COV), gamma = unname(fit$WLS.W) * nrow(data))
}

cases <- expand.grid(n_ordered = c(6, 3, 1), missing = c(FALSE, TRUE), weighted = c(FALSE, TRUE),
                     conditional = c(FALSE, TRUE))
result <- list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string,
               cases = lapply(seq_len(nrow(cases)), function(i) do.call(statistics, as.list(cases[i, ]))))
write(toJSON(result, digits = I(12), auto_unbox = TRUE, null = "null"),
      "tests/oracles/lavaan_categorical_moments.json")
