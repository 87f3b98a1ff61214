# Exploratory factors in lavaan, with standard errors by its own bordered information, corrected.
# Run from the root of the repository: Rscript tests/oracles/esem.R
#
# lavaan's lav_model_efa_rotate_border_x() takes the items' variances from L L' + Theta with
# oblique loadings L, while it rotates in the metric of A A' + Theta = L Psi L' + Theta. `se` is
# with that line put right, `se_lavaan` without. `se` is checked by the delta method with
# Richardson extrapolation ('delta_gap': the largest difference).
suppressMessages({library(lavaan); library(jsonlite)})
folder <- "tests/oracles/lavaan/data"
read <- function(file) read.csv(file.path(folder, file))
ns <- asNamespace("lavaan")
border <- lavaan:::lav_model_efa_rotate_border_x
text <- paste(deparse(border), collapse = "\n")
text <- sub("A <- LAMBDA.g[ov.idx, lv.idx, drop = FALSE]",
            "A <- LAMBDA.g[ov.idx, lv.idx, drop = FALSE]\nPHI <- if (ropts$orthogonal) diag(ncol(A)) else MLIST$psi[lv.idx, lv.idx]",
            text, fixed = TRUE)
text <- sub("tcrossprod(A) + THETA", "A %*% PHI %*% t(A) + THETA", text, fixed = TRUE)
text <- sub("lav_matrix_rotate_kaiser_weights(A)", "1 / sqrt(diag(A %*% PHI %*% t(A)))", text, fixed = TRUE)
corrected <- eval(parse(text = text)); environment(corrected) <- ns
stopifnot(!identical(body(corrected), body(border)), grepl("PHI", text))

