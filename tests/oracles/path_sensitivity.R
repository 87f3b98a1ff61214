# How strong an omitted cause takes a path to zero, by lavaan: a phantom variable of growing strength
# in the model until the path vanishes, and a halo of growing size out of the latent correlations.
# Run from the root:
#   Rscript tests/oracles/path_sensitivity.R > tests/oracles/path_sensitivity.json
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
source("tests/oracles/lavaan/common.R")  # sem with Newton-polished solutions
d <- read.csv("tests/oracles/data/m0_simulated.csv")
d$ATT2 <- 6 - d$ATT2
measured <- "
  DRREL =~ DRREL1 + DRREL2 + DRREL3
  DRACT =~ DRACT1 + DRACT2 + DRACT3
  DRINP =~ DRINP1 + DRINP2 + DRINP3
  QUA =~ QUA1 + QUA2 + QUA3
  PRF =~ PRF1 + PRF2 + PRF3
  IV =~ IV1 + IV2 + IV3 + IV4
  DRREL ~~ DRACT + DRINP
  DRACT ~~ DRINP
  QUA ~~ PRF + IV
  PRF ~~ IV
"
drivers <- c("DRREL", "DRACT", "DRINP")
equations <- list(QUA = drivers, PRF = drivers, IV = "DRREL")
regressions <- paste(names(equations), "~", sapply(equations, paste, collapse = " + "))
stated <- paste(measured, paste(regressions, collapse = "\n"))

fit <- sem(stated, d)
eta <- lavInspect(fit, "cov.lv")
estimate <- function(f, y, x) with(parTable(f), est[op == "~" & lhs == y & rhs == x])

# the path of a model with a phantom variable that explains a share of what is left of both ends
with_phantom <- function(share, y, x) {
  given <- setdiff(equations[[y]], x)
  projection <- if (length(given)) solve(eta[given, given, drop = FALSE], eta[given, x]) else numeric()
  left <- eta[x, drivers] - if (length(given)) drop(projection %*% eta[given, drivers]) else 0
  with_drivers <- sqrt(share / left[[x]]) * left
  unexplained <- with(parTable(fit), est[op == "~~" & lhs == y & rhs == y])
  # the phantom raises or lowers the path as its paths have the sign of it
  b <- sign(estimate(fit, y, x)) * sqrt(share * unexplained / (1 - share))
  phantom <- c(paste0("U =~ 0*", drivers[1], "1"), "U ~~ 1*U",
    sprintf("U ~~ %.15g*%s", with_drivers, drivers), sprintf("%s ~ %.15g*U", y, b),
    paste0("U ~~ 0*", setdiff(names(equations), y)))
  f <- sem(paste(c(stated, phantom), collapse = "\n"), d)
  stopifnot(lavInspect(f, "converged"), abs(fitMeasures(f, "chisq") - fitMeasures(fit, "chisq")) < 1e-4)
  estimate(f, y, x)
}
# the same path after a halo with that loading on every item is taken out of the correlations
without_halo <- function(loading, y, x) {
  std <- standardizedSolution(fit)
  mean_loading <- sapply(rownames(eta), function(n) mean(std$est.std[std$op == "=~" & std$lhs == n]))
  corrected <- cov2cor(unclass(eta)) - loading^2 * outer(1 / mean_loading, 1 / mean_loading)
  solve(corrected[equations[[y]], equations[[y]], drop = FALSE], corrected[equations[[y]], y])[[
    match(x, equations[[y]])]]
}
root <- function(f, y, x, upper) uniroot(f, c(1e-6, upper), y = y, x = x, tol = 1e-8)$root
found <- list()
for (y in names(equations)) for (x in equations[[y]])
  found[[paste0(x, "-", y)]] <- list(halo = root(without_halo, y, x, .5))
# where an equation omits a driver, a phantom with fixed paths frees a covariance that it restricts
for (y in c("QUA", "PRF")) for (x in drivers)
  found[[paste0(x, "-", y)]]$confounder <- root(with_phantom, y, x, .4)
cat(toJSON(list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  paths = found), digits = I(15), auto_unbox = TRUE, pretty = TRUE), "\n")
