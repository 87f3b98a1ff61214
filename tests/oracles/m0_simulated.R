# 1,200 answers to 44 five-point items from a driver-impact model: seven correlated drivers, seven
# impacts with correlated residuals, ATT2 keyed the other way. Run from the root of the repository:
#   Rscript tests/oracles/m0_simulated.R > tests/oracles/data/m0_simulated.csv
set.seed(20240917)
n <- 1200
drivers <- c("DRACT", "DRINP", "DRREL", "DRSET", "DRTEC", "DRFLO", "DRKNO")
impacts <- list(QUA = c("DRACT", "DRINP"), PRF = c("DRACT", "DRINP"), ATT = c("DRSET", "DRTEC"),
                SHR = c("DRSET", "DRTEC"), KGN = c("DRFLO", "DRKNO"), IV = c("DRFLO", "DRKNO"),
                MV = c("DRFLO", "DRKNO"))
equicorrelated <- function(r) matrix(rnorm(n * 7), n) %*% chol(r + (1 - r) * diag(7))
X <- equicorrelated(.35); colnames(X) <- drivers
E <- equicorrelated(.20); colnames(E) <- names(impacts)
for (y in names(impacts))
  E[, y] <- X[, c(impacts[[y]], "DRREL")] %*% c(.20, .10, .25) + .9 * E[, y]
factors <- cbind(X, E)
answers <- list()
for (f in colnames(factors)) for (i in seq_len(if (f %in% c("IV", "MV")) 4 else 3)) {
  item <- paste0(f, i)
  y <- (if (item == "ATT2") -1 else 1) * c(.75, .70, .80, .65)[i] * factors[, f] + .65 * rnorm(n)
  answers[[item]] <- findInterval(y, c(-1.4, -.5, .4, 1.3)) + 1
}
write.csv(as.data.frame(answers), stdout(), row.names = FALSE, quote = FALSE)
