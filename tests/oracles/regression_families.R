# Regressions of the shipped carers with robust, clustered and weighted errors and average marginal
# effects: lm, glm, MASS::glm.nb, ordinal::clm and MASS::polr with sandwich and survey. Run from the
# root of the repository:
#   Rscript tests/oracles/regression_families.R > tests/oracles/regression_families.json
suppressPackageStartupMessages({
  library(sandwich); library(MASS); library(ordinal); library(survey); library(jsonlite)
})
d <- read.csv("sample_data/carers.csv")
d$EDU <- factor(d$EDU)
d$EMPL <- d$EMPL == 1
d$MANY <- as.numeric(d$SERVICES > 1)
d$BLOCK <- d$RID %/% 20
d$WEIGHT <- 0.5 + (d$RID * 7) %% 10 / 4
used <- c("NEGC7", "MANY", "SERVICES", "DEP", "CAGE", "POSV4", "EMPL", "EDU", "BARTHEL", "WEIGHT")
d <- d[complete.cases(d[used]), ]
right <- ~ CAGE + I(CAGE^2) + log(BARTHEL + 1) + POSV4 * EMPL + EDU
of <- function(outcome) update(right, as.formula(paste(outcome, "~ .")))
se <- function(v) unname(sqrt(diag(v)))
tight <- glm.control(epsilon = 1e-15, maxit = 100)

# average marginal effects: derivatives of the averaged prediction by numerical differentiation of
# the whole of it, in the predictor and in the parameters
jacobian <- function(f, at, relative = 1e-4) sapply(seq_along(at), function(k) {
  h <- relative * max(abs(at[k]), 1e-2)
  one <- function(s) { b <- at; b[k] <- b[k] + s; f(b) }
  # Richardson's extrapolation of the symmetric difference
  (8 * (one(h) - one(-h)) - (one(2 * h) - one(-2 * h))) / (12 * h)
})
design <- function(data, terms) model.matrix(terms, data, xlev = list(EDU = levels(d$EDU)))
slope <- function(predict, name, b) {
  h <- if (name == "BARTHEL") 1e-3 else 1e-2
  one <- function(s) { data <- d; data[[name]] <- data[[name]] + s; predict(data, b) }
  (8 * (one(h) - one(-h)) - (one(2 * h) - one(-2 * h))) / (12 * h)
}
change <- function(predict, name, from, to, b) {
  one <- function(level) {
    data <- d
    data[[name]] <- if (is.factor(d[[name]])) factor(level, levels(d[[name]])) else level
    predict(data, b)
  }
  one(to) - one(from)
}
# predict(data, b): (n, n_categories); a row of results per effect and category
effects <- function(predict, b, v, w = rep(1, nrow(d))) {
  averaged <- function(b) {
    each <- list(
      CAGE = slope(predict, "CAGE", b), BARTHEL = slope(predict, "BARTHEL", b),
      POSV4 = slope(predict, "POSV4", b), EMPL = change(predict, "EMPL", FALSE, TRUE, b),
      EDU2 = change(predict, "EDU", "1", "2", b), EDU3 = change(predict, "EDU", "1", "3", b))
    unlist(lapply(each, function(m) colSums(w * as.matrix(m)) / sum(w)))
  }
  j <- matrix(jacobian(averaged, b), ncol = length(b))
  list(name = names(averaged(b)), estimate = unname(averaged(b)),
       std_error = unname(sqrt(rowSums((j %*% v) * j))))
}
glm_effects <- function(m, v, inverse, w = rep(1, nrow(d))) {
  effects(function(data, b) inverse(design(data, right) %*% b), coef(m), v, w)
}

