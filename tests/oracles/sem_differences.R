# Difference tests of nested models by lavTestLRT(), each scaling with each kind of test.
# Run from the root of the repository: Rscript tests/oracles/sem_differences.R
source("tests/oracles/lavaan/common.R")  # cfa, sem with Newton-polished solutions
folder <- "tests/oracles/lavaan/data"
read <- function(file) read.csv(file.path(folder, file), na.strings = c("", "NA"))
THREE <- c("visual =~ x1 + x2 + x3", "textual =~ x4 + x5 + x6", "speed =~ x7 + x8 + x9")
FREER <- paste(THREE, collapse = "\n")
EQUAL <- paste(c("visual =~ x1 + a*x2 + a*x3", "textual =~ x4 + b*x5 + b*x6", THREE[3]), collapse = "\n")
COVARIATES <- "\nvisual + textual + speed ~ ageyr + female"
NO_EFFECT <- "\nvisual + textual ~ ageyr + female\nspeed ~ ageyr + 0*female"
METHODS <- c("satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000")
out <- list()
add <- function(name, file, restricted, freer, options = list(), equal = NULL, methods = METHODS) {
  data <- read(file)
  fit <- function(model, equal) suppressWarnings(do.call(
    sem, c(list(model, data = data), options, if (!is.null(equal)) list(group.equal = equal))))
  fits <- list(fit(freer, equal[[1]])); polished <- LAST_TOL == "newton-polished"
  fits[[2]] <- fit(restricted, equal[[2]]); polished <- polished && LAST_TOL == "newton-polished"
  tests <- lapply(methods, function(method) {
    if (method == "default") test <- lavTestLRT(fits[[1]], fits[[2]])
    else test <- lavTestLRT(fits[[1]], fits[[2]], method = method)
    list(method = method, statistic = test[2, "Chisq diff"], df = test[2, "Df diff"], p_value = test[2, "Pr(>Chisq)"])
  })
  cat(sprintf("%-20s polished %-5s %s\n", name, polished,
              paste(sapply(tests, function(t) format(t$statistic, digits = 8)), collapse = " ")))
  out[[length(out) + 1]] <<- list(name = name, polished = polished, data = file, freer = freer, restricted = restricted,
    options = options, equal = equal, p_value_of_model = unname(fitMeasures(fits[[2]], "pvalue")), tests = tests)
}
for (e in c("MLM", "MLMV", "MLMVS", "MLR", "ULSMV", "WLSM", "WLSMV"))
  add(e, "hs_mimic.csv", EQUAL, FREER, list(estimator = e))
for (e in c("MLM", "MLR"))
  add(paste0(e, "_covariates"), "hs_mimic.csv", paste0(FREER, NO_EFFECT), paste0(FREER, COVARIATES), list(estimator = e))
add("MLR_expected", "hs_mimic.csv", EQUAL, FREER, list(estimator = "MLR", information = "expected"))
for (e in c("MLM", "MLR"))
  add(paste0(e, "_groups"), "hs_mimic.csv", FREER, FREER, list(estimator = e, group = "school"),
      list("loadings", c("loadings", "intercepts")))
# no satorra.2000 with missing answers, weights or clusters: lavaan takes moments of pairs and leaves weights out
for (kind in list(c("MLR", "fiml"), c("ML", "two.stage"), c("ML", "robust.two.stage")))
  add(paste(kind, collapse = "_"), "hs_mcar.csv", EQUAL, FREER, list(estimator = kind[1], missing = kind[2]), methods = METHODS[1:2])
for (e in c("WLSM", "ULSMV"))
  add(paste0(e, "_ordered"), "hs_ord4.csv", EQUAL, FREER, list(estimator = e, ordered = TRUE))
add("MLR_weights", "hs_weights.csv", EQUAL, FREER, list(estimator = "MLR", sampling.weights = "w"), methods = METHODS[1:2])
add("MLR_clusters", "hs_weights.csv", EQUAL, FREER, list(estimator = "MLR", cluster = "cl"), methods = METHODS[1:2])
for (e in c("ML", "GLS", "ULS", "DWLS", "WLS"))
  add(paste0(e, "_plain"), "hs_mimic.csv", EQUAL, FREER, list(estimator = e), methods = "default")
write(toJSON(list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string, cases = out), digits = I(15),
             auto_unbox = TRUE, null = "null", na = "null"), "tests/oracles/sem_differences.json")
