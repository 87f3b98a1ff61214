# Agreement within units, differences between groups, partial correlations.
# Run from the root of the repository:
# Rscript tests/oracles/agreement_and_groups.R > tests/oracles/agreement_and_groups.json
suppressMessages({library(psych); library(jsonlite)})
army <- read.csv("tests/oracles/data/lq2002_leadership.csv")
carers <- read.csv("sample_data/carers.csv")
lead <- sprintf("LEAD%02d", 1:11)
army$LEAD <- rowMeans(army[, lead])

# one-way ANOVA by aov, n0 and limits by the formulas of Shrout & Fleiss (1979) and Donner (1986)
icc_of <- function(y, unit, conf = 0.95) {
  rows <- summary(aov(y ~ factor(unit)))[[1]]
  ms <- rows[["Mean Sq"]]; df <- rows[["Df"]]
  n <- table(unit)
  n0 <- (sum(n) - sum(n^2) / sum(n)) / (length(n) - 1)
  of <- function(b, w) list(icc1 = (b - w) / (b + (n0 - 1) * w), icc2 = (b - w) / b)
  tail <- (1 + conf) / 2
  list(n_obs = length(y), n_units = length(n), n0 = n0, ms = ms, F = rows[["F value"]][1],
       p = rows[["Pr(>F)"]][1], estimate = of(ms[1], ms[2]),
       low = of(ms[1] / qf(tail, df[1], df[2]), ms[2]), high = of(ms[1] * qf(tail, df[2], df[1]), ms[2]))
}
# psych::ICC needs as many members in each unit: the first ten of each
first <- ave(army$LEAD, army$COMPID, FUN = seq_along)
ten <- army[first <= 10 & ave(army$LEAD, army$COMPID, FUN = length) >= 10, ]
wide <- t(unstack(ten, LEAD ~ COMPID))
of_psych <- ICC(wide, lmer = FALSE)$results
rwg_of <- function(items) {
  x <- lapply(split(army[, items, drop = FALSE], army$COMPID), function(u) mean(apply(u, 2, var)))
  q <- pmax(1 - unlist(x) / ((5^2 - 1) / 12), 0)
  J <- length(items)
  list(unit = as.integer(names(q)), rwg = unname(J * q / (J * q + 1 - q)), variance = unname(unlist(x)))
}

t_limits <- function(t, df, conf = 0.95) sapply(c((1 + conf) / 2, (1 - conf) / 2), function(share)
  uniroot(function(nc) pt(t, df, nc) - share, t + c(-6, 6), extendInt = "downX", tol = 1e-12)$root)
f_limits <- function(f, a, b, conf = 0.95) sapply(c((1 + conf) / 2, (1 - conf) / 2), function(share)
  if (pf(f, a, b) <= share) 0 else
    uniroot(function(nc) pf(f, a, b, nc) - share, c(0, 200), extendInt = "downX", tol = 1e-12)$root)
groups_of <- function(y, g, conf = 0.95) {
  keep <- !is.na(y) & !is.na(g); y <- y[keep]; g <- factor(g[keep])
  welch <- oneway.test(y ~ g)
  rows <- summary(aov(y ~ g))[[1]]
  ss <- rows[["Sum Sq"]]; df <- rows[["Df"]]; ms <- rows[["Mean Sq"]]; N <- length(y)
  nc <- f_limits(rows[["F value"]][1], df[1], df[2], conf)
  pairs <- combn(levels(g), 2, simplify = FALSE)
  list(welch = list(F = unname(welch$statistic), df = unname(welch$parameter), p = welch$p.value),
       eta = ss[1] / sum(ss), omega = (ss[1] - df[1] * ms[2]) / (sum(ss) + ms[2]), explained = nc / (nc + N),
       pairs = lapply(pairs, function(p) {
         x <- y[g == p[1]]; z <- y[g == p[2]]
         test <- t.test(x, z, conf.level = conf)
         k <- nlevels(g); df <- unname(test$parameter)
         pooled <- t.test(x, z, var.equal = TRUE)
         m <- length(x) + length(z) - 2
         J <- exp(lgamma(m / 2) - lgamma((m - 1) / 2)) / sqrt(m / 2)
         root <- sqrt(1 / length(x) + 1 / length(z))
         reach <- qtukey(conf, k, df) / sqrt(2) * test$stderr
         list(diff = mean(x) - mean(z), se = test$stderr, t = unname(test$statistic), df = df,
              p_welch = test$p.value, p = ptukey(abs(unname(test$statistic)) * sqrt(2), k, df, lower.tail = FALSE),
              interval = mean(x) - mean(z) + c(-1, 1) * reach, welch_interval = test$conf.int[1:2],
              g = J * unname(pooled$statistic) * root, g_interval = J * root * t_limits(unname(pooled$statistic), m, conf))
       }))
}
controlled <- na.omit(carers[, c("NEGC7", "QUOL5", "CAGE", "DEP")])
partial <- partial.r(controlled, 1:2, 3:4)[1, 2]
limits <- r.con(partial, nrow(controlled) - 2)
result <- list(
  versions = list(R = as.character(getRversion()), psych = as.character(packageVersion("psych"))),
  icc = icc_of(army$LEAD, army$COMPID),
  icc_90 = icc_of(army$LEAD, army$COMPID, 0.90),
  psych = list(icc1 = of_psych$ICC[1], icc2 = of_psych$ICC[4], low = of_psych[["lower bound"]][c(1, 4)],
               high = of_psych[["upper bound"]][c(1, 4)], F = of_psych$F[1], p = of_psych$p[1], n_units = nrow(wide)),
  rwg = rwg_of(lead), rwg_item = rwg_of("TSIG01"),
  two = groups_of(carers$NEGC7, carers$CSEX), three = groups_of(carers$NEGC7, carers$EDU),
  relation = groups_of(carers$HOURS, carers$DEP, 0.90),
  partial = list(n = nrow(controlled), r = partial, t = partial * sqrt((nrow(controlled) - 4) / (1 - partial^2)),
                 interval = limits))
cat(toJSON(result, digits = NA, auto_unbox = TRUE, na = "null", null = "null"), "\n", sep = "")
