# Reliability and item analysis of the shipped carers' answers and of 300 rows of psych::bfi.
# Run from the root of the repository: Rscript tests/oracles/psych_carers.R > tests/oracles/psych_carers.json
suppressMessages({library(psych); library(lavaan); library(semTools); library(jsonlite)})
carers <- read.csv("sample_data/carers.csv")
bfi <- read.csv("tests/oracles/data/bfi_first300.csv")
scales <- list(NEG = paste0("COP", 2:7), POS = c("COP1", "COP8", "COP9"))

alpha_of <- function(x, use, keys = NULL) {
  x <- x[rowSums(!is.na(x)) > 0, ]
  if (use == "complete.obs") x <- na.omit(x)
  a <- psych::alpha(x, use = use, keys = keys, warnings = FALSE)
  list(n = nrow(x), total = as.list(a$total), feldt = unname(unlist(a$feldt[c("lower.ci", "upper.ci")])),
       drop = a$alpha.drop$raw_alpha, items = as.list(a$item.stats))
}
# lavaan stops some 1e-6 from the maximum: Newton steps with its own gradient and Hessian follow.
newton <- function(fit, model, x) {
  for (step in 1:4) {
    table <- parTable(fit)
    moved <- coef(fit, type = "free") -
      solve(lavInspect(fit, "hessian"), as.numeric(lavInspect(fit, "gradient")))
    table$est[table$free > 0] <- moved[table$free[table$free > 0]]
    fit <- cfa(model, data = x, std.lv = TRUE, start = table, optim.method = "none",
               optim.force.converged = TRUE)
  }
  stopifnot(max(abs(lavInspect(fit, "gradient"))) < 1e-10)
  fit
}
omega_of <- function(x) {
  model <- paste("F =~", paste0("l", seq_along(x), "*", names(x), collapse = " + "), "\n",
                 paste0(names(x), " ~~ t", seq_along(x), "*", names(x), collapse = "\n"), "\n",
                 "omega := (", paste0("l", seq_along(x), collapse = " + "), ")^2 / ((",
                 paste0("l", seq_along(x), collapse = " + "), ")^2 + ",
                 paste0("t", seq_along(x), collapse = " + "), ")")
  fit <- newton(cfa(model, data = x, std.lv = TRUE), model, x)
  est <- parameterEstimates(fit)
  row <- est[est$op == ":=", ]
  list(n = nobs(fit), omega = row$est, se = row$se, loadings = est$est[est$op == "=~"],
       loadings_se = est$se[est$op == "=~"], uniquenesses = est$est[est$op == "~~"][seq_along(x)],
       chisq = unname(fitMeasures(fit, "chisq")), df = unname(fitMeasures(fit, "df")),
       omega_observed = unname(compRelSEM(fit)[[1]]), omega_implied = unname(compRelSEM(fit, obs.var = FALSE)[[1]]))
}
two_items <- function(x, conf = 0.95) {
  r <- cor.test(x[[1]], x[[2]], conf.level = conf)
  step <- function(v) 2 * v / (1 + v)
  list(reliability = step(unname(r$estimate)), interval = step(r$conf.int[1:2]),
       standardised_alpha = psych::alpha(na.omit(x), warnings = FALSE)$total$std.alpha)
}
described <- describe(carers[, paste0("COP", 1:9)])
result <- list(
  versions = list(R = as.character(getRversion()), psych = as.character(packageVersion("psych")),
                  lavaan = as.character(packageVersion("lavaan")), semTools = as.character(packageVersion("semTools"))),
  pairwise = lapply(scales, function(s) alpha_of(carers[, s], "pairwise")),
  listwise = lapply(scales, function(s) alpha_of(carers[, s], "complete.obs")),
  omega = lapply(scales, function(s) omega_of(carers[, s])),
  two = two_items(carers[, c("COP3", "COP5")]),
  described = list(n = described$n, mean = described$mean, sd = described$sd, skew = described$skew),
  correlations = unname(cor(carers[, paste0("COP", 1:9)], use = "pairwise.complete.obs")),
  pairwise_n = unname(pairwiseCount(carers[, paste0("COP", 1:9)])),
  bfi_agreeableness = alpha_of(bfi[, paste0("A", 1:5)], "pairwise", keys = c(-1, 1, 1, 1, 1)))
cat(toJSON(result, digits = NA, auto_unbox = TRUE, na = "null", null = "null"), "\n", sep = "")
