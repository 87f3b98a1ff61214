# Groups that were asked different items, in lavaan: a block for each group names what it was asked.
# Where the text read here is one for all groups, or holds parameters equal by group_equal, `blocks` is
# the same model in blocks with labels, since lavaan 0.6-14 refuses variables that a group never
# answered, and group.equal with intercepts beside blocks.
# Run from the root of the repository: Rscript tests/oracles/sem_group_variables.R
source("tests/oracles/lavaan/common.R")  # sem with Newton-polished solutions
folder <- "tests/oracles/data"

# lavaan's gradient of FIML weighs groups twice (0.6-14): with groups of unequal size that share parameters its zero is
# not the maximum, 3e-5 off here. Without group.weight it is that of lavaan's own objective, by differences to 3e-9.
polish_complete <- polish
polish <- function(f, ...) {
  if (!f@SampleStats@missing.flag) return(polish_complete(f, ...))
  gradient <- function(x) as.numeric(lavaan:::lav_model_gradient(lavaan:::lav_model_set_parameters(f@Model, x),
    lavsamplestats = f@SampleStats, lavdata = f@Data, lavcache = f@Cache, group.weight = FALSE))
  x <- lavaan:::lav_model_get_parameters(f@Model); K <- if (f@Model@eq.constraints) f@Model@eq.constraints.K else diag(length(x))
  slope <- function(k) (gradient(x + 1e-5 * K[, k]) - gradient(x - 1e-5 * K[, k])) / 2e-5
  last <- Inf
  for (i in 1:15) {
    g <- as.numeric(t(K) %*% gradient(x))
    if (max(abs(g)) < 1e-12 || (i > 3 && max(abs(g)) >= last)) break
    last <- max(abs(g)); x <- x - as.numeric(K %*% solve(t(K) %*% sapply(seq_len(ncol(K)), slope), g))
  }
  list(x = x, g = last)
}

# ---- users of a service are asked about technology, others about reasons; heavy tails, clusters
simulate_forms <- function() {
  set.seed(20261201)
  n <- c(user = 260, other = 220, staff = 180); N <- sum(n); g <- rep(names(n), n)
  unit <- sample(1:60, N, replace = TRUE); place <- rnorm(60, sd = 0.4)[unit]
  tail <- function(k = 1) matrix(rt(N * k, 7), N, k) * sqrt(5 / 7)
  age <- round(rnorm(N), 3); fee <- round(rnorm(N, 2, 1), 3)
  trust <- 0.25 * age + place + 0.9 * tail(); quality <- 0.5 * trust + 0.8 * tail()
  tech <- 0.4 * trust + 0.9 * tail(); use <- 0.4 * trust + 0.3 * quality + ifelse(g == "user", 0.4 * tech, 0) + 0.7 * tail()
  items <- function(f, l, name, k = length(l)) {
    d <- 3 + outer(as.numeric(f), l) + 0.8 * tail(k); colnames(d) <- paste0(name, 1:k); round(d, 3)
  }
  d <- data.frame(g, unit, age, fee, w = round(runif(N, 0.5, 2), 3), items(trust, c(1, .9, .8, .7), "t"),
                  items(quality, c(1, .8, .9), "q"), items(tech, c(1, .9, .7, .8), "c"), items(use, c(1, .9, .8), "u"))
  d[d$g == "other", c(paste0("c", 1:4), "fee")] <- NA
  d[d$g == "staff", c("c4", "t1", "u3")] <- NA
  d[sample(N), ]
}
forms <- simulate_forms()
missing <- forms
for (v in grep("^[tqcu][0-9]", names(missing), value = TRUE)) missing[runif(nrow(missing)) < 0.1, v] <- NA
write.csv(forms, file.path(folder, "group_forms.csv"), row.names = FALSE, na = "")
write.csv(missing, file.path(folder, "group_forms_missing.csv"), row.names = FALSE, na = "")
only <- function(d, groups) d[d$g %in% groups, ]

BLOCKS <- "group: user
  trust =~ t1 + t2 + t3 + t4
  tech =~ c1 + c2 + c3 + c4
  use =~ u1 + u2 + u3
  use ~ b*trust + tech
group: other
  trust =~ t1 + t2 + t3 + t4
  use =~ u1 + u2 + u3
  use ~ b*trust"
