# Two-level models in lavaan, polished: Newton steps on lavaan's own gradient, at the model and at the
# unrestricted model, whose EM algorithm lavaan 0.6-14 stops at a change of the log-likelihood of 1e-4.
# Run from the root of the repository: Rscript tests/oracles/sem_two_level.R
source("tests/oracles/lavaan/common.R")  # polish()
sem <- lavaan::sem
folder <- "tests/oracles"
demo <- read.csv(file.path(folder, "lavaan/data/demo_twolevel.csv"))
demo$g <- ifelse((demo$cluster - 1) %/% 4 %% 2 == 0, "first", "second")  # as many clusters of each size in both
for (v in c("x1", "x2", "x3")) demo[[paste0("c", v)]] <- demo[[v]] - mean(demo[[v]])
lq <- read.csv(file.path(folder, "data/lq2002_leadership.csv"))

# ---- clusters of very unequal size, heavy tails, a covariate that varies at both levels
simulate_services <- function() {
  set.seed(20260214)
  J <- 90; n <- sample(c(1, 1, 2, 3, 4, 5, 7, 9, 12, 18, 26, 35), J, replace = TRUE); N <- sum(n)
  cl <- rep(seq_len(J), n); tail <- function(k, m = 1) matrix(rt(k * m, 6), k, m) * sqrt(4 / 6)
  w <- rnorm(J); fb <- 0.4 * w + 0.6 * tail(J)[, 1]
  z <- outer(fb, c(0.8, 0.7, 0.6)) + 0.6 * tail(J, 3); xb <- 0.5 * rnorm(J); xw <- rnorm(N); xi <- rnorm(N)
  f1 <- 0.5 * xi + 0.3 * xw + tail(N)[, 1]; f2 <- 0.5 * f1 + 0.8 * tail(N)[, 1]
  between <- outer(fb, c(1, .9, .8, .7, .6, .5)) + 0.25 * tail(J, 6) + 0.5 * xb
  y <- cbind(outer(f1, c(1, .9, .8)), outer(f2, c(1, .8, .7))) + 0.8 * tail(N, 6) + between[cl, ]
  d <- data.frame(unit = cl, round(y, 3), x = round(xw + xb[cl], 3), v = round(xi, 3),
                  w = round(w, 3)[cl], round(z, 3)[cl, ])
  names(d) <- c("unit", paste0("y", 1:6), "x", "v", "w", "z1", "z2", "z3")
  d <- d[sample(nrow(d)), ]; d$v <- round(d$v - mean(d$v), 4); d$v[1] <- round(d$v[1] - sum(d$v), 4)
  d
}
services <- simulate_services()
write.csv(services, file.path(folder, "data/two_level_services.csv"), row.names = FALSE)

# ---- the unrestricted model, polished where its matrix between clusters is positive definite
em_sat <- lavaan:::lav_mvnorm_cluster_em_sat
known <- list()
unrestricted <- function(YLp = NULL, Lp = NULL, ...) {
  key <- paste(c(unlist(Lp$ov.idx), "x", unlist(Lp$ov.x.idx), format(c(sum(YLp[[2]]$Y1Y1), sum(YLp[[2]]$Y2^2)), digits = 15)), collapse = " ")
  if (is.null(known[[key]])) known[[key]] <<- polished_sat(YLp = YLp, Lp = Lp)
  H1 <<- known[[key]]$how
  known[[key]]
}
polished_sat <- function(YLp, Lp) {
  o <- em_sat(YLp = YLp, Lp = Lp, verbose = FALSE, tol = 1e-5)
  nw <- length(o$Mu.W); nb <- length(o$Mu.B); ws <- nw * (nw + 1) / 2; bs <- nb * (nb + 1) / 2
  vech <- lavaan::lav_matrix_vech; back <- lavaan::lav_matrix_vech_reverse
  unpack <- function(x) list(Mu.W = x[1:nw], Sigma.W = back(x[nw + 1:ws]), Mu.B = x[nw + ws + 1:nb],
                             Sigma.B = back(x[nw + ws + nb + 1:bs]))
  p <- max(unlist(Lp$ov.idx)); muw <- numeric(p); muw[Lp$ov.idx[[1]]] <- o$Mu.W
  mub <- numeric(p); mub[Lp$ov.idx[[2]]] <- o$Mu.B
  both <- Lp$both.idx[[2]]; mub[both] <- mub[both] + muw[both]; muw[both] <- 0
  x <- c(muw[Lp$ov.idx[[1]]], vech(o$Sigma.W), mub[Lp$ov.idx[[2]]], vech(o$Sigma.B))
  free <- c(!(Lp$ov.idx[[1]] %in% both), rep(TRUE, ws + nb + bs)); last <- Inf
  gradient <- function(x) {
    -0.5 * do.call(lavaan:::lav_mvnorm_cluster_dlogl_2l_samplestats, c(list(Lp = Lp, YLp = YLp), unpack(x)))[free]
  }
  slope <- function(k) { h <- replace(0 * x, k, 1e-5); (gradient(x + h) - gradient(x - h)) / 2e-5 }
  for (i in 1:30) {
    dx <- -solve(sapply(which(free), slope), gradient(x)); x[free] <- x[free] + dx
    if (max(abs(dx)) < 1e-11 || max(abs(dx)) >= last) break
    last <- max(abs(dx))
  }
  u <- unpack(x)
  if (min(eigen(u$Sigma.B, only.values = TRUE)$values) < 0 || max(abs(dx)) > 1e-9) return(c(o, how = "em"))
  logl <- do.call(lavaan:::lav_mvnorm_cluster_loglik_samplestats_2l,
                  c(list(YLp = YLp, Lp = Lp, log2pi = TRUE, minus.two = FALSE), u))
  c(u[c("Sigma.W", "Sigma.B", "Mu.W", "Mu.B")], list(logl = logl, how = "newton-polished"))
}
assignInNamespace("lav_mvnorm_cluster_em_sat", unrestricted, "lavaan")
H1 <- ""

