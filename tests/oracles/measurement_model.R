# Factors freely correlated before any path, by lavaan and semTools: correlations of factors with intervals,
# HTMT2, omega, average variance extracted, correlation residuals and modification indices; of simulated
# answers in clusters, and of real ones (bfi, with missing answers). Run from the root:
#   Rscript tests/oracles/measurement_model.R > tests/oracles/measurement_model.json
suppressPackageStartupMessages({library(lavaan); library(semTools); library(jsonlite)})
described <- function(model, d, htmt_data, pairs_of, ...) {
  f <- cfa(model, d, std.lv = TRUE, estimator = "MLR", ...)
  pairs <- pairs_of(f)
  m <- subset(modificationIndices(f), mi > 5)
  r <- residuals(f, type = "cor.bollen")$cov
  ratios <- htmt(model, htmt_data, htmt2 = TRUE)
  list(
    fit = as.list(fitMeasures(f, c("chisq", "chisq.scaled", "df", "cfi.robust", "rmsea.robust", "srmr"))),
    correlations = list(factor_1 = pairs$lhs, factor_2 = pairs$rhs, est = pairs$est,
                        ci_lower = pairs$ci.lower, ci_upper = pairs$ci.upper,
                        htmt2 = mapply(function(a, b) ratios[max(match(c(a, b), rownames(ratios))),
                                                             min(match(c(a, b), rownames(ratios)))], pairs$lhs, pairs$rhs)),
    omega = as.list(compRelSEM(f, obs.var = TRUE)), ave = as.list(AVE(f)),
    residuals = list(row = rownames(r)[row(r)[lower.tri(r)]], column = colnames(r)[col(r)[lower.tri(r)]],
                     cor = r[lower.tri(r)]),
    modifications = list(lhs = m$lhs, op = m$op, rhs = m$rhs, mi = m$mi, epc = m$epc, sepc_all = m$sepc.all))
}
# what discriminantValidity() returns, without its likelihood ratio test of every pair
of_latent <- function(f) subset(parameterEstimates(f), op == "~~" & lhs != rhs)
d <- read.csv("tests/oracles/data/m0_simulated.csv")
d$ATT2 <- 6 - d$ATT2
d$cluster <- rep(1:80, each = 15)
factors <- c("DRREL", "DRACT", "DRINP", "DRSET", "DRTEC", "DRKNO", "DRFLO", "QUA", "PRF", "ATT", "SHR", "KGN", "IV", "MV")
items <- function(f) paste0(f, seq_len(if (f %in% c("IV", "MV")) 4 else 3))
simulated <- paste(factors, "=~", vapply(factors, function(f) paste(items(f), collapse = " + "), ""), collapse = "\n")
b <- read.csv("tests/oracles/data/bfi_first300.csv")
for (name in c("A1", "C4", "C5", "E1", "E2", "O2", "O5")) b[[name]] <- 7 - b[[name]]
traits <- c("A", "C", "E", "N", "O")
real <- paste(traits, "=~", vapply(traits, function(f) paste0(f, 1:5, collapse = " + "), ""), collapse = "\n")
of_simulated <- described(simulated, d, d, of_latent, cluster = "cluster")
d <- b  # under the name by which discriminantValidity() looks for the data
of_real <- described(real, d, na.omit(d), discriminantValidity)
cat(toJSON(list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan")),
                  semTools = as.character(packageVersion("semTools"))),
  simulated = of_simulated, bfi = of_real),
  digits = I(15), auto_unbox = TRUE, pretty = TRUE), "\n")
