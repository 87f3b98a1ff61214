# Necessary conditions in PoliticalDemocracy from their definitions (Dul 2016), case by case: corners
# as cases that no other dominates, areas piece by piece, lines by lm(), p values by all orders.
# Run from the root of the repository:
#   Rscript tests/oracles/necessary_conditions.R > tests/oracles/necessary_conditions.json
suppressPackageStartupMessages(library(jsonlite))
d <- read.csv("tests/oracles/lavaan/data/pd.csv")
likert <- data.frame(x = pmin(5, pmax(1, round(d$y5 / 2))), y = pmin(5, pmax(1, round(d$y1 / 2))))

# a mirrored corner is the upper left of mirrored data
mirror <- function(limits, flip) if (flip) -rev(limits) else limits
pieces <- function(breaks, height) {
  breaks <- sort(unique(breaks))
  sum(diff(breaks) * (height(head(breaks, -1) + 1e-12) + height(tail(breaks, -1) - 1e-12)) / 2)
}
dominated <- function(i, x, y) any(x <= x[i] & y >= y[i] & (x < x[i] | y > y[i]))
corners <- function(x, y) !vapply(seq_along(x), dominated, NA, x = x, y = y)

zone <- function(x, y, lx, ly, ceiling) {
  if (ceiling == "ce-fdh") {
    step <- function(at) vapply(at, function(t) ly[2] - max(ly[1], y[x <= t]), 0)
    return(pieces(c(lx, x), step))
  }
  peer <- corners(x, y)
  if (length(unique(x[peer])) < 2) return(0)
  b <- unname(coef(lm(y[peer] ~ x[peer])))
  above <- function(at) pmin(ly[2] - ly[1], pmax(0, ly[2] - b[1] - b[2] * at))
  cross <- (ly - b[1]) / b[2]
  pieces(c(lx, pmin(lx[2], pmax(lx[1], cross))), above)
}

analysis <- function(x, y, lx, ly, ceiling, corner) {
  fx <- grepl("right", corner); fy <- grepl("lower", corner)
  u <- if (fx) -x else x; v <- if (fy) -y else y
  lu <- mirror(lx, fx); lv <- mirror(ly, fy); peer <- corners(u, v)
  area <- diff(lx) * diff(ly); z <- zone(u, v, lu, lv, ceiling)
  levels <- lv[1] + diff(lv) * (0:10) / 10
  if (ceiling == "ce-fdh") {
    b <- c(NA, NA); above <- 0
    needed <- vapply(levels, function(l) min(c(Inf, u[v >= l - 1e-9])), 0)
    ends <- c(max(u[peer]), min(v[peer]))
  } else {
    b <- unname(coef(lm(v[peer] ~ u[peer])))
    if (anyNA(b)) b <- c(NA, NA)  # one corner: no line
    above <- if (anyNA(b)) 0 else sum(v > b[1] + b[2] * u + 1e-7)
    needed <- if (anyNA(b)) rep(-Inf, 11) else (levels - b[1]) / b[2]
    ends <- c(min(lu[2], (lv[2] - b[1]) / b[2]), max(lv[1], b[1] + b[2] * lu[1]))
  }
  if (length(unique(u[peer])) < 2) ends <- c(NA, NA)
  state <- ifelse(needed <= lu[1] + 1e-9, "NN", ifelse(needed > lu[2] + 1e-9, "NA", "necessary"))
  needed[state != "necessary"] <- NA
  slope <- b[2] * (if (fx) -1 else 1) * (if (fy) -1 else 1)
  list(ceiling = ceiling, corner = corner, x_range = lx, y_range = ly, ceiling_zone = z,
       effect_size = z / area, n_peers = sum(peer), accuracy = 100 * (1 - above / length(x)),
       slope = slope, intercept = b[1] * (if (fy) -1 else 1),
       condition_inefficiency = 100 * (lu[2] - ends[1]) / diff(lx),
       outcome_inefficiency = 100 * (ends[2] - lv[1]) / diff(ly),
       outcome = if (fy) -levels else levels, necessity = state,
       condition = if (fx) -needed else needed,
       n_below = vapply(needed, function(l) sum(u < l - 1e-9), 0L))
}

settings <- expand.grid(ceiling = c("ce-fdh", "cr-fdh"),
                        corner = c("upper-left", "upper-right", "lower-left", "lower-right"),
                        stringsAsFactors = FALSE)
all_settings <- function(x, y, lx, ly) Map(
  function(ceiling, corner) analysis(x, y, lx, ly, ceiling, corner),
  settings$ceiling, settings$corner, USE.NAMES = FALSE)

# every order of seven outcomes: the p value that random orders estimate
orders <- function(v) if (length(v) < 2) list(v) else do.call(c, lapply(seq_along(v), function(i)
  lapply(orders(v[-i]), function(rest) c(v[i], rest))))
exact <- function(x, y, ceiling) {
  zones <- vapply(orders(y), function(o) zone(x, o, range(x), range(y), ceiling), 0)
  mean(zones >= zone(x, y, range(x), range(y), ceiling) - 1e-9)
}
seven <- d[c(1, 9, 23, 40, 52, 61, 75), ]

cat(toJSON(list(
  versions = list(R = as.character(getRversion())),
  observed = all_settings(d$x3, d$y1, range(d$x3), range(d$y1)),
  theoretical = all_settings(d$x3, d$y1, c(0, 8), c(-1, 11)),
  likert = all_settings(likert$x, likert$y, c(1, 5), c(1, 5)),
  exact_p = list(rows = c(1, 9, 23, 40, 52, 61, 75), "ce-fdh" = exact(seven$x3, seven$y1, "ce-fdh"),
                 "cr-fdh" = exact(seven$x3, seven$y1, "cr-fdh"))),
  digits = I(15), auto_unbox = TRUE, pretty = TRUE, na = "null"), "\n")
