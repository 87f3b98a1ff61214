# Content validity of invented ratings (synthetic): I-CVI, S-CVI, chance agreement, modified kappa.
# Run from the root of the repository:
# Rscript tests/oracles/content_validity.R > tests/oracles/content_validity.json
suppressMessages(library(jsonlite))
set.seed(20261130)
ratings <- matrix(sample(1:4, 14 * 9, replace = TRUE, prob = c(.05, .12, .33, .5)), 14, 9)
ratings[1, ] <- 4; ratings[2, ] <- c(rep(1, 8), 4); ratings[3, ] <- rep(c(2, 3), length.out = 9)
ratings[5, 2] <- NA; ratings[6, c(1, 4, 7)] <- NA; ratings[7, 1:5] <- NA
rownames(ratings) <- sprintf("A%d", 1:14)
agree <- apply(ratings, 1, function(x) sum(x >= 3, na.rm = TRUE))
experts <- apply(ratings, 1, function(x) sum(!is.na(x)))
cvi <- agree / experts
# chance agreement as a binomial probability, not by the formula with the binomial coefficient
chance <- dbinom(agree, experts, 0.5)
scales <- list(A = 1:6, B = c(7, 9, 10, 14), C = 1)
result <- list(
  versions = list(R = as.character(getRversion())),
  ratings = lapply(seq_len(14), function(i) as.list(ratings[i, ])), items = rownames(ratings),
  relevant = agree, experts = experts, cvi = cvi, chance = chance,
  kappa = (cvi - chance) / (1 - chance), ave = mean(cvi), ua = mean(cvi == 1),
  scales = lapply(scales, function(s) list(items = I(rownames(ratings)[s]), ave = mean(cvi[s]), ua = mean(cvi[s] == 1))))
cat(toJSON(result, digits = NA, auto_unbox = TRUE, na = "null", null = "null"), "\n", sep = "")