rotated_model <- function(fit) {  # as lavaan() does it, all rotated loadings and covariances free
  PT <- fit@ParTable
  extra <- PT$user %in% c(7L, 77L)
  PT$free[extra] <- 1L
  PT$free[PT$free > 0L] <- seq_len(sum(PT$free > 0L))
  model <- lavaan:::lav_model(lavpartable = PT, lavoptions = fit@Options, th.idx = fit@Model@th.idx)
  model@GLIST <- fit@Model@GLIST; model@H <- fit@Model@H; model@lv.order <- fit@Model@lv.order
  list(PT = PT, model = model)
}
rotated_vcov <- function(fit, how) {
  r <- rotated_model(fit)
  x <- lavaan:::lav_model_get_parameters(r$model)
  J <- numDeriv::jacobian(how, x = x, lavmodel = r$model, lavoptions = fit@Options, lavpartable = fit@ParTable)
  r$model@ceq.efa.JAC <- J
  K <- J
  if (!is.null(body(r$model@ceq.function))) K <- rbind(J, numDeriv::jacobian(r$model@ceq.function, x = x))
  attr(K, "inactive.idx") <- integer(0); attr(K, "ceq.idx") <- seq_len(nrow(K)); attr(K, "cin.idx") <- integer(0)
  r$model@con.jac <- K; r$model@con.lambda <- rep(0, nrow(K))
  V <- lavaan:::lav_model_vcov(lavmodel = r$model, lavsamplestats = fit@SampleStats, lavoptions = fit@Options,
    lavdata = fit@Data, lavpartable = r$PT, lavcache = fit@Cache, lavimplied = fit@implied, lavh1 = fit@h1)
  list(V = V, se = lavaan:::lav_model_vcov_se(lavmodel = r$model, lavpartable = r$PT, VCOV = V), r = r, x = x)
}
delta_se <- function(fit) {
  x <- fit@optim$x
  if (length(x) < max(fit@ParTable$free)) x <- as.numeric(fit@Model@eq.constraints.K %*% x) + fit@Model@eq.constraints.k0
  unrotated <- fit@Model
  unrotated@GLIST <- lavTech(fit, "est.unrotated")
  J <- numDeriv::jacobian(lavaan:::lav_model_efa_rotate_x, x = x, lavmodel = unrotated, init.rot = fit@Model@H,
    lavoptions = fit@Options, type = "user", extra = FALSE, method.args = list(eps = 1e-2, d = 1e-2))
  sqrt(pmax(rowSums((J %*% fit@vcov$vcov) * J), 0))
}
standardized <- function(fit, full) {
  f <- function(x) {
    m <- lavaan:::lav_model_set_parameters(full$r$model, x = x)
    est <- lavaan:::lav_model_get_parameters(m, type = "user")
    lavaan:::lav_standardize_all(lavobject = fit, partable = full$r$PT, est = est, GLIST = m@GLIST)
  }
  J <- numDeriv::jacobian(f, full$x)
  list(est = f(full$x), se = sqrt(pmax(rowSums((J %*% full$V) * J), 0)))
}
measures <- function(fit) {
  keep <- c("npar", "chisq", "df", "pvalue", "chisq.scaled", "df.scaled", "chisq.scaling.factor", "baseline.chisq",
            "baseline.df", "cfi", "tli", "rmsea", "srmr", "logl", "aic", "bic", "cfi.scaled", "tli.scaled",
            "rmsea.scaled")
  m <- fitMeasures(fit); as.list(m[intersect(keep, names(m))])
}
rows_of <- function(fit, columns) {
  p <- as.data.frame(fit@ParTable[c("lhs", "op", "rhs", "group", "est")], stringsAsFactors = FALSE)
  p <- cbind(p, columns)
  p[!p$op %in% c("==", "<", ">"), ]
}
quiet <- function(model, data, rotation, args, ...) {
  # lavaan borders by a target in its own order of factors
  if (rotation == "target") args <- modifyList(list(order.lv.by = "none"), args)
  run <- function(control) {
    set.seed(1)
    suppressWarnings(sem(model, data = data, rotation = rotation, control = control,
      rotation.args = modifyList(list(gpa.tol = 1e-6, rstarts = 30L, max.iter = 3000L), args), ...))
  }
  fit <- run(list(rel.tol = 1e-14, x.tol = 1e-14, iter.max = 5000L, eval.max = 10000L))
  if (lavInspect(fit, "converged")) fit else run(list())  # "false convergence" where that is too tight
}
out <- list()
esem <- function(name, model, file, rotation = "geomin", args = list(), ...) {
  fit <- quiet(model, read(file), rotation, args, ...)
  stopifnot(lavInspect(fit, "converged"))
  good <- rotated_vcov(fit, corrected); theirs <- rotated_vcov(fit, border); std <- standardized(fit, good)
  gap <- max(abs(good$se - delta_se(fit))[good$se > 0])
  out[[length(out) + 1]] <<- list(name = name, model = model, data = file, rotation = rotation, args = args,
    group_labels = lavInspect(fit, "group.label"), delta_gap = gap,
    parameters = rows_of(fit, data.frame(se = good$se, se_lavaan = theirs$se, std_all = std$est, std_all_se = std$se)),
    fit = measures(fit))
  message(sprintf("%-24s df %3d  delta gap %.1e  lavaan's gap %.1e\n", name, out[[length(out)]]$fit$df, gap,
              max(abs(good$se - theirs$se))))
}
block <- function(name, factors, items) {
  paste0(paste0("efa(\"", name, "\")*", factors, collapse = " + "), " =~ ", paste(items, collapse = " + "))
}
NINE <- block("all", c("f1", "f2", "f3"), paste0("x", 1:9))
SIX <- block("b", c("f1", "f2"), paste0("x", 1:6))
BFI <- block("bfi", c("f1", "f2", "f3"), c(paste0("A", 1:5), paste0("C", 1:5), paste0("E", 1:5)))
TARGET <- matrix(0, 9, 3); TARGET[cbind(1:9, rep(1:3, each = 3))] <- NA
esem("geomin", NINE, "hs_mimic.csv")
esem("geomin_epsilon", NINE, "hs_mimic.csv", "geomin", list(geomin.epsilon = 0.01))
esem("geomin_orthogonal", NINE, "hs_mimic.csv", "geomin", list(orthogonal = TRUE))
esem("oblimin_gamma", NINE, "hs_mimic.csv", "oblimin", list(oblimin.gamma = -0.5))
esem("oblimin_kaiser", NINE, "hs_mimic.csv", "oblimin", list(row.weights = "kaiser"))
esem("oblimin_raw", NINE, "hs_mimic.csv", "oblimin", list(std.ov = FALSE))
esem("quartimin", NINE, "hs_mimic.csv", "quartimin")
esem("varimax", NINE, "hs_mimic.csv", "varimax")
esem("quartimax", NINE, "hs_mimic.csv", "quartimax", list(orthogonal = TRUE))
esem("equamax", NINE, "hs_mimic.csv", "cf-equamax")
esem("parsimax", NINE, "hs_mimic.csv", "cf-parsimax")
esem("target", NINE, "hs_mimic.csv", "target", list(target = TARGET))
# no target of values other than 0: lavaan ends at a poorer minimum (criterion 4.20 against 0.36 for
# nine items with loadings of 0.7 wanted on their own factor)
esem("bifactor_target", NINE, "hs_mimic.csv", "target", list(target = cbind(NA, TARGET)[, 1:3], orthogonal = TRUE))
esem("MLR", NINE, "hs_mimic.csv", "geomin", estimator = "MLR")
esem("FIML", NINE, "hs_mcar.csv", "oblimin", missing = "fiml", em.h1.tol = 1e-11)
esem("FIML_MLR", NINE, "hs_mcar.csv", "geomin", missing = "fiml", estimator = "MLR", em.h1.tol = 1e-11)
esem("MLM", NINE, "hs_mimic.csv", "oblimin", estimator = "MLM")
esem("ULS", NINE, "hs_mimic.csv", "oblimin", estimator = "ULS")
esem("WLSMV", SIX, "hs_ord4.csv", "geomin", ordered = TRUE)
esem("WLSMV_theta", SIX, "hs_ord4.csv", "oblimin", ordered = TRUE, parameterization = "theta")
esem("WLSMV_varimax", SIX, "hs_ord4.csv", "varimax", ordered = TRUE)
esem("bfi", BFI, "bfi_complete.csv", "geomin")
esem("bfi_WLSMV", BFI, "bfi_complete.csv", "oblimin", ordered = c(paste0("A", 1:5), paste0("C", 1:5), paste0("E", 1:5)))
esem("mixed_WLSMV", BFI, "bfi_complete.csv", "oblimin", ordered = paste0("A", 1:5))
esem("mimic", paste0(SIX, "\nf1 + f2 ~ female + ageyr"), "hs_mimic.csv", "geomin")
esem("mimic_MLR", paste0(SIX, "\nf1 + f2 ~ female + ageyr"), "hs_mimic.csv", "varimax", estimator = "MLR")
# no model of ordered items with covariates: lavaan leaves their slopes (gamma) unrotated
esem("direct_effect", paste0(SIX, "\nf1 + f2 ~ female + ageyr\nx2 ~ female"), "hs_mimic.csv", "oblimin")
esem("with_cfa", paste0(SIX, "\ng =~ x7 + x8 + x9\ng ~ f1 + f2 + ageyr"), "hs_mimic.csv", "geomin")
esem("covarying_cfa", paste0(SIX, "\ng =~ x7 + x8 + x9\nx1 ~~ x7"), "hs_mimic.csv", "oblimin", meanstructure = TRUE)
esem("indirect", paste0(SIX, "\nx9 ~ b1*f1 + b2*f2\nx9 ~ ageyr\ndiff := b1 - b2"), "hs_mimic.csv", "oblimin")
TWO <- paste(block("first", c("a", "c"), c(paste0("A", 1:5), paste0("C", 1:3))),
             block("second", c("d", "e"), c("C4", "C5", paste0("E", 1:5))), sep = "\n")
