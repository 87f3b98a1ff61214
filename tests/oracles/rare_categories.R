# WLSMV where one case alone chose a category, in a scale and in an item of two answers. Run from the
# repository root: Rscript tests/oracles/rare_categories.R > tests/oracles/rare_categories.json
suppressMessages({library(lavaan); library(jsonlite)})
answers <- read.csv("sample_data/carers.csv")[, paste0("COP", 1:5)]
answers <- answers[stats::complete.cases(answers), ]
top <- answers
top$COP1[1] <- 9
binary <- answers
binary$COP5 <- 1
binary$COP5[1] <- 2
dump <- function(data) {
  fit <- suppressWarnings(cfa("f =~ COP1 + COP2 + COP3 + COP4 + COP5", data, estimator = "WLSMV",
                              ordered = TRUE))
  table <- parameterEstimates(fit)
  loadings <- table[table$op == "=~", ]
  list(converged = lavInspect(fit, "converged"), est = loadings$est, se = loadings$se,
       fit = as.list(fitMeasures(fit, c("chisq.scaled", "df.scaled", "pvalue.scaled"))))
}
result <- list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string,
               top = dump(top), binary = dump(binary))
cat(toJSON(result, digits = I(12), auto_unbox = TRUE))
