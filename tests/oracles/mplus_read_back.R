# Input files for Mplus as lavaan reads and fits them: an outside reader of what --emit mplus writes.
# lavaan's own reader (mplus2lavaan.modelSyntax, mplus2lavaan.constraintSyntax and what they rest on)
# knows one group and no thresholds or scale factors: groups are read one after the other and joined
# by 'group:' blocks, thresholds and scale factors are read here. lavaan() adds no defaults, so that
# whatever the input leaves unsaid stays out. Run from the root of the repository on a folder of .inp
# and .dat:
#   Rscript tests/oracles/mplus_read_back.R FOLDER
source("tests/oracles/lavaan/common.R")  # run_tight: Newton steps to the optimum
reader <- function(name) getFromNamespace(name, "lavaan")

with_label <- function(value, label, what) {
  number <- substring(value, 2)
  modifiers <- c(if (startsWith(value, "@")) number else paste0("start(", number, ")"), if (nzchar(label)) label)
  paste(paste0(modifiers, "*", what), collapse = " + ")
}

own_lines <- function(statements) {  # [u$1*] (a)  {u@1}
  pattern <- "^(\\[(\\w+)\\$(\\d+)|\\{(\\w+))([*@][-0-9.]*)[]}]( \\((\\w+)\\))?$"
  found <- regmatches(statements, regexec(pattern, statements))
  vapply(found, function(m) {
    if (nzchar(m[3])) paste(m[3], "|", with_label(m[6], m[8], paste0("t", m[4])))
    else paste(m[5], "~*~", with_label(m[6], m[8], m[5]))
  }, "")
}

model_of <- function(lines) {
  statements <- trimws(strsplit(paste(lines, collapse = " "), ";")[[1]])
  statements <- statements[nzchar(statements)]
  own <- grepl("^\\[\\w+\\$|^\\{", statements)
  c(unlist(lapply(paste0(statements[!own], ";"), mplus2lavaan.modelSyntax)), own_lines(statements[own]))
}

read_input <- function(file) {
  text <- readLines(file)
  sections <- reader("divideInputIntoSections")(text, file)
  fields <- reader("divideIntoFields")
  inp <- list(data = fields(sections$data), variable = fields(sections$variable),
              analysis = fields(sections$analysis))
  inp$variable$names <- strsplit(inp$variable$names, " ")[[1]]
  if (!is.null(inp$variable$categorical))
    inp$variable$categorical <- strsplit(inp$variable$categorical, " ")[[1]]
  inp$groups <- character(0)
  if (!is.null(inp$variable$grouping))
    inp$groups <- regmatches(inp$variable$grouping, gregexpr("(?<== )\\w+", inp$variable$grouping, perl = TRUE))[[1]]
  parts <- if (length(inp$groups)) paste0("model.", tolower(inp$groups)) else "model"
  blocks <- lapply(seq_along(parts), function(g)
    c(if (length(inp$groups)) paste("group:", g), model_of(sections[[parts[g]]])))
  constraints <- if (!is.null(sections$model.constraint))
    mplus2lavaan.constraint(sections$model.constraint)
  inp$syntax <- paste(c(unlist(blocks), constraints), collapse = "\n")
  inp$table <- reader("readMplusInputData")(inp, file)
  inp
}

mplus2lavaan.constraint <- function(lines)  # a bare 0 on the left is an equation, not a definition
  reader("mplus2lavaan.constraintSyntax")(paste(trimws(lines), collapse = " "))

fitted_of <- function(file) {
  inp <- read_input(file)
  v <- inp$variable; a <- inp$analysis
  incomplete <- if (is.null(v$categorical)) "ml" else "pairwise"
  options <- list(
    model = inp$syntax, data = inp$table, estimator = a$estimator, meanstructure = TRUE,
    fixed.x = TRUE, missing = if (identical(inp$data$listwise, "ON")) "listwise" else incomplete,
    control = list(iter.max = 2000, eval.max = 4000))
  if (!is.null(a$information)) options$information <- tolower(a$information)
  if (!is.null(a$parameterization)) options$parameterization <- tolower(a$parameterization)
  if (length(inp$groups)) {
    column <- sub(" .*", "", v$grouping)
    options$data[[column]] <- factor(options$data[[column]], seq_along(inp$groups), inp$groups)
    options$group <- column
    options$group.label <- inp$groups
  }
  if (!is.null(v$cluster)) options$cluster <- v$cluster
  if (!is.null(v$weight)) options$sampling.weights <- v$weight
  said <- capture.output(fit <- suppressWarnings(do.call(run_tight, c(list(lavaan::lavaan), options))))
  p <- as.data.frame(unclass(parameterEstimates(fit, remove.nonfree = FALSE, remove.system.eq = FALSE)))
  p <- p[!p$op %in% c("==", "<", ">"), ]
  if (is.null(p$group)) p$group <- 1L
  m <- fitMeasures(fit)
  kept <- intersect(c("npar", "chisq", "df", "chisq.scaled", "df.scaled"), names(m))
  list(input = paste(readLines(file), collapse = "\n"), lavaan = as.character(packageVersion("lavaan")),
       polished = LAST_TOL == "newton-polished", converged = lavInspect(fit, "converged"), fit = as.list(m[kept]),
       parameters = p[c("lhs", "op", "rhs", "group", "est", "se")])
}

folder <- commandArgs(trailingOnly = TRUE)[1]
files <- sort(list.files(folder, "\\.inp$", full.names = TRUE))
found <- lapply(files, function(file) tryCatch(fitted_of(file), error = function(e) {
  message(basename(file), ": ", conditionMessage(e)); NULL }))
names(found) <- sub("\\.inp$", "", basename(files))
cat(toJSON(found, digits = I(12), auto_unbox = TRUE, dataframe = "columns", na = "null", pretty = TRUE))
