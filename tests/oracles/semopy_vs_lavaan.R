# Maximum likelihood on complete data, to hold the semopy engine against. lavaan stops 1e-6 to 1e-5
# short of the optimum: Newton steps with its own gradient and Hessian take it there before errors
# and tests are computed. Run from the root of the repository:
#   Rscript tests/oracles/semopy_vs_lavaan.R > tests/oracles/semopy_vs_lavaan.json
suppressPackageStartupMessages({library(lavaan); library(jsonlite)})
data_files <- list(hs = "tests/oracles/lavaan/data/hs1939.csv", pd = "tests/oracles/lavaan/data/pd.csv",
                   m0 = "tests/oracles/data/m0_simulated.csv")
hs <- read.csv(data_files$hs)[paste0("x", 1:9)]
pd <- read.csv(data_files$pd)
m0 <- read.csv(data_files$m0)

HS <- "visual =~ x1 + x2 + x3\ntextual =~ x4 + x5 + x6\nspeed =~ x7 + x8 + x9"
PD <- paste("ind60 =~ x1 + x2 + x3", "dem60 =~ y1 + y2 + y3 + y4", "dem65 =~ y5 + y6 + y7 + y8",
            "dem60 ~ ind60", "dem65 ~ ind60 + dem60", "y1 ~~ y5", "y2 ~~ y4 + y6", "y3 ~~ y7",
            "y4 ~~ y8", "y6 ~~ y8", sep = "\n")
PD_EQUAL <- paste("ind60 =~ x1 + x2 + x3", "dem60 =~ y1 + a*y2 + b*y3 + c*y4",
                  "dem65 =~ y5 + a*y6 + b*y7 + c*y8", "dem60 ~ ind60", "dem65 ~ ind60 + dem60",
                  sep = "\n")
MIMIC <- paste("dem60 =~ y1 + y2 + y3 + y4", "dem65 =~ y5 + y6 + y7 + y8",
               "dem60 ~ x1 + x2", "dem65 ~ x1 + x2", sep = "\n")
PATHS <- "y1 ~ x1 + x2 + y5\ny5 ~ x1 + x3"
SECOND <- paste(HS, "g =~ visual + textual + speed", sep = "\n")
impacts <- list(QUA = c("DRACT", "DRINP", "DRREL"), PRF = c("DRACT", "DRINP", "DRREL"),
                ATT = c("DRSET", "DRTEC", "DRREL"), SHR = c("DRSET", "DRTEC", "DRREL"),
                KGN = c("DRFLO", "DRKNO", "DRREL"), IV = c("DRFLO", "DRKNO", "DRREL"),
                MV = c("DRFLO", "DRKNO", "DRREL"))
factors <- unique(sub("[0-9]$", "", names(m0)))
M0 <- paste(c(
  sapply(factors, function(f) paste(f, "=~", paste(grep(paste0("^", f, "[0-9]$"), names(m0), value = TRUE), collapse = " + "))),
  mapply(function(y, x) paste(y, "~", paste(x, collapse = " + ")), names(impacts), impacts),
  combn(names(impacts), 2, paste, collapse = " ~~ ")), collapse = "\n")

polished <- function(call, model, data, ...) {
  fit <- call(model, data, ...)
  m <- fit@Model
  K <- if (m@eq.constraints) m@eq.constraints.K else diag(length(coef(fit)))
  x <- lavaan:::lav_model_get_parameters(m)
  for (step in 1:15) {
    m <- lavaan:::lav_model_set_parameters(m, x)
    g <- crossprod(K, as.numeric(lavaan:::lav_model_gradient(m, lavsamplestats = fit@SampleStats, lavdata = fit@Data, lavcache = fit@Cache)))
    if (max(abs(g)) < 1e-13) break
    H <- lavaan:::lav_model_hessian(m, lavsamplestats = fit@SampleStats, lavdata = fit@Data, lavoptions = fit@Options, lavcache = fit@Cache)
    x <- x - as.numeric(K %*% solve(t(K) %*% H %*% K, g))
  }
  start <- parTable(fit); start$est[start$free > 0] <- x[start$free[start$free > 0]]
  call(model, data, start = start, optim.method = "none", optim.force.converged = TRUE, ...)
}
describe <- function(call, model, data_name, options = list()) {
  # given start values, lavaan frees the moments of exogenous variables unless fixed.x is explicit
  arguments <- modifyList(list(fixed.x = TRUE), options)
  fit <- do.call(polished, c(list(call, model, get(data_name)), arguments))
  p <- parameterEstimates(fit, standardized = TRUE, remove.nonfree = FALSE, remove.system.eq = FALSE, remove.eq = FALSE)
  p <- p[p$op %in% c("=~", "~", "~~"), ]
  s <- standardizedSolution(fit)
  key <- function(d) paste(d$lhs, d$op, d$rhs)
  p$std.all.se <- s$se[match(key(p), key(s))]
  table <- function(d) as.list(as.data.frame(unclass(d)))
  list(model = model, data = data_files[[data_name]], options = if (length(options)) options else NULL, n_obs = lavInspect(fit, "nobs"),
       parameters = table(p[, setdiff(names(p), "label")]), fit = as.list(unclass(fitMeasures(fit))),
       r_squared = as.list(lavInspect(fit, "r2")))
}
out <- list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan"))),
  fits = list(
    hs_cfa = describe(cfa, HS, "hs"), hs_cfa_std_lv = describe(cfa, HS, "hs", list(std.lv = TRUE)),
    hs_second_order = describe(sem, SECOND, "hs"), pd_sem = describe(sem, PD, "pd"),
    pd_sem_equal = describe(sem, PD_EQUAL, "pd"), pd_mimic = describe(sem, MIMIC, "pd"),
    pd_paths = describe(sem, PATHS, "pd"), pd_paths_random_x = describe(sem, PATHS, "pd", list(fixed.x = FALSE)),
    m0 = describe(sem, M0, "m0")))
cat(toJSON(out, digits = I(15), auto_unbox = TRUE, na = "null", null = "null", pretty = FALSE), "\n")
