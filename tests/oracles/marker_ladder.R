# The CFA marker technique by lavaan: five models and their scaled difference tests, on real answers
# to a personality questionnaire, openness as the marker. Run from the root:
#   Rscript tests/oracles/marker_ladder.R > tests/oracles/marker_ladder.json
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
d <- read.csv("tests/oracles/data/bfi_first300.csv")
for (item in c("A1", "C4", "C5", "E1", "E2", "O2", "O5")) d[[item]] <- 7 - d[[item]]
factors <- c("A", "C", "E")
items <- unlist(lapply(factors, paste0, 1:5))
own <- c("O1", "O3", "O4")
standard <- function(f, of) c(paste(f, "=~ NA*", paste(of, collapse = " + ")), paste(f, "~~ 1*", f))
measured <- unlist(lapply(factors, function(f) standard(f, paste0(f, 1:5))))
free <- c("A ~~ C", "A ~~ E", "C ~~ E")
fitted <- function(lines) lavaan::cfa(paste(lines, collapse = "\n"), d, estimator = "MLR", missing = "fiml")
cfa <- fitted(c(measured, free, standard("M", own), "M ~~ A + C + E"))
p <- parameterEstimates(cfa)
est <- function(l, op, r) format(p$est[p$lhs == l & p$op == op & p$rhs == r], digits = 16)
marker <- c(paste("M =~", paste0(vapply(own, function(i) est("M", "=~", i), ""), "*", own, collapse = " + ")),
            "M ~~ 1*M", paste0(own, " ~~ ", vapply(own, function(i) est(i, "~~", i), ""), "*", own),
            "M ~~ 0*A + 0*C + 0*E")
equal <- paste("M =~", paste0("m*", items, collapse = " + "))
loose <- paste("M =~", paste(items, collapse = " + "))
baseline <- fitted(c(measured, free, marker))
constrained <- fitted(c(measured, free, marker, equal))
unconstrained <- fitted(c(measured, free, marker, loose))
retained <- if (lavTestLRT(unconstrained, constrained)[2, "Pr(>Chisq)"] < .05) "unconstrained" else "constrained"
b <- parameterEstimates(baseline)
r <- function(x, y) format(b$est[b$lhs == x & b$op == "~~" & b$rhs == y], digits = 16)
held <- paste0(c("A ~~ ", "A ~~ ", "C ~~ "), c(r("A", "C"), r("A", "E"), r("C", "E")), c("*C", "*E", "*E"))
restricted <- fitted(c(measured, held, marker, if (retained == "constrained") equal else loose))
kept <- if (retained == "constrained") constrained else unconstrained
measures <- function(f) as.list(fitMeasures(f, c("chisq.scaled", "df", "pvalue.scaled", "cfi.robust", "rmsea.robust")))
difference <- function(a, b) { t <- lavTestLRT(a, b); list(statistic = t[2, "Chisq diff"], df = t[2, "Df diff"], p_value = t[2, "Pr(>Chisq)"]) }
z <- standardizedSolution(kept)
loadings <- z$est.std[z$op == "=~" & z$lhs == "M" & z$rhs %in% items]
cat(toJSON(list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  models = list(cfa = measures(cfa), baseline = measures(baseline), constrained = measures(constrained),
                unconstrained = measures(unconstrained), restricted = measures(restricted)),
  tests = list(shared = difference(constrained, baseline), unequal = difference(unconstrained, constrained),
               distorting = difference(kept, restricted)),
  retained = retained, share = mean(loadings^2)),
  digits = I(15), auto_unbox = TRUE, pretty = TRUE), "\n")
