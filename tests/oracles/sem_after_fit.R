# What is asked of a fit: residuals, reliability, HTMT, Wald and score tests; omega of ordered items.
# Run from the root of the repository: Rscript tests/oracles/sem_after_fit.R
source("tests/oracles/lavaan/common.R")  # cfa with Newton-polished solutions
folder <- "tests/oracles/lavaan/data"
read <- function(file) read.csv(file.path(folder, file))
grouped <- function(x) if (is.list(x) && !is.data.frame(x) && is.null(x$cov)) x else list(x)
moments <- function(x) lapply(unname(grouped(x)), function(g) list(mean = as.numeric(g$mean), cov = unname(unclass(g$cov))))
pairs <- function(x) { m <- unclass(as.matrix(x)); m[lower.tri(m)] }
rows <- function(x) lapply(unname(grouped(x)), as.list)
pupils <- read("hs1939.csv"); ordered4 <- read("hs_ord4.csv"); bfi <- read("bfi_complete.csv")

means <- cfa(HS, data = pupils, meanstructure = TRUE)
schools <- cfa(HS, data = pupils, group = "school")
labelled <- "visual =~ x1 + a*x2 + b*x3\ntextual =~ x4 + c*x5 + d*x6\nspeed =~ x7 + x8 + x9"
free <- cfa(labelled, data = pupils)
robust <- cfa(labelled, data = pupils, estimator = "MLR")
equal <- cfa(gsub("b*x3", "a*x3", gsub("d*x6", "c*x6", labelled, fixed = TRUE), fixed = TRUE), data = pupils)
released <- lavTestScore(equal)
wald <- function(fit, text) { w <- lavTestWald(fit, text); list(restrictions = text, statistic = w$stat, df = w$df, p_value = w$p.value) }

htmt_of <- function(data, ...) list(one = pairs(htmt(HS, data, htmt2 = FALSE, ...)), two = pairs(htmt(HS, data, htmt2 = TRUE, ...)))
omega_of <- function(items, data) {
  fit <- cfa(paste("F =~", paste(items, collapse = " + ")), data = data, ordered = items, std.lv = TRUE)
  list(items = items, n_obs = nobs(fit), polished = LAST_TOL == "newton-polished",
       observed = unname(compRelSEM(fit)[[1]]), implied = unname(compRelSEM(fit, obs.var = FALSE)[[1]]),
       latent = unname(compRelSEM(fit, ord.scale = FALSE)[[1]]))
}
out <- list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan")),
                  semTools = as.character(packageVersion("semTools"))),
  residuals = list(observed = moments(lavInspect(means, "sampstat")), implied = moments(lavInspect(means, "implied")),
                   raw = moments(residuals(means, type = "raw")), standardized = moments(residuals(means, type = "standardized")),
                   correlation = moments(residuals(means, type = "cor.bollen")),
                   groups = moments(residuals(schools, type = "raw"))),
  reliability = list(
    one = list(omega = rows(compRelSEM(means)), composite = rows(compRelSEM(means, obs.var = FALSE)), ave = rows(AVE(means))),
    schools = list(omega = compRelSEM(schools), composite = compRelSEM(schools, obs.var = FALSE), ave = AVE(schools))),
  htmt = list(continuous = htmt_of(pupils[paste0("x", 1:9)]),
              ordered = htmt_of(ordered4[paste0("x", 1:9)], ordered = paste0("x", 1:9))),
  wald = list(ML = list(wald(free, "a == b\nc == d"), wald(free, "a*b == c"), wald(free, "a == 0")),
              MLR = list(wald(robust, "a == b\nc == d"))),
  score = list(single = released$uni$X2, total = as.list(released$test)),
  omega = list(hs_ord4 = omega_of(c("x4", "x5", "x6"), ordered4), visual = omega_of(c("x1", "x2", "x3"), ordered4),
               bfi = omega_of(paste0("A", 2:5), bfi)))
write(toJSON(out, digits = I(15), auto_unbox = TRUE, null = "null", na = "null"), "tests/oracles/sem_after_fit.json")