polished <- function(model, data, ...) {
  f <- suppressWarnings(sem(model, data = data, ...)); r <- tryCatch(polish(f), error = function(e) NULL)
  LAST_TOL <<- "default"
  if (is.null(r) || r$g > 1e-9) return(f)
  o <- f@Options; o$optim.method <- "none"; o$optim.force.converged <- TRUE
  pt <- f@ParTable; pt$start[pt$free > 0] <- r$x[pt$free[pt$free > 0]]; pt$est <- NULL
  LAST_TOL <<- "newton-polished"
  suppressWarnings(lavaan(slotOptions = o, slotParTable = pt, slotSampleStats = f@SampleStats, slotData = f@Data,
                          slotModel = lavaan:::lav_model_set_parameters(f@Model, r$x), slotCache = f@Cache))
}
out <- list()
add <- function(name, model, data, file, cluster, ...) {
  f <- polished(model, data, cluster = cluster, ...)
  if (!lavInspect(f, "converged")) { cat(name, "has not converged\n"); return(invisible()) }
  p <- as.data.frame(unclass(parameterEstimates(f, standardized = TRUE, remove.nonfree = FALSE, remove.system.eq = FALSE)))
  p <- p[!p$op %in% c("==", "<", ">", "r2"), ]
  if (!is.null(p$group)) p$group <- match(p$group, lavInspect(f, "group.label"))
  p$level <- match(p$level, unique(p$level[p$op != ":="])); p$level[p$op == ":="] <- 0
  p <- p[, intersect(c("lhs", "op", "rhs", "group", "level", "est", "se", "std.lv", "std.all", "std.nox"), names(p))]
  s <- standardizedSolution(f); p$std.all.se <- s$se[match(seq_len(nrow(p)), which(!s$op %in% c("==", "<", ">")))]
  m <- fitMeasures(f); keep <- c("npar", "fmin", "chisq", "df", "pvalue", "chisq.scaled", "df.scaled", "pvalue.scaled",
    "chisq.scaling.factor", "baseline.chisq", "baseline.df", "baseline.chisq.scaled", "baseline.chisq.scaling.factor",
    "cfi", "tli", "cfi.scaled", "tli.scaled", "cfi.robust", "tli.robust", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper",
    "rmsea.pvalue", "rmsea.scaled", "rmsea.robust", "rmsea.ci.upper.robust", "srmr", "srmr_within", "srmr_between", "logl",
    "unrestricted.logl", "aic", "bic", "bic2")
  icc <- lavInspect(f, "icc"); r2 <- lavInspect(f, "r2")
  cat(sprintf("%-28s %s H1 %s chisq=%.4f df=%d\n", name, LAST_TOL, H1, m["chisq"], m["df"]))
  out[[length(out) + 1]] <<- list(name = name, polished = LAST_TOL == "newton-polished", unrestricted = H1, model = model,
    data = file, cluster = cluster, options = list(...), group_labels = lavInspect(f, "group.label"), parameters = p,
    fit = as.list(m[intersect(keep, names(m))]), icc = if (is.list(icc)) lapply(icc, as.list) else as.list(icc),
    r2 = lapply(r2, as.list))
  write(toJSON(list(lavaan = as.character(packageVersion("lavaan")), R = as.character(getRversion()), cases = out),
               digits = I(17), auto_unbox = TRUE, null = "null", na = "null", dataframe = "rows"),
        file.path(folder, "sem_two_level.json"))
}
on_demo <- function(name, model, ...) add(name, model, demo, "lavaan/data/demo_twolevel.csv", "cluster", ...)
on_services <- function(name, model, ...) add(name, model, services, "data/two_level_services.csv", "unit", ...)
on_lq <- function(name, model, ...) add(name, model, lq, "data/lq2002_leadership.csv", "COMPID", ...)

