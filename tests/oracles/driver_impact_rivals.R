# Rivals of the driver-impact model, by lavaan: paths between impacts added, and the arrows of a
# driver reversed. Run from the root:
#   Rscript tests/oracles/driver_impact_rivals.R > tests/oracles/driver_impact_rivals.json
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
d <- read.csv("tests/oracles/data/m0_simulated.csv")
d$ATT2 <- 6 - d$ATT2
d$cluster <- rep(1:80, each = 15)
measured <- "
  DRREL =~ DRREL1 + DRREL2 + DRREL3
  DRACT =~ DRACT1 + DRACT2 + DRACT3
  DRINP =~ DRINP1 + DRINP2 + DRINP3
  QUA =~ QUA1 + QUA2 + QUA3
  PRF =~ PRF1 + PRF2 + PRF3
  IV =~ IV1 + IV2 + IV3 + IV4
  DRREL ~~ DRACT + DRINP
  DRACT ~~ DRINP
"
stated <- paste(measured, "
  QUA ~ DRREL + DRACT + DRINP
  PRF ~ DRREL + DRACT + DRINP
  IV ~ DRREL
  QUA ~~ PRF + IV
  PRF ~~ IV
")
added <- paste(measured, "
  QUA ~ DRREL + DRACT + DRINP
  PRF ~ DRREL + DRACT + DRINP
  IV ~ DRREL + QUA + PRF
  QUA ~~ PRF
")
reversed <- paste(measured, "
  QUA ~ DRACT + DRINP
  PRF ~ DRACT + DRINP
  DRREL ~ QUA + PRF + IV
  QUA ~~ PRF + IV
  PRF ~~ IV
")
measures <- function(model) {
  f <- sem(model, d, estimator = "MLR", cluster = "cluster")
  as.list(fitMeasures(f, c("npar", "chisq", "df", "chisq.scaled", "pvalue.scaled", "cfi.robust",
                           "rmsea.robust", "aic", "bic")))
}
cat(toJSON(list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  stated = measures(stated), added = measures(added), reversed = measures(reversed)),
  digits = I(15), auto_unbox = TRUE, pretty = TRUE), "\n")
