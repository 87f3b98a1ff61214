# Where random models, options and data parted from lavaan and had to be brought back to it: with
# modification indices, explained variances, raw residuals, factor scores and score tests.
# Run from the root of the repository: Rscript tests/oracles/sem_wider.R
source("tests/oracles/lavaan/common.R")  # sem, growth with Newton-polished solutions
folder <- "tests/oracles/lavaan/data"
read <- function(file) read.csv(file.path(folder, file), na.strings = c("", "NA"))
HS <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
COVARIATES <- paste0(HS, "\nspeed ~ visual + ageyr\nx1 ~~ x7\ntextual ~ visual")
CYCLE <- "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nvisual ~ speed + female\nspeed ~ visual + ageyr"
CURVE <- "i =~ 1*x7 + 1*x8 + 1*x9\ns =~ 0*x7 + 1*x8 + 2*x9"
FLAT <- "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4\ns =~ 0*t1 + NA*t2 + NA*t3 + 3*t4\ns ~~ 0*s\ni ~~ 0*s"
PARALLEL <- "f =~ l*x1 + l*x2 + l*x3 + l*x4\nx1 ~~ e*x1\nx2 ~~ e*x2\nx3 ~~ e*x3\nx4 ~~ e*x4\nf ~~ 1*f"
PARTIAL <- c("visual=~x2", "x3~1", "x7~1")
invariant <- c("loadings", "intercepts")
cases <- list(
  list("latent_variances", "sem", COVARIATES, "hs_mimic.csv", group = "school", group.equal = "lv.variances"),
  list("cycle", "sem", CYCLE, "hs_mimic.csv"),
  list("wishart", "sem", HS, "hs_mimic.csv", likelihood = "wishart", group = "school"),
  list("wishart_equal", "sem", "f =~ A1 + A2 + A3 + A4 + A5", "bfi_complete.csv", likelihood = "wishart",
       group = "education", group.equal = "loadings"),
  list("residuals_GLS", "sem", HS, "hs_mimic.csv", estimator = "GLS"),
  list("residuals_ULS", "sem", HS, "hs_mimic.csv", estimator = "ULS", group = "school", group.equal = "loadings"),
  list("two_stage", "sem", HS, "hs_mcar.csv", missing = "two.stage"),
  list("weights_groups_fiml", "sem", HS, "hs_weights_mcar.csv", estimator = "MLR", missing = "ml", group = "school",
       sampling.weights = "w"),
  list("mean_adjusted_DWLS", "sem", HS, "hs_mimic.csv", estimator = "WLSM", group = "school"),
  list("partial", "sem", HS, "hs_mimic.csv", group = "school", group.equal = invariant, group.partial = PARTIAL),
  list("parallel", "sem", PARALLEL, "hs_mimic.csv"),
  list("improper", "growth", CURVE, "hs_mimic.csv", group = "school", group.equal = "means"),
  list("no_variance", "growth", FLAT, "demo_growth.csv"),
  list("ordered_without_estimator", "sem", "visual =~ x1 + x2 + x3 + x4 + x5", "hs_ord4.csv",
       ordered = paste0("x", 1:6)),
  list("ordered_fixed_threshold", "sem", "visual =~ x1 + x2 + x3 + x4 + x5\nx1 | 0*t1", "hs_ord4.csv",
       ordered = paste0("x", 1:6)))
blocks <- function(x, single) if (single) list(x) else unname(x)
out <- lapply(cases, function(case) {
  options <- case[-(1:4)]
  fit <- suppressWarnings(do.call(get(case[[2]]), c(list(case[[3]], data = read(case[[4]])), options)))
  polished <- LAST_TOL == "newton-polished"
  p <- as.data.frame(unclass(parameterEstimates(fit, standardized = TRUE, remove.nonfree = FALSE,
    remove.system.eq = FALSE)), stringsAsFactors = FALSE)
  p <- p[!p$op %in% c("==", "<", ">"), ]
  m <- as.data.frame(unclass(suppressWarnings(modindices(fit))))
  m$level <- NULL
  one <- is.null(options$group)
  r2 <- suppressWarnings(lavInspect(fit, "r2"))
  result <- list(name = case[[1]], model_type = case[[2]], model = case[[3]], data = case[[4]], options = options,
    polished = polished, parameters = p, fit = as.list(unclass(fitMeasures(fit))), indices = m,
    r2 = lapply(blocks(r2, one), function(x) as.list(unclass(x))))
  raw <- residuals(fit, type = "raw")
  result$residuals <- lapply(blocks(raw, one), function(x) mat(x$cov))
  if (is.null(options$ordered)) result$scores <- lapply(c(regression = "regression", bartlett = "Bartlett"),
    function(k) lapply(blocks(lavPredict(fit, method = k), one), function(x) mat(head(x, 3))))
  # covariances are saturated: each index of an item is that of its mean, which lavaan's are not
  if (case[[1]] == "improper") result$indices <- NULL
  if (!is.null(options$group.partial) || case[[1]] %in% c("parallel", "wishart_equal")) {
    test <- lavTestScore(fit)
    result$score_test <- list(total = test$test$X2, df = test$test$df, single = test$uni$X2)
  }
  result
})
write(toJSON(list(lavaan = as.character(packageVersion("lavaan")), cases = out), digits = I(15), auto_unbox = TRUE,
             null = "null", na = "null"), "tests/oracles/sem_wider.json")