types <- c("HC0", "HC1", "HC2", "HC3")
fit <- function(m, inverse, hc = types) {
  hcs <- setNames(lapply(hc, function(t) se(vcovHC(m, t))), hc)
  list(term = names(coef(m)), estimate = unname(coef(m)), classical = se(vcov(m)), robust = hcs,
       cluster_HC0 = se(vcovCL(m, ~BLOCK, type = "HC0")),
       cluster_HC1 = se(vcovCL(m, ~BLOCK, type = "HC1")),
       log_likelihood = as.numeric(logLik(m)), aic = AIC(m), bic = BIC(m), n_obs = nobs(m),
       effects = glm_effects(m, vcovHC(m, hc[length(hc)]), inverse),
       effects_clustered = glm_effects(m, vcovCL(m, ~BLOCK, type = "HC1"), inverse))
}
linear <- lm(of("NEGC7"), d)
gaussian <- fit(linear, identity)
gaussian$sigma <- summary(linear)$sigma
gaussian$r_squared <- summary(linear)$r.squared
gaussian$r_squared_adjusted <- summary(linear)$adj.r.squared
gaussian$p_value <- local({
  t <- coef(linear) / se(vcovHC(linear, "HC3"))
  unname(2 * pt(abs(t), df.residual(linear), lower.tail = FALSE))
})
logistic <- glm(of("MANY"), binomial, d, control = tight)
counts <- glm(of("SERVICES"), poisson, d, control = tight)
# alternate to the end, as glm.nb stops early
nb <- glm.nb(of("SERVICES"), d, control = glm.control(epsilon = 1e-14, maxit = 200))
for (i in 1:20) {
  theta <- as.numeric(theta.ml(d$SERVICES, fitted(nb), limit = 100, eps = 1e-14))
  m <- glm(of("SERVICES"), negative.binomial(theta), d, control = tight)
  nb$theta <- theta; nb$fitted.values <- fitted(m)
}
again <- glm(of("SERVICES"), negative.binomial(theta), d, control = tight)
bread_nb <- summary(again, dispersion = 1)$cov.unscaled
meat_nb <- function(scores) bread_nb %*% crossprod(scores) %*% bread_nb
scores_nb <- local({
  mu <- fitted(again)
  model.matrix(again) * ((d$SERVICES - mu) / (1 + mu / theta))
})
G <- length(unique(d$BLOCK)); n <- nrow(d); k <- ncol(scores_nb)
v_nb <- meat_nb(scores_nb)
negative_binomial <- list(
  term = names(coef(again)), estimate = unname(coef(again)), dispersion = 1 / theta,
  classical = se(bread_nb), robust = list(HC0 = se(v_nb), HC1 = se(v_nb * n / (n - k))),
  cluster_HC0 = se(meat_nb(rowsum(scores_nb, d$BLOCK)) * G / (G - 1)),
  log_likelihood = sum(dnbinom(d$SERVICES, theta, mu = fitted(again), log = TRUE)),
  as_printed = list(estimate = unname(coef(nb)), classical = se(vcov(nb)), sandwich = se(sandwich(nb)),
    cluster = se(vcovCL(nb, ~BLOCK)), log_likelihood = as.numeric(logLik(nb)), aic = AIC(nb)),
  effects = glm_effects(again, v_nb, exp))

