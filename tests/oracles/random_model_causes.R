# Why lavaan fits a random model properly that is not fitted so here, or fits it otherwise: evidence
# from lavaan's own objective, derivatives and matrices, a line of JSON each.
# tests/latent_models/random_model_causes.py draws the data and writes the calls.
suppressMessages(library(lavaan))

number <- function(x) ifelse(is.finite(x), sprintf("%.10g", x), "null")
said <- function(seed, ...) {
  found <- list(...)
  value <- function(x) if (length(x) == 1) number(x) else paste0("[", paste(number(x), collapse = ","), "]")
  cat('{"seed":', seed, paste0(',"', names(found), '":', vapply(found, value, ""), collapse = ""), "}\n", sep = "")
}
quietly <- function(fit) suppressWarnings(fit)
rows_of <- function(fit) {
  rows <- as.data.frame(parTable(fit))
  if (is.null(rows$group)) rows$group <- 1
  rows[rows$free > 0 & rows$op != "==", ]
}

# Where a table of estimates (lhs, op, rhs, group, est) lies among lavaan's free parameters.
point <- function(fit, file) {
  given <- read.csv(file, colClasses = c(lhs = "character", op = "character", rhs = "character"))
  key <- function(t) {
    turned <- t$op == "~~" & t$lhs > t$rhs
    paste(ifelse(turned, t$rhs, t$lhs), t$op, ifelse(turned, t$lhs, t$rhs), t$group)
  }
  free <- rows_of(fit)
  place <- match(key(free), key(given))
  stopifnot(!anyNA(place))
  x <- numeric(max(free$free))
  x[free$free] <- given$est[place]
  x
}
end <- function(fit) lavaan:::lav_model_get_parameters(fit@Model, type = "free")
at <- function(fit, x) lavaan:::lav_model_set_parameters(fit@Model, x)
objective <- function(fit, x) as.numeric(lavaan:::lav_model_objective(at(fit, x),
  lavsamplestats = fit@SampleStats, lavdata = fit@Data, lavcache = fit@Cache))
gradient <- function(fit, x) as.numeric(lavaan:::lav_model_gradient(at(fit, x),
  lavsamplestats = fit@SampleStats, lavdata = fit@Data, lavcache = fit@Cache))
hessian <- function(fit, x) lavaan:::lav_model_hessian(at(fit, x), lavsamplestats = fit@SampleStats,
  lavdata = fit@Data, lavoptions = fit@Options, lavcache = fit@Cache)
open <- function(fit, n) if (fit@Model@eq.constraints) fit@Model@eq.constraints.K else diag(n)

# Newton's steps from where lavaan stopped, by its own derivatives.
polished <- function(fit) {
  x <- end(fit)
  basis <- open(fit, length(x))
  for (step in 1:15) {
    second <- t(basis) %*% hessian(fit, x) %*% basis
    size <- sqrt(abs(diag(second)))
    change <- solve(second / outer(size, size), t(basis) %*% gradient(fit, x) / size, tol = 1e-30) / size
    length <- 1
    while (objective(fit, x - length * basis %*% change) > objective(fit, x) + 1e-14 && length > 1e-6) length <- length / 2
    x <- as.numeric(x - length * basis %*% change)
  }
  x
}

# Smallest second derivative along any direction, in units of those of the parameters.
curvature <- function(fit, x) {
  basis <- open(fit, length(x))
  second <- t(basis) %*% hessian(fit, x) %*% basis
  size <- sqrt(abs(diag(second)))
  min(eigen(second / outer(size, size), TRUE, TRUE)$values)
}

# lavaan stopped early: the chi-square falls when Newton's steps go on, and they end at our estimates.
stopped_early <- function(seed, fit, file) {
  x <- end(fit)
  further <- polished(fit)
  ours <- point(fit, file)
  size <- pmax(abs(ours), 1e-12)
  said(seed, chisq_excess = 2 * nobs(fit) * (objective(fit, x) - objective(fit, further)),
    curvature = curvature(fit, further), stopped_from_ours = max(abs(x - ours) / size),
    polished_from_ours = max(abs(further - ours) / size))
}

# Two minima: its objective is lower at our estimates, where it stays when it is started there.
other_minimum <- function(seed, fit, file) {
  ours <- point(fit, file)
  rows <- as.data.frame(parTable(fit))
  rows$est[rows$free > 0] <- ours[rows$free[rows$free > 0]]
  rows$ustart <- NULL
  again <- quietly(update(fit, start = rows))
  said(seed, lavaan = objective(fit, end(fit)), at_ours = objective(fit, ours),
    started_at_ours = objective(again, end(again)), converged = lavInspect(again, "converged"))
}

# No minimum: farther and farther out its objective falls, and lies below where it stopped.
no_minimum <- function(seed, fit, files, lhs, op, rhs, group) {
  free <- rows_of(fit)
  own <- free$free[free$lhs == lhs & free$op == op & free$rhs == rhs & free$group == group]
  points <- lapply(files, function(file) point(fit, file))
  said(seed, stopped_at = end(fit)[own], stopped = objective(fit, end(fit)),
    at = vapply(points, function(x) x[own], 0), value = vapply(points, function(x) objective(fit, x), 0))
}

# Smallest eigenvalues of residual covariances in lavaan's own solution, scaled to unit diagonal.
residuals_of <- function(seed, fit) {
  found <- lavInspect(fit, "est")
  if (!is.null(found$lambda)) found <- list(found)
  smallest <- function(matrix, latent) {
    own <- if (latent) intersect(lavNames(fit, "lv"), rownames(matrix)) else rownames(matrix)
    min(eigen(cov2cor(matrix[own, own, drop = FALSE]), TRUE, TRUE)$values)
  }
  varying <- function(matrix) matrix[diag(matrix) > 0, diag(matrix) > 0, drop = FALSE]
  said(seed, psi = vapply(found, function(g) smallest(varying(g$psi), TRUE), 0),
    theta = vapply(found, function(g) smallest(varying(g$theta), FALSE), 0))
}

# Not identified: the moments' derivatives at lavaan's solution are linearly dependent, and another
# point has the same moments.
unidentified <- function(seed, fit, file) {
  x <- end(fit)
  derivatives <- do.call(rbind, lavaan:::computeDelta(fit@Model)) %*% open(fit, length(x))
  derivatives <- sweep(derivatives, 2, sqrt(colSums(derivatives^2)), "/")
  values <- sort(svd(derivatives)$d)
  ours <- point(fit, file)
  said(seed, parameters = ncol(derivatives), singular = values[1:3],
    lavaan = objective(fit, x), at_ours = objective(fit, ours), farthest = max(abs(x - ours)))
}
