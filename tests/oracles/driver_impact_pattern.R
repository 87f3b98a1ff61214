# Stated against unstated paths, and an evaluative factor over all items, by lavaan: the driver-impact
# model with 21 and with 49 paths, in clusters fewer than parameters. Run from the root:
#   Rscript tests/oracles/driver_impact_pattern.R > tests/oracles/driver_impact_pattern.json
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
d <- read.csv("tests/oracles/data/m0_simulated.csv")
d$ATT2 <- 6 - d$ATT2
d$cluster <- rep(1:80, each = 15)
drivers <- c("DRREL", "DRACT", "DRINP", "DRSET", "DRTEC", "DRKNO", "DRFLO")
stated <- list(QUA = c("DRACT", "DRINP"), PRF = c("DRACT", "DRINP"), ATT = c("DRSET", "DRTEC"),
               SHR = c("DRSET", "DRTEC"), KGN = c("DRFLO", "DRKNO"), IV = c("DRFLO", "DRKNO"),
               MV = c("DRFLO", "DRKNO"))
impacts <- names(stated)
items <- function(f) paste0(f, seq_len(if (f %in% c("IV", "MV")) 4 else 3))
all_items <- unlist(lapply(c(drivers, impacts), items))
measured <- vapply(c(drivers, impacts), function(f) paste(f, "=~", paste(items(f), collapse = " + ")), "")
pairs <- function(names) apply(combn(names, 2), 2, paste, collapse = " ~~ ")
free <- c(measured, pairs(drivers), pairs(impacts))
m0 <- c(free, vapply(impacts, function(y) paste(y, "~", paste(c("DRREL", stated[[y]]), collapse = " + ")), ""))
cells <- expand.grid(driver = drivers, impact = impacts, stringsAsFactors = FALSE)
cells$label <- paste0("b", seq_len(nrow(cells)))
cells$s <- as.numeric(mapply(function(x, y) x == "DRREL" || x %in% stated[[y]], cells$driver, cells$impact))
equations <- vapply(impacts, function(y) {
  of <- cells[cells$impact == y, ]
  paste(y, "~", paste0(of$label, "*", of$driver, collapse = " + "))
}, "")
rest <- resid(lm(s ~ driver + impact, cells))
sum_of <- function(w) paste(paste0("(", format(w, digits = 16), ")*", cells$label)[w != 0], collapse = " + ")
means <- c(paste("mean_stated :=", sum_of(cells$s / sum(cells$s))),
           paste("mean_unstated :=", sum_of((1 - cells$s) / sum(1 - cells$s))),
           paste("contrast :=", sum_of(cells$s / sum(cells$s) - (1 - cells$s) / sum(1 - cells$s))),
           paste("contrast_within :=", sum_of(rest / sum(rest^2))))
m3 <- c(free, equations, means)
m4 <- c(m0, paste("evaluation =~", paste0("1*", all_items, collapse = " + ")), paste0("evaluation ~~ 0*", drivers))
fitted <- function(model) sem(paste(model, collapse = "\n"), d, estimator = "MLR", cluster = "cluster")
f0 <- fitted(m0); f3 <- fitted(m3); f4 <- fitted(m4)
measures <- function(f) as.list(fitMeasures(f, c("chisq", "df", "chisq.scaled", "pvalue.scaled",
  "chisq.scaling.factor", "cfi.robust", "rmsea.robust", "aic", "bic")))
z <- standardizedSolution(f3); b <- parameterEstimates(f3)
lrt <- lavTestLRT(f0, f3)
p4 <- parameterEstimates(f4); z4 <- standardizedSolution(f4)
v <- p4[p4$lhs == "evaluation" & p4$op == "~~" & p4$rhs == "evaluation", ]
p4 <- z4[z4$op == "~" , ]
cat(toJSON(list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  stated = measures(f0), all = measures(f3),
  means = list(term = z$lhs[z$op == ":="], std_all = z$est.std[z$op == ":="], std_all_se = z$se[z$op == ":="],
               est = b$est[b$op == ":="], se = b$se[b$op == ":="]),
  difference = list(chisq = lrt[2, "Chisq diff"], df = lrt[2, "Df diff"], p_value = lrt[2, "Pr(>Chisq)"]),
  evaluation = list(variance = v$est, se = v$se, aic = measures(f4)$aic, bic = measures(f4)$bic,
    outcome = p4$lhs, predictor = p4$rhs, std_all = p4$est.std, std_all_se = p4$se)),
  digits = I(15), auto_unbox = TRUE, pretty = TRUE), "\n")