esem("two_blocks", TWO, "bfi_complete.csv", "geomin")
esem("two_blocks_path", paste(TWO, "d + e ~ a + c + age", sep = "\n"), "bfi_complete.csv", "oblimin")
esem("two_blocks_varimax", TWO, "bfi_complete.csv", "varimax")
esem("groups", SIX, "hs_mimic.csv", "geomin", group = "school")
esem("groups_intercepts", SIX, "hs_mimic.csv", "oblimin", group = "school", group.equal = c("intercepts", "residuals"))
esem("constraint", paste0(SIX, "\nx1 ~~ v*x1\nx2 ~~ w*x2\nw == v"), "hs_mimic.csv", "oblimin")

# promax: lavaan's functions with varimax brought to convergence, as stats::varimax stops early
promax_of <- function(A, theta, start = NULL) {
  sd <- sqrt(rowSums(A^2) + theta)
  v <- lavaan:::lav_matrix_rotate(A / sd, orthogonal = TRUE, method = "varimax", row.weights = "kaiser",
    init.ROT = start, rstarts = if (is.null(start)) 30L else 0L, gpa.tol = 1e-6, max.iter = 2000L, reflect = FALSE, order.lv.by = "none")
  p <- lavaan:::lav_matrix_rotate_promax(v$LAMBDA, m = 4, varimax.ROT = v$ROT)
  list(lambda = p$loadings * sd, phi = solve(crossprod(p$rotmat)), start = v$ROT)
}
set.seed(1)
fit <- quiet(NINE, read("hs_mimic.csv"), "none", list())
x <- coef(fit); V <- vcov(fit); A <- lavInspect(fit, "est")$lambda; mask <- lavInspect(fit, "free")$lambda
first <- promax_of(A, diag(lavInspect(fit, "est")$theta))
signs <- sign(colSums(first$lambda))
order <- order(sapply(1:3, function(j) mean(which(abs(first$lambda[, j]) >= 0.8 * max(abs(first$lambda[, j]))))))
turned <- function(x) {
  B <- A; B[mask > 0] <- x[mask[mask > 0]]
  p <- promax_of(unclass(B), x[diag(lavInspect(fit, "free")$theta)], first$start)
  phi <- (p$phi * outer(signs, signs))[order, order]
  c(t(t(p$lambda) * signs)[, order], phi[2, 1], phi[3, 1], phi[3, 2])
}
J <- numDeriv::jacobian(turned, x, method.args = list(eps = 1e-2, d = 1e-2))
default <- quiet(NINE, read("hs_mimic.csv"), "promax", list())
promax <- list(values = turned(x), se = sqrt(rowSums((J %*% V) * J)),
               lavaan = c(lavInspect(default, "est")$lambda, lavInspect(default, "est")$psi[lower.tri(diag(3))]))

write(toJSON(list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string, cases = out, promax = promax,
                  promax_model = NINE), digits = I(17), auto_unbox = TRUE, null = "null", na = "null"),
      "tests/oracles/esem.json")
