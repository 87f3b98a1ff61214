# Indices of careless responding on 300 rows of psych::bfi (with missing answers) and Little's test.
# Run from the root of the repository: Rscript tests/oracles/careless_bfi.R > tests/oracles/careless_bfi.json
# Needs careless 1.2 or newer (1.2.2 was used): install.packages("careless").
suppressMessages({library(careless); library(psych); library(lavaan); library(jsonlite)})
x <- read.csv("tests/oracles/data/bfi_first300.csv")
stopifnot(anyNA(x))

keyed <- x
for (item in c("A1", "C4", "C5", "E1", "E2", "O2", "O5")) keyed[[item]] <- 7 - keyed[[item]]
blocks <- list(five = rep(5, 5), unequal = c(2, 3, 5, 7, 1, 4, 3), two = c(10, 15))
quiet <- function(e) suppressWarnings(e)

# Little (1988) with the moments that lavaan's EM gives, written out in base R.
little <- function(data) {
  data <- as.matrix(data[rowSums(!is.na(data)) > 0, ])
  h1 <- lavaan:::lav_mvnorm_missing_h1_estimate_moments(data, max.iter = 20000L, tol = 1e-13)
  mu <- h1$Mu; sigma <- h1$Sigma
  d2 <- 0; df <- -ncol(data)
  for (rows in split(seq_len(nrow(data)), apply(is.na(data), 1, paste, collapse = ""))) {
    seen <- !is.na(data[rows[1], ])
    gap <- colMeans(data[rows, seen, drop = FALSE]) - mu[seen]
    d2 <- d2 + length(rows) * drop(t(gap) %*% solve(sigma[seen, seen]) %*% gap)
    df <- df + sum(seen)
  }
  list(statistic = d2, df = df, p_value = pchisq(d2, df, lower.tail = FALSE), n = nrow(data))
}

long <- longstring(x, avg = TRUE)
person_total <- sapply(seq_len(nrow(x)), function(i) {
  others <- colMeans(x[-i, ], na.rm = TRUE)
  cor(as.numeric(x[i, ]), others, use = "pairwise.complete.obs")
})
result <- list(
  versions = list(R = as.character(getRversion()), careless = as.character(packageVersion("careless")),
                  psych = as.character(packageVersion("psych")), lavaan = as.character(packageVersion("lavaan"))),
  longstring = long$longstr, average_string = long$avgstr,
  irv = irv(x), irv_complete = irv(x, na.rm = FALSE),
  irv_split = as.list(irv(x, split = TRUE, num.split = 4)[, -1]),
  even_odd = lapply(blocks, function(b) quiet(evenodd(keyed, b))),
  mahalanobis = mahad(x, plot = FALSE),
  mahalanobis_flagged = mahad(x, plot = FALSE, flag = TRUE, confidence = 0.999)$flagged,
  person_total = person_total,
  synonyms = psychsyn(x, critval = 0.45, resample_na = FALSE),
  antonyms = psychsyn(x, critval = 0.35, anto = TRUE, resample_na = FALSE),
  little_bfi = little(x[, 1:10]),
  little_carers = little(read.csv("sample_data/carers.csv")[, paste0("COP", 1:9)]),
  airquality = list(data = airquality, test = little(airquality)))
cat(toJSON(result, digits = NA, auto_unbox = TRUE, na = "null", null = "null"), "\n", sep = "")