d$GRADE <- factor(d$DEP, ordered = TRUE)
exact <- clm.control(gradTol = 1e-9, maxIter = 200)
graded <- clm(of("GRADE"), data = d, control = exact)
peer <- polr(of("GRADE"), d, Hess = TRUE, control = list(reltol = 1e-15, maxit = 1000))
order_of <- c(names(graded$beta), names(graded$alpha))  # coefficients, then thresholds
v_clm <- function(v) v[order_of, order_of]
grades <- function(data, b) {
  x <- design(data, right)[, -1]
  eta <- as.vector(x %*% b[seq_len(ncol(x))]); tau <- b[-seq_len(ncol(x))]
  above <- cbind(1, sapply(tau, function(t) plogis(eta - t)), 0)
  above[, 1:(length(tau) + 1)] - above[, 2:(length(tau) + 2)]
}
ordinal <- list(
  term = order_of, estimate = unname(coef(graded)[order_of]), classical = se(v_clm(vcov(graded))),
  robust = list(HC0 = se(v_clm(sandwich(graded))), HC1 = se(v_clm(sandwich(graded, adjust = TRUE)))),
  cluster_HC0 = se(v_clm(vcovCL(graded, ~BLOCK, type = "HC0"))),
  cluster_HC1 = se(v_clm(vcovCL(graded, ~BLOCK, type = "HC1"))),
  log_likelihood = as.numeric(logLik(graded)), aic = AIC(graded), n_obs = nobs(graded),
  polr = list(estimate = unname(c(coef(peer), peer$zeta)), log_likelihood = as.numeric(logLik(peer))),
  effects = effects(grades, coef(graded)[order_of], v_clm(sandwich(graded))))

# sampling weights: survey's errors are HC0 times n / (n - 1), or clustered with G / (G - 1)
single <- svydesign(~1, weights = ~WEIGHT, data = d)
blocks <- svydesign(~BLOCK, weights = ~WEIGHT, data = d)
survey_fit <- function(outcome, family) {
  m <- svyglm(of(outcome), single, family = family, control = tight)
  g <- svyglm(of(outcome), blocks, family = family, control = tight)
  list(estimate = unname(coef(m)), survey = se(vcov(m)), survey_clustered = se(vcov(g)),
       effects = glm_effects(m, vcov(m), family$linkinv, d$WEIGHT))
}
weighted_lm <- lm(of("NEGC7"), d, weights = WEIGHT)
weighted_clm <- suppressWarnings(clm(of("GRADE"), data = d, weights = WEIGHT / mean(d$WEIGHT), control = exact))
# weights in glm.nb, with the sandwich by hand
w <- d$WEIGHT / mean(d$WEIGHT)
weighted_nb <- glm.nb(of("SERVICES"), d, weights = w, control = glm.control(epsilon = 1e-14, maxit = 200))
mu <- fitted(weighted_nb)
for (i in 1:20) {
  theta_w <- as.numeric(theta.ml(d$SERVICES, mu, sum(w), weights = w, limit = 100, eps = 1e-14))
  m <- glm(of("SERVICES"), negative.binomial(theta_w), d, weights = w, control = tight)
  mu <- fitted(m)
}
bread_w <- summary(m, dispersion = 1)$cov.unscaled
scores_w <- model.matrix(m) * (w * (d$SERVICES - mu) / (1 + mu / theta_w))
weighted <- list(
  gaussian = c(survey_fit("NEGC7", stats::gaussian()),
               list(robust = setNames(lapply(types, function(t) se(vcovHC(weighted_lm, t))), types),
                    r_squared = summary(weighted_lm)$r.squared)),
  binomial = survey_fit("MANY", quasibinomial()),
  poisson = survey_fit("SERVICES", quasipoisson()),
  ordinal = list(estimate = unname(coef(weighted_clm)[order_of]),
                 HC0 = se(v_clm(sandwich(weighted_clm))),
                 cluster_HC0 = se(v_clm(vcovCL(weighted_clm, ~BLOCK, type = "HC0")))),
  negative_binomial = list(estimate = unname(coef(m)), dispersion = 1 / theta_w,
                           HC0 = se(bread_w %*% crossprod(scores_w) %*% bread_w)))

versions <- sapply(c("sandwich", "MASS", "ordinal", "survey"), function(p) as.character(packageVersion(p)))
cat(toJSON(list(versions = as.list(c(R = as.character(getRversion()), versions)), gaussian = gaussian,
                binomial = fit(logistic, plogis), poisson = fit(counts, exp),
                negative_binomial = negative_binomial, ordinal = ordinal, weighted = weighted),
           digits = I(15), auto_unbox = TRUE, pretty = TRUE), "\n")
