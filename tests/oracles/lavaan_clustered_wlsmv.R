# WLSMV with questions not asked of some (pairwise deletion), without and with clusters. lavaan
# 0.6-14 ignores clusters here: their standard errors and test are computed from the casewise scores
# of its muthen1984(), summed within clusters. Run from the repository root:
#   Rscript tests/oracles/lavaan_clustered_wlsmv.R > tests/oracles/lavaan_clustered_wlsmv.json
suppressMessages({library(lavaan); library(jsonlite)})
answers <- read.csv("tests/oracles/data/m0_simulated.csv")
asked <- seq_len(nrow(answers)) %% 6 > 0
answers[!asked, paste0("DRTEC", 1:3)] <- NA
cluster <- (seq_len(nrow(answers)) * 7) %% 149 # 149 clusters of 8 or 9
drivers <- c("DRREL", "DRSET", "DRTEC")
factors <- c(drivers, "ATT", "SHR")
items <- paste0(rep(factors, each = 3), 1:3)
model <- paste(c(paste0(factors, " =~ ", factors, "1 + ", factors, "2 + ", factors, "3"),
                 paste(c("ATT", "SHR"), "~", paste(drivers, collapse = " + "))), collapse = "\n")
fit <- sem(model, answers[, items], estimator = "WLSMV", ordered = TRUE, missing = "pairwise")

n <- nrow(answers)
two_step <- suppressWarnings(lavaan:::muthen1984(
  Data = as.matrix(answers[, items]), ov.names = items, ov.types = rep("ordered", length(items)),
  ov.levels = rep(5L, length(items))))
bread <- solve(rbind(cbind(two_step$A11, two_step$A12), cbind(two_step$A21, two_step$A22)))
scores <- two_step$SC
scores[is.na(scores)] <- 0
gamma_of <- function(sums, factor) n * factor * bread %*% crossprod(sums) %*% t(bread)
weights <- lavInspect(fit, "WLS.V")
jacobian <- unclass(lavInspect(fit, "delta"))

precision <- function(gamma) {
  inverse <- solve(t(jacobian) %*% weights %*% jacobian)
  spread <- weights %*% jacobian %*% inverse
  u_gamma <- (weights - spread %*% t(jacobian) %*% weights) %*% gamma
  df <- nrow(jacobian) - ncol(jacobian)
  slope <- sqrt(df / sum(u_gamma * t(u_gamma)))
  statistic <- slope * as.numeric(fitMeasures(fit, "chisq")) + df - slope * sum(diag(u_gamma))
  list(covariance = t(spread) %*% gamma %*% spread / (n - 1), statistic = statistic)
}
independent <- precision(gamma_of(scores, 1))
stopifnot(all.equal(independent$covariance, unclass(vcov(fit)), tolerance = 1e-8, check.attributes = FALSE),
          all.equal(independent$statistic, as.numeric(fitMeasures(fit, "chisq.scaled")), tolerance = 1e-8))
n_clusters <- length(unique(cluster))
clustered <- precision(gamma_of(rowsum(scores, cluster), n_clusters / (n_clusters - 1)))

dump <- function(precision) {
  fit@vcov$vcov <- precision$covariance
  free <- parTable(fit)$free > 0
  table <- parTable(fit)[free, c("lhs", "op", "rhs", "est")]
  table$se <- sqrt(diag(precision$covariance))[parTable(fit)$free[free]]
  standardized <- standardizedSolution(fit)
  place <- match(with(table, paste(lhs, op, rhs)), with(standardized, paste(lhs, op, rhs)))
  table$std.all <- standardized$est.std[place]
  table$std.all.se <- standardized$se[place]
  list(estimates = table, chisq.scaled = precision$statistic)
}
result <- list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string, model = model,
               independent = dump(independent), clustered = dump(clustered))
cat(toJSON(result, digits = I(12), auto_unbox = TRUE))
