# Robust regressions on PoliticalDemocracy: HC3 and cluster-robust errors from their formulas,
# since lm() has neither. Run from the root of the repository:
#   Rscript tests/oracles/regression_hc3.R > tests/oracles/regression_hc3.json
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
d <- read.csv("tests/oracles/lavaan/data/pd.csv")
d$cluster <- rep(1:15, each = 5)
robust <- function(m, cluster = NULL) {
  X <- model.matrix(m); e <- residuals(m); bread <- solve(crossprod(X)); n <- nrow(X); k <- ncol(X)
  if (is.null(cluster)) {
    meat <- crossprod(X * (e / (1 - hatvalues(m)))); df <- n - k
  } else {
    G <- length(unique(cluster))
    meat <- crossprod(rowsum(X * e, cluster)) * G / (G - 1) * (n - 1) / (n - k); df <- G - 1
  }
  b <- coef(m); se <- sqrt(diag(bread %*% meat %*% bread))
  list(term = names(b), estimate = unname(b), std_error = unname(se), df = df,
       p_value = unname(2 * pt(abs(b / se), df, lower.tail = FALSE)),
       conf_low = unname(b - qt(.975, df) * se), conf_high = unname(b + qt(.975, df) * se),
       r_squared = summary(m)$r.squared)
}
raw <- lm(y1 ~ x1 + x2 + y5, d)
z <- lm(y1 ~ x1 + x2 + y5, as.data.frame(scale(d)))
cat(toJSON(list(versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  hc3 = robust(raw), hc3_standardised = robust(z), cluster = robust(raw, d$cluster)),
  digits = I(15), auto_unbox = TRUE, pretty = TRUE), "\n")
