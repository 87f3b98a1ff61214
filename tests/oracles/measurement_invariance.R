# Invariance of factors across groups and paths within them, by lavaan: difference tests and score tests of
# each factor by itself, and a path model with partial invariance; of real answers (the shipped carers', by sex) with
# some missing, and of simulated ones in clusters, of which one half has a question shifted and one that
# measures badly. Beside them what R's stats have on shares, differences and dependences. Run from the root:
#   Rscript tests/oracles/measurement_invariance.R > tests/oracles/measurement_invariance.json
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
ladder <- function(factor, items, d, group, ...) {
  model <- paste(factor, "=~", paste(items, collapse = " + "))
  fitted <- function(equal) cfa(model, d, group = group, group.equal = equal, estimator = "MLR", missing = "fiml", ...)
  f <- list(fitted(""), fitted("loadings"), fitted(c("loadings", "intercepts")))
  steps <- lavTestLRT(f[[1]], f[[2]], f[[3]], method = "satorra.bentler.2001")
  table <- parTable(f[[3]])
  scores <- lavTestScore(f[[3]])$uni
  named <- table[match(scores$lhs, table$plabel), ]
  list(chisq = steps[["Chisq diff"]][-1], df = steps[["Df diff"]][-1], p = steps[["Pr(>Chisq)"]][-1],
       scaling = fitMeasures(f[[3]], "chisq.scaling.factor")[[1]],
       released = paste0(named$lhs, named$op, named$rhs), score = scores$X2)
}
within <- function(model, d, group, partial, ...) {
  f <- sem(model, d, group = group, group.equal = c("loadings", "intercepts", "regressions"),
           group.partial = partial, estimator = "MLR", missing = "fiml", ...)
  z <- standardizedSolution(f); z <- z[z$op == "~", ]
  shares <- unlist(lavInspect(f, "nobs")); shares <- shares / sum(shares)
  paths <- split(z, paste(z$lhs, z$rhs))
  list(groups = lavInspect(f, "group.label"), chisq = fitMeasures(f, "chisq.scaled")[[1]],
       df = fitMeasures(f, "df")[[1]], path = names(paths),
       std_all = vapply(paths, function(p) sum(shares[p$group] * p$est.std), 0),
       se = vapply(paths, function(p) sum(shares[p$group] * p$se), 0))
}
b <- read.csv("sample_data/carers.csv")
b[b < 0] <- NA
b <- b[!is.na(b$CSEX), ]
real <- list(NEG = paste0("COP", 2:7))
m <- read.csv("tests/oracles/data/m0_simulated.csv")
m$cluster <- rep(1:80, each = 15)
m$language <- ifelse(seq_len(nrow(m)) %% 2 == 0, "xx", "en")
other <- m$language == "xx"
m$MV2[other] <- m$MV2[other] + 0.3                             # a question that is easier to agree with
some <- seq_len(nrow(m)) %% 4 == 0
m$IV3[some] <- rev(m$IV3[some])                            # one that half of them answer at random
drawn <- list(IV = paste0("IV", 1:4), MV = paste0("MV", 1:4))
text <- function(factors) vapply(names(factors), function(f) paste(f, "=~", paste(factors[[f]], collapse = " + ")), "")
of_real <- text(real); of_drawn <- text(drawn)
share <- binom.test(143, 1335)$conf.int
a <- b$HOURS; g <- b$CSEX == 2
t <- t.test(a[g], a[!g]); spread <- sqrt((var(a[g], na.rm = TRUE) + var(a[!g], na.rm = TRUE)) / 2)
k <- kruskal.test(b$HOURS, b$EDU)
n <- sum(complete.cases(b$HOURS, b$EDU))
rank <- cor(b$HOURS, b$CAGE, method = "spearman", use = "complete.obs")
rows <- sum(complete.cases(b$HOURS, b$CAGE))
p_rank <- 2 * pt(-abs(rank * sqrt((rows - 2) / (1 - rank^2))), rows - 2)
R <- matrix(c(1, .7, .6, .7, 1, .5, .6, .5, 1), 3)
cat(toJSON(list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  carers = list(ladder = lapply(setNames(names(real), names(real)), function(f) ladder(f, real[[f]], b, "CSEX")),
                paths = within(c(of_real, "POS =~ COP1 + COP8 + COP9", "POS ~ NEG"), b, "CSEX", c("NEG=~COP4", "COP5~1"))),
  simulated = list(ladder = lapply(setNames(names(drawn), names(drawn)),
                                   function(f) ladder(f, drawn[[f]], m, "language", cluster = "cluster")),
                   paths = within(c(of_drawn, "MV ~ IV"), m, "language", c("MV2~1", "IV=~IV3"), cluster = "cluster")),
  clopper_pearson = list(low = share[1], high = share[2]),
  welch = list(statistic = t$statistic[[1]], df = t$parameter[[1]], p = t$p.value,
               d = (mean(a[g], na.rm = TRUE) - mean(a[!g], na.rm = TRUE)) / spread),
  kruskal = list(size = sqrt(k$statistic[[1]] / (n - 1)), p = k$p.value),
  spearman = list(size = rank, p = p_rank),
  inflation = diag(solve(R))),
  digits = I(15), auto_unbox = TRUE, pretty = TRUE), "\n")
