# A driver that is observed as it is, beside latent ones, with a covariate, by lavaan: its inflation
# among the drivers and its path. Run from the root:
#   Rscript tests/oracles/observed_driver.R > tests/oracles/observed_driver.json
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
d <- read.csv("tests/oracles/data/m0_simulated.csv")
d$cluster <- rep(1:80, each = 15)
d$amount <- d$DRINP1 + d$DRINP2 + d$DRINP3
d$age <- d$IV1
fit <- sem("
  DRREL =~ DRREL1 + DRREL2 + DRREL3
  DRACT =~ DRACT1 + DRACT2 + DRACT3
  QUA =~ QUA1 + QUA2 + QUA3
  PRF =~ PRF1 + PRF2 + PRF3
  QUA ~ DRREL + DRACT + amount + age
  PRF ~ DRREL + amount + age
  DRREL ~ age
  DRACT ~ age
  amount ~ age
  DRREL ~~ DRACT + amount
  DRACT ~~ amount
  QUA ~~ PRF
", d, estimator = "MLR", cluster = "cluster")
table <- standardizedSolution(fit)
implied <- cov2cor(lavInspect(fit, "cov.all"))
names <- c("DRREL", "DRACT", "amount")
cat(toJSON(list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  paths = table[table$op == "~" & table$rhs != "age", c("lhs", "rhs", "est.std", "se")],
  inflation = as.list(setNames(diag(solve(implied[names, names])), names))),
  digits = I(15), auto_unbox = TRUE, pretty = TRUE), "\n")
