# Models and options beyond tests/oracles/lavaan and sem_combinations.R, with modification indices:
# found by comparing random models with lavaan.
# Run from the root of the repository: Rscript tests/oracles/sem_unseen.R
source("tests/oracles/lavaan/common.R")  # sem, cfa with Newton-polished solutions
folder <- "tests/oracles/lavaan/data"
read <- function(file) read.csv(file.path(folder, file), na.strings = c("", "NA"))
HS <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
DIRECT <- paste0(HS, "\nvisual + textual + speed ~ ageyr + female\nx1 ~ female\nvisual =~ x6\nx2 ~~ x3")
PATH <- "visual =~ x1 + x2 + x3\nvisual ~ a*x5 + b*ageyr\nx5 ~ c*ageyr\nind := c*a\ntotal := b + c*a"
LABELS <- paste0("visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + x5 + x6\ntextual ~ c*visual + d*ageyr\n",
  "visual ~ e*ageyr\na*b == 0.5\nind := c*e\nratio := c/(1 + d^2)\nroot := sqrt(exp(e))")
GROUPED <- "visual =~ x1 + c(a, a)*x2 + x3\nspeed =~ x7 + x8 + c(b, d)*x9\nspeed ~ c(p, q)*visual\ndiff := p - q"
ORDERED <- "visual =~ x1 + x2 + x3\nspeed =~ x7 + x8 + x9\nspeed ~ b*visual + ageyr\nvisual ~ a*ageyr\nx1 ~ ageyr\nind := a*b"
cases <- list(
  list("direct_ML", DIRECT, "hs_mimic.csv"),
  list("direct_MLM", DIRECT, "hs_mimic.csv", estimator = "MLM", meanstructure = TRUE),
  list("direct_ULS", DIRECT, "hs_mimic.csv", estimator = "ULS"),
  list("direct_GLS_random", DIRECT, "hs_mimic.csv", estimator = "GLS", fixed.x = FALSE),
  list("direct_DWLS", HS, "hs_mimic.csv", estimator = "DWLS"),
  list("direct_fiml", DIRECT, "hs_mcar_mimic.csv", missing = "fiml"),
  list("wishart", HS, "hs_mimic.csv", likelihood = "wishart"),
  list("wishart_groups", HS, "hs_mimic.csv", likelihood = "wishart", group = "school"),
  list("path", PATH, "hs_mimic.csv"),
  list("path_random_MLR", PATH, "hs_mimic.csv", estimator = "MLR", fixed.x = FALSE),
  list("labels", LABELS, "hs_mimic.csv"),
  list("grouped", GROUPED, "hs_mimic.csv", group = "school"),
  list("expected_MLR_fiml", HS, "hs_mcar.csv", estimator = "MLR", missing = "fiml", information = "expected"),
  list("random_MLR_fiml", paste0(HS, "\nvisual ~ ageyr"), "hs_mcar_mimic.csv", estimator = "MLR", missing = "fiml",
       fixed.x = FALSE),
  list("ordered_path", ORDERED, "hs_ord4.csv", estimator = "WLSMV", ordered = paste0("x", c(1:3, 7:9))),
  list("ordered_theta", HS, "hs_ord4.csv", estimator = "WLSMV", ordered = paste0("x", 1:9), parameterization = "theta"),
  list("ordered_groups", HS, "hs_ord4.csv", estimator = "WLSMV", ordered = paste0("x", 1:9), group = "school",
       group.equal = c("thresholds", "loadings")),
  list("ordered_stdlv_ULSMV", HS, "hs_ord4.csv", estimator = "ULSMV", ordered = paste0("x", 1:9), std.lv = TRUE))
out <- lapply(cases, function(case) {
  fit <- suppressWarnings(do.call(sem, c(list(case[[2]], data = read(case[[3]])), case[-(1:3)])))
  p <- as.data.frame(unclass(parameterEstimates(fit, standardized = TRUE, remove.nonfree = FALSE,
    remove.system.eq = FALSE)), stringsAsFactors = FALSE)
  p <- p[!p$op %in% c("==", "<", ">"), ]
  polished <- LAST_TOL == "newton-polished"
  m <- as.data.frame(unclass(modindices(fit)))
  list(name = case[[1]], model = case[[2]], data = case[[3]], options = case[-(1:3)], polished = polished,
       parameters = p, fit = as.list(unclass(fitMeasures(fit))), indices = m)
})
write(toJSON(list(lavaan = as.character(packageVersion("lavaan")), cases = out), digits = I(15), auto_unbox = TRUE,
             null = "null", na = "null"), "tests/oracles/sem_unseen.json")
