# Combinations of model, estimator and options that tests/oracles/lavaan does not hold.
# Run from the root of the repository: Rscript tests/oracles/sem_combinations.R
source("tests/oracles/lavaan/common.R")  # sem, cfa, growth with Newton-polished solutions
folder <- "tests/oracles/lavaan/data"
hs <- read.csv(file.path(folder, "hs_mimic.csv"))
pd <- read.csv(file.path(folder, "pd.csv"))
demo <- read.csv(file.path(folder, "demo_growth.csv"))
holes <- read.csv(file.path(folder, "hs_mcar.csv"))
HS <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
MIMIC <- paste0(HS, "\nvisual + textual + speed ~ female + ageyr")
PATH <- "x5 ~ a*x1 + x2\nx9 ~ b*x5 + x1\nind := a*b"
GROWTH <- "i =~ 1*t1 + 1*t2 + 1*t3 + 1*t4\ns =~ 0*t1 + 1*t2 + 2*t3 + 3*t4\ni + s ~ x1"
MIXED <- "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nx4 ~ visual + ageyr\nspeed ~ x4 + visual\nx4 ~~ x9"
run <- function(name, fun, model, data, file, ...) {
  fit <- suppressWarnings(fun(model, data = data, ...))
  p <- parameterEstimates(fit, remove.nonfree = FALSE, remove.system.eq = FALSE)
  p <- as.data.frame(unclass(p), stringsAsFactors = FALSE)
  p <- p[!p$op %in% c("==", "<", ">"), intersect(c("lhs", "op", "rhs", "group", "est", "se"), names(p))]
  m <- fitMeasures(fit)
  keep <- c("npar", "chisq", "df", "chisq.scaled", "df.scaled", "chisq.scaling.factor", "baseline.chisq",
            "baseline.df", "cfi", "tli", "rmsea", "srmr", "logl", "aic", "bic", "cfi.scaled", "rmsea.scaled",
            "cfi.robust", "rmsea.robust")
  m <- as.list(m[intersect(keep, names(m))])
  list(name = name, polished = LAST_TOL == "newton-polished", model = model, data = file, converged = lavInspect(fit, "converged"),
       group_labels = lavInspect(fit, "group.label"), parameters = p, fit = m)
}
out <- list()
add <- function(name, ...) {  # lavaan refuses WLS with fixed covariates
  result <- tryCatch(run(name, ...), error = function(e) { cat(name, conditionMessage(e), "\n"); NULL })
  if (!is.null(result)) out[[length(out) + 1]] <<- result
}
for (e in c("MLM", "MLMV", "MLMVS", "GLS", "ULS", "ULSMV", "WLS", "DWLS", "WLSMV"))
  add(paste0("mimic_", e), sem, MIMIC, hs, "hs_mimic.csv", estimator = e)
for (e in c("MLM", "GLS", "DWLS", "WLS"))
  add(paste0("mimic_means_", e), sem, MIMIC, hs, "hs_mimic.csv", estimator = e, meanstructure = TRUE)
for (e in c("ML", "MLR", "MLM", "GLS"))
  add(paste0("path_", e), sem, PATH, hs, "hs_mimic.csv", estimator = e)
for (e in c("ML", "MLR", "GLS", "WLS", "MLM"))
  add(paste0("mixed_", e), sem, MIXED, hs, "hs_mimic.csv", estimator = e)
add("mixed_random_MLR", sem, MIXED, hs, "hs_mimic.csv", estimator = "MLR", fixed.x = FALSE)
for (e in c("MLM", "MLMV", "GLS", "ULS", "WLS", "DWLS", "MLR"))
  add(paste0("groups_", e), cfa, HS, hs, "hs_mimic.csv", estimator = e, group = "school",
      group.equal = c("loadings", "intercepts"))
add("groups_wishart", cfa, HS, hs, "hs_mimic.csv", group = "school", likelihood = "wishart")
add("groups_mimic_MLR", sem, MIMIC, hs, "hs_mimic.csv", estimator = "MLR", group = "school",
    group.equal = "regressions")
for (e in c("ML", "MLR", "MLM", "GLS"))
  add(paste0("growth_", e), growth, GROWTH, demo, "demo_growth.csv", estimator = e)
add("stdlv_groups", cfa, HS, hs, "hs_mimic.csv", std.lv = TRUE, group = "school", group.equal = "loadings")
add("robust_se_ML", cfa, HS, hs, "hs_mimic.csv", se = "robust")
add("robust_se_FIML", cfa, HS, holes, "hs_mcar.csv", se = "robust", missing = "fiml")
add("observed_MLM", cfa, HS, hs, "hs_mimic.csv", estimator = "MLR", information = "expected")
add("twostage_groups", cfa, HS, holes, "hs_mcar.csv", missing = "two.stage", group = "school")
write(toJSON(list(lavaan = as.character(packageVersion("lavaan")), cases = out), digits = I(17),
             auto_unbox = TRUE, null = "null", na = "null"), "tests/oracles/sem_combinations.json")
