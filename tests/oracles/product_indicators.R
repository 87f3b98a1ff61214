# Products of indicators by semTools, and a latent interaction fitted with all pairs of them.
# Run from the root of the repository:
#   Rscript tests/oracles/product_indicators.R > tests/oracles/product_indicators.json
said <- capture.output(source("tests/oracles/lavaan/common.R"))  # sem with Newton steps
hs <- read.csv("tests/oracles/lavaan/data/hs1939.csv")[paste0("x", 1:9)]
holes <- read.csv("tests/oracles/lavaan/data/hs_mcar.csv")[paste0("x", 1:9)]
one <- paste0("x", 1:2); two <- paste0("x", 4:6)
made <- function(data, var1, var2, ...) {
  products <- indProd(data, var1 = var1, var2 = var2, ...)[-seq_along(data)]
  list(names = names(products), first = as.matrix(head(products, 8)), sums = unname(colSums(products^2, na.rm = TRUE)))
}
all_pairs <- indProd(hs, var1 = one, var2 = two, match = FALSE)
products <- names(all_pairs)[-(1:9)]
shared <- Filter(function(p) any(strsplit(p[1], "[.]")[[1]] %in% strsplit(p[2], "[.]")[[1]]), combn(products, 2, simplify = FALSE))
model <- paste(c("visual =~ x1 + x2", "textual =~ x4 + x5 + x6", "speed =~ x7 + x8 + x9",
                 paste("both =~", paste(products, collapse = " + ")),
                 vapply(shared, paste, "", collapse = " ~~ "), "speed ~ visual + textual + both"), collapse = "\n")
said <- capture.output(fit <- sem(model, all_pairs, estimator = "MLR"))
p <- as.data.frame(unclass(parameterEstimates(fit)))[c("lhs", "op", "rhs", "est", "se")]
m <- fitMeasures(fit, c("chisq", "df", "chisq.scaled"))
cat(toJSON(list(
  versions = list(R = as.character(getRversion()), lavaan = as.character(packageVersion("lavaan")), semTools = as.character(packageVersion("semTools"))),
  products = list(
    matched_double_mean = made(hs, paste0("x", 1:3), two),
    matched_mean = made(hs, paste0("x", 1:3), two, doubleMC = FALSE),
    matched_residual = made(hs, paste0("x", 1:3), two, residualC = TRUE),
    all_double_mean = made(hs, one, two, match = FALSE),
    all_residual = made(hs, one, two, match = FALSE, residualC = TRUE),
    all_mean = made(hs, one, two, match = FALSE, doubleMC = FALSE),
    holes_double_mean = made(holes, paste0("x", 1:3), two)),
  fit = list(model = model, polished = LAST_TOL, measures = as.list(m), parameters = p)),
  digits = I(12), auto_unbox = TRUE, dataframe = "columns", na = "null", pretty = FALSE))
