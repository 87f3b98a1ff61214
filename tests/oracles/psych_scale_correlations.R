# Correlations of scale scores: the shipped carers' two scales, and five scales of 300 rows of
# psych::bfi with missing answers, also with the last scale held constant.
# Run from the root of the repository:
# Rscript tests/oracles/psych_scale_correlations.R > tests/oracles/psych_scale_correlations.json
suppressMessages({library(psych); library(jsonlite)})
carers <- read.csv("sample_data/carers.csv")
bfi <- read.csv("tests/oracles/data/bfi_first300.csv")
mean_of <- function(x, min_answered) ifelse(rowSums(!is.na(x)) >= min_answered, rowMeans(x, na.rm = TRUE), NA)
correlated <- function(scores) {
  found <- corr.test(scores, adjust = "none")
  n <- if (length(found$n) == 1) matrix(found$n, ncol(scores), ncol(scores)) else found$n
  list(names = names(scores), r = unname(found$r), n = unname(n), t = unname(found$t), p = unname(found$p),
       lower = found$ci$lower, upper = found$ci$upper)
}
carers_scores <- data.frame(NEG = mean_of(carers[, paste0("COP", 2:7)], 4),
                            POS = mean_of(carers[, c("COP1", "COP8", "COP9")], 2))
bfi_items <- c("A1", "A2", "A3", "A4", "A5")
bfi_scores <- bfi[, bfi_items]
partial <- sapply(1:4, function(i) sapply(1:4, function(j) {
  if (i == j) return(NA)
  x <- na.omit(bfi_scores[, c(i, j, 5)])
  unname(partial.r(x, 1:2, 3)[1, 2])
}))
result <- list(
  versions = list(R = as.character(getRversion()), psych = as.character(packageVersion("psych"))),
  carers = correlated(carers_scores), bfi = correlated(bfi_scores), bfi_partial = partial)
cat(toJSON(result, digits = NA, auto_unbox = TRUE, na = "null", null = "null"), "\n", sep = "")