THREE <- paste0(BLOCKS, "
group: staff
  trust =~ t2 + t3 + t4
  tech =~ c1 + c2 + c3
  use =~ u1 + u2
  use ~ b*trust + tech")
ONE <- "trust =~ t1 + t2 + t3 + t4
  tech =~ c1 + c2 + c3 + c4
  use =~ u1 + u2 + u3
  use ~ c(b, b, b)*trust + tech"
COVARIATES <- "group: user
  trust =~ t1 + t2 + t3
  trust ~ a*age + fee
  q1 ~ trust + age
group: other
  trust =~ t1 + t2 + t3
  trust ~ a*age
  q1 ~ trust + age"
# loadings and intercepts of common items equal, latent means and variances free after the first group that has them
EQUAL <- "group: user
  trust =~ 1*t1 + l2*t2 + l3*t3 + l4*t4
  tech =~ 1*c1 + m2*c2 + m3*c3 + c4
  use =~ 1*u1 + k2*u2 + k3*u3
  use ~ b*trust + d*tech
  t1 ~ i1*1; t2 ~ i2*1; t3 ~ i3*1; t4 ~ i4*1; c1 ~ j1*1; c2 ~ j2*1; c3 ~ j3*1; u1 ~ h1*1; u2 ~ h2*1; u3 ~ h3*1
group: other
  trust =~ 1*t1 + l2*t2 + l3*t3 + l4*t4
  use =~ 1*u1 + k2*u2 + k3*u3
  use ~ b*trust
  t1 ~ i1*1; t2 ~ i2*1; t3 ~ i3*1; t4 ~ i4*1; u1 ~ h1*1; u2 ~ h2*1; u3 ~ h3*1
  trust ~ NA*1; use ~ NA*1
group: staff
  trust =~ NA*t2 + l2*t2 + l3*t3 + l4*t4
  tech =~ 1*c1 + m2*c2 + m3*c3
  use =~ 1*u1 + k2*u2
  use ~ b*trust + d*tech
  t2 ~ i2*1; t3 ~ i3*1; t4 ~ i4*1; c1 ~ j1*1; c2 ~ j2*1; c3 ~ j3*1; u1 ~ h1*1; u2 ~ h2*1
  trust ~ NA*1; tech ~ NA*1; use ~ NA*1"
EQUAL_ONE <- "trust =~ t1 + t2 + t3 + t4
  tech =~ c1 + c2 + c3 + c4
  use =~ u1 + u2 + u3
  use ~ trust + tech"

out <- list()
add <- function(name, model, data, groups, ..., blocks = NULL, ours = list(), details = FALSE) {
  d <- only(if (data == "group_forms.csv") forms else missing, groups)
  f <- suppressWarnings(sem(if (is.null(blocks)) model else blocks, data = d, group = "g", group.label = groups, ...))
  p <- pt(f); p <- p[!p$op %in% c("==", "<", ">"), ]
  p <- p[, intersect(c("lhs", "op", "rhs", "group", "est", "se", "std.lv", "std.all", "std.nox"), names(p))]
  m <- fitMeasures(f); keep <- c("npar", "fmin", "chisq", "df", "pvalue", "chisq.scaled", "df.scaled", "pvalue.scaled",
    "chisq.scaling.factor", "baseline.chisq", "baseline.df", "baseline.chisq.scaled", "baseline.chisq.scaling.factor", "cfi",
    "tli", "cfi.scaled", "tli.scaled", "cfi.robust", "tli.robust", "rmsea", "rmsea.ci.lower", "rmsea.ci.upper",
    "rmsea.pvalue", "rmsea.scaled", "rmsea.robust", "srmr", "logl", "unrestricted.logl", "aic", "bic", "bic2")
  mi <- if (details) as.data.frame(unclass(modindices(f)))
  moments <- function(x) list(names = rownames(x$cov), mean = as.numeric(x$mean), cov = unname(unclass(x$cov)))
  r <- if (details) lapply(unname(residuals(f, type = "cor.bollen")), moments)
  s <- if (details) lapply(unname(lavPredict(f)), function(x) as.list(colMeans(x^2)))
  cat(sprintf("%-26s %s chisq=%.4f df=%d npar=%d\n", name, LAST_TOL, m["chisq"], m["df"], m["npar"]))
  out[[length(out) + 1]] <<- list(name = name, polished = LAST_TOL == "newton-polished", model = model, blocks = blocks,
    data = data, groups = groups, options = c(list(...), ours), parameters = p, fit = as.list(m[intersect(keep, names(m))]),
    indices = if (!is.null(mi)) mi[, c("lhs", "op", "rhs", "group", "mi", "epc", "sepc.all")], residuals = r, scores = s)
}
complete <- "group_forms.csv"; incomplete <- "group_forms_missing.csv"
two <- c("user", "other"); three <- c("user", "other", "staff")
add("ML", BLOCKS, complete, two, details = TRUE)
add("MLR", BLOCKS, complete, two, estimator = "MLR")
add("MLR_clusters", BLOCKS, complete, two, estimator = "MLR", cluster = "unit")
add("MLR_weights", BLOCKS, complete, two, estimator = "MLR", sampling.weights = "w")
add("MLM", BLOCKS, complete, two, estimator = "MLM")
add("MLMV", BLOCKS, complete, two, estimator = "MLMV")
add("GLS", BLOCKS, complete, two, estimator = "GLS")
add("ULS", BLOCKS, complete, two, estimator = "ULS")
add("ULSMV", BLOCKS, complete, two, estimator = "ULSMV")
add("DWLS", BLOCKS, complete, two, estimator = "DWLS")
add("WLS", BLOCKS, complete, two, estimator = "WLS")
add("wishart", BLOCKS, complete, two, likelihood = "wishart")
add("observed", BLOCKS, complete, two, information = "observed")
add("std_lv", BLOCKS, complete, two, std.lv = TRUE)
add("listwise", BLOCKS, incomplete, two)
add("FIML", BLOCKS, incomplete, two, missing = "fiml")
add("FIML_MLR", BLOCKS, incomplete, two, missing = "fiml", estimator = "MLR", details = TRUE)
add("FIML_MLR_clusters", BLOCKS, incomplete, two, missing = "fiml", estimator = "MLR", cluster = "unit")
add("FIML_MLR_weights", BLOCKS, incomplete, two, missing = "fiml", estimator = "MLR", sampling.weights = "w")
add("FIML_expected", BLOCKS, incomplete, two, missing = "fiml", information = "expected")
add("two_stage", BLOCKS, incomplete, two, missing = "two.stage")
add("robust_two_stage", BLOCKS, incomplete, two, missing = "robust.two.stage")
add("three_ML", THREE, complete, three)
add("three_FIML_MLR", THREE, incomplete, three, missing = "fiml", estimator = "MLR")
add("three_FIML_MLR_clusters", THREE, incomplete, three, missing = "fiml", estimator = "MLR", cluster = "unit")
add("one_text_ML", ONE, complete, three, blocks = THREE)
add("one_text_MLR", ONE, complete, three, estimator = "MLR", blocks = THREE, details = TRUE)
add("one_text_FIML_MLR", ONE, incomplete, three, missing = "fiml", estimator = "MLR", blocks = THREE)
add("covariates_ML", COVARIATES, complete, two, details = TRUE)
add("covariates_random_ML", COVARIATES, complete, two, fixed.x = FALSE)
add("covariates_MLR", COVARIATES, complete, two, estimator = "MLR")
add("covariates_MLM", COVARIATES, complete, two, estimator = "MLM")
add("covariates_FIML_MLR", COVARIATES, incomplete, two, missing = "fiml", estimator = "MLR")
equal <- list(group.equal = c("loadings", "intercepts", "regressions"))
add("equal_ML", EQUAL_ONE, complete, three, blocks = EQUAL, ours = equal, details = TRUE)
add("equal_MLR", EQUAL_ONE, complete, three, estimator = "MLR", blocks = EQUAL, ours = equal)
add("equal_FIML_MLR", EQUAL_ONE, incomplete, three, missing = "fiml", estimator = "MLR", blocks = EQUAL, ours = equal)
add("equal_FIML_MLR_clusters", EQUAL_ONE, incomplete, three, missing = "fiml", estimator = "MLR", cluster = "unit",
    blocks = EQUAL, ours = equal)
write(toJSON(list(versions = list(lavaan = as.character(packageVersion("lavaan")), R = as.character(getRversion())), cases = out),
             digits = I(15), auto_unbox = TRUE, null = "null", na = "null", dataframe = "rows"),
      "tests/oracles/sem_group_variables.json")