FACTORS <- "level: 1
  fw1 =~ y1 + y2 + y3
  fw2 =~ y4 + y5 + y6
level: 2
  fb =~ y1 + y2 + y3 + y4 + y5 + y6"
for (e in c("ML", "MLR")) {
  on_demo(paste0("factors_demo_", e), FACTORS, estimator = e)
  on_services(paste0("factors_services_", e), FACTORS, estimator = e)
}
on_demo("factors_stdlv", FACTORS, std.lv = TRUE)
on_demo("factors_expected", FACTORS, information = "expected")
on_demo("factors_robust_se", FACTORS, se = "robust")
on_demo("single_indicator_level", "level: within
  fw =~ y1 + y2 + y3 + y4
level: between
  fb =~ y1 + y2 + y3 + y4")
SEM <- "level: 1
  fw =~ y1 + y2 + y3
  fw ~ %s
level: 2
  fb =~ y1 + y2 + y3
  fb ~ w1 + w2"
on_demo("sem_ML", sprintf(SEM, "x1 + x2 + x3"))
on_demo("sem_random_x", sprintf(SEM, "x1 + x2 + x3"), fixed.x = FALSE)
on_demo("sem_centred_MLR", sprintf(SEM, "cx1 + cx2 + cx3"), estimator = "MLR")  # see docs/methods/two_level_models.md
on_demo("path_between_only", "level: 1
  y1 ~ x1 + x2
  y2 ~ y1 + x3
level: 2
  y1 ~ w1 + w2
  y2 ~ y1 + w1")
on_demo("path_unbalanced_roles", "level: 1
  y1 ~ x1 + x2
  x2 ~ x3
level: 2
  y1 ~ w1
  w2 ~ y1")
on_demo("saturated_between", "level: 1
  fw =~ y1 + y2 + y3 + y4
  fw ~ cx1
level: 2
  y1 ~~ y2 + y3 + y4
  y2 ~~ y3 + y4
  y3 ~~ y4", estimator = "MLR")
on_demo("equal_loadings", "level: 1
  fw =~ y1 + a*y2 + b*y3
  fw ~~ vw*fw
level: 2
  fb =~ y1 + a*y2 + b*y3
  fb ~~ vb*fb
icc := vb / (vb + vw)", estimator = "MLR")
on_demo("means_and_residuals", "level: 1
  fw =~ y1 + y2 + y3 + y4
  y3 ~~ y4
level: 2
  fb =~ y1 + y2 + y3 + y4
  y1 ~~ 0*y1
  y1 ~ 0*1
  fb ~ NA*1")
on_demo("one_variable", "level: 1
  y1 ~~ y1
level: 2
  y1 ~~ y1")
on_demo("mediation_between", "level: 1
  fw =~ y1 + y2 + y3
level: 2
  fb =~ y1 + y2 + y3
  y4b =~ 1*w2
  w2 ~~ 0*w2
  fb ~ b*y4b + c*w1
  y4b ~ a*w1
ab := a*b
total := c + a*b")
GROUPS <- paste(sprintf("group: %s\nlevel: 1\n  fw =~ y1 + l2*y2 + l3*y3 + y4\nlevel: 2\n  fb =~ y1 + y2 + y3 + y4\n  fb ~ w1",
                        c("first", "second")), collapse = "\n")
for (e in c("ML", "MLR")) on_demo(paste0("groups_", e), GROUPS, group = "g", estimator = e)
on_services("contextual_fixed", "level: 1
  y1 ~ bw*x
level: 2
  y1 ~ bb*x + w
context := bb - bw")
on_services("contextual_random", "level: 1
  y1 ~ bw*x
level: 2
  y1 ~ bb*x + w
context := bb - bw", fixed.x = FALSE, estimator = "MLR")
on_services("between_factor", "level: 1
  fw =~ y1 + y2 + y3
  fw ~ v
level: 2
  fb =~ y1 + y2 + y3
  fz =~ z1 + z2 + z3
  fb ~ fz + w
  fz ~ w", estimator = "MLR")
on_services("higher_order", "level: 1
  fw1 =~ y1 + y2 + y3
  fw2 =~ y4 + y5 + y6
level: 2
  fb1 =~ y1 + y2 + y3
  fb2 =~ y4 + y5 + y6
  g =~ 1*fb1 + 1*fb2
  g ~~ g
  g ~ z1 + w")
LEADERSHIP <- "level: 1
  lead =~ LEAD01 + LEAD02 + LEAD03 + LEAD04
level: 2
  leadb =~ LEAD01 + LEAD02 + LEAD03 + LEAD04"
on_lq("leadership", LEADERSHIP, estimator = "MLR")
# two of three variables do not vary between clusters: lavaan's EM algorithm creeps to the boundary
on_demo("no_variance_between", "level: 1
  y1 ~~ x1 + x2
  x1 ~~ x2
level: 2
  y1 ~~ y1
  x1 ~~ 0*x1
  x2 ~~ 0*x2")
