# What lavaan makes of exploratory factors whose loadings are to be equal in two groups: how far the
# rotated loadings are apart, and the chi-square with the items in two orders.
# Run from the root of the repository: Rscript tests/oracles/esem_equal_loadings.R
suppressMessages({library(lavaan); library(jsonlite)})
data <- read.csv("tests/oracles/lavaan/data/hs_mimic.csv")
model_of <- function(items) paste0("efa(\"b\")*f1 + efa(\"b\")*f2 =~ ", paste0("x", items, collapse = " + "))
fit <- function(items, rotation, std.ov) {
  set.seed(1)
  suppressWarnings(sem(model_of(items), data, group = "school", group.equal = "loadings", rotation = rotation,
                       rotation.args = list(std.ov = std.ov)))
}
case <- function(rotation, std.ov) {
  f <- fit(1:6, rotation, std.ov)
  e <- lavInspect(f, "est")
  measured <- function(f) unname(fitMeasures(f, "chisq"))
  list(rotation = rotation, std_ov = std.ov, df = unname(fitMeasures(f, "df")),
       loadings_apart = max(abs(e[[1]]$lambda - e[[2]]$lambda)),
       chisq = measured(f), chisq_reversed = measured(fit(6:1, rotation, std.ov)))
}
write(toJSON(list(lavaan = as.character(packageVersion("lavaan")), R = R.version.string, model = model_of(1:6),
                  cases = list(case("geomin", TRUE), case("geomin", FALSE), case("varimax", FALSE))),
             digits = I(6), auto_unbox = TRUE), "tests/oracles/esem_equal_loadings.json")
