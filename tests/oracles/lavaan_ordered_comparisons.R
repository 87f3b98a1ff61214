# Difference and score tests of ordered invariance models, and models that the whole fits in
# lavaan/ lack: an ordered outcome, mixed items given covariates with pairwise missing values,
# sampling weights, WLS given a covariate of two values; and what lavaan says where that covariate
# is random. Run from the repository root:
#   Rscript tests/oracles/lavaan_ordered_comparisons.R
suppressMessages({library(lavaan); library(jsonlite)})
folder <- "tests/oracles/lavaan/data"
ordered4 <- read.csv(file.path(folder, "hs_ord4.csv"))
items <- paste0("x", 1:9)
model <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
groups <- function(estimator, equal) {
  cfa(model, ordered4, ordered = items, group = "school", group.equal = equal, estimator = estimator)
}
difference <- function(estimator, ...) {
  table <- lavTestLRT(groups(estimator, "thresholds"), groups(estimator, c("thresholds", "loadings")), ...)
  list(statistic = table[2, "Chisq diff"], df = table[2, "Df diff"], pvalue = table[2, "Pr(>Chisq)"])
}
score <- suppressWarnings(lavTestScore(groups("WLSMV", c("thresholds", "loadings"))))

weights <- read.csv(file.path(folder, "hs_weights.csv"))
ordered4$w <- weights$w
ordered4$female <- ordered4$sex - 1
holes <- is.na(read.csv(file.path(folder, "hs_mcar.csv"))[, items])
pairwise <- ordered4
pairwise[, items][holes] <- NA
continuous <- read.csv(file.path(folder, "hs1939.csv"))[, c("x7", "x8", "x9")]
pairwise[, c("x7", "x8", "x9")] <- ifelse(holes[, 7:9], NA, as.matrix(continuous))
six <- "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ visual + ageyr\nvisual ~ female + ageyr"
outcome <- "visual =~ x1 + x2 + x3\nx4 ~ visual + ageyr\nvisual ~ female\nx5 ~ x4"
given <- "visual =~ x1 + x2 + x3\nvisual ~ female"
random <- function(estimator, ...) sem(given, ordered4, ordered = c("x1", "x2", "x3"), estimator = estimator, ...)
said <- function(code) tryCatch({force(code); ""}, warning = conditionMessage, error = conditionMessage)
dump <- function(fit, model) {
  wanted <- c("chisq", "df", "chisq.scaled", "chisq.scaling.factor", "cfi.scaled", "rmsea.scaled", "srmr", "baseline.chisq")
  list(model = model, estimates = parameterEstimates(fit, remove.nonfree = TRUE, standardized = TRUE)[, c("lhs", "op", "rhs", "est", "se", "std.all")],
       fit = as.list(fitMeasures(fit, intersect(wanted, names(fitMeasures(fit))))))
}
result <- list(
  lavaan = as.character(packageVersion("lavaan")), R = R.version.string,
  difference = list(WLSMV = difference("WLSMV"), WLSM = difference("WLSM"),
                    WLSM_2010 = difference("WLSM", method = "satorra.bentler.2010")),
  score = list(total = as.list(score$test[, c("X2", "df")]), single = score$uni$X2),
  fits = list(
    mixed_pairwise = dump(sem(six, pairwise, ordered = c("x1", "x2", "x3"), missing = "pairwise"), six),
    weights = dump(cfa(model, ordered4, ordered = items, sampling.weights = "w"), model),
    outcome_theta = dump(sem(outcome, ordered4, ordered = c("x1", "x2", "x3", "x4", "x5"), parameterization = "theta"), outcome),
    two_valued_covariate = dump(random("WLS"), given)),
  random_covariate = list(
    WLS = said(suppressWarnings(random("WLS", fixed.x = FALSE, conditional.x = FALSE))),
    WLSMV = said(random("WLSMV", fixed.x = FALSE, conditional.x = FALSE))))
write(toJSON(result, digits = I(12), auto_unbox = TRUE, null = "null"), "tests/oracles/lavaan_ordered_comparisons.json")
