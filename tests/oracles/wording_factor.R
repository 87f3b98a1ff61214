# Stated paths beside a factor on which reverse-worded items load alike, by lavaan. The items that
# play the reverse-worded ones share what an item outside the model adds to them. Run from the root:
#   Rscript tests/oracles/wording_factor.R > tests/oracles/wording_factor.json
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
d <- read.csv("tests/oracles/data/m0_simulated.csv")
d$cluster <- rep(1:80, each = 15)
reversed <- c("DRREL3", "DRACT3", "DRINP3", "QUA3", "PRF3")
for (item in reversed) d[[item]] <- d[[item]] + .4 * d$ATT1
stated <- "
  DRREL =~ DRREL1 + DRREL2 + DRREL3
  DRACT =~ DRACT1 + DRACT2 + DRACT3
  DRINP =~ DRINP1 + DRINP2 + DRINP3
  QUA =~ QUA1 + QUA2 + QUA3
  PRF =~ PRF1 + PRF2 + PRF3
  IV =~ IV1 + IV2 + IV3 + IV4
  DRREL ~~ DRACT + DRINP
  DRACT ~~ DRINP
  QUA ~ DRREL + DRACT + DRINP
  PRF ~ DRREL + DRACT + DRINP
  IV ~ DRREL
  QUA ~~ PRF + IV
  PRF ~~ IV
"
wording <- paste0("
  wording =~ ", paste0("1*", reversed, collapse = " + "), "
  wording ~~ 0*DRREL + 0*DRACT + 0*DRINP
")
fit <- sem(paste(stated, wording), d, estimator = "MLR", cluster = "cluster")
table <- standardizedSolution(fit)
paths <- table[table$op == "~", c("lhs", "rhs", "est.std", "se")]
raw <- parameterEstimates(fit)
own <- raw[raw$lhs == "wording" & raw$op == "~~" & raw$rhs == "wording", c("est", "se", "ci.lower", "ci.upper")]
loadings <- table[table$lhs == "wording" & table$op == "=~", "est.std"]
cat(toJSON(list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  variance = as.list(own), share = mean(loadings^2), paths = paths),
  digits = I(15), auto_unbox = TRUE, pretty = TRUE), "\n")
