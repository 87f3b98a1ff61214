"""Closed choices that several rooms share."""

from __future__ import annotations

from typing import Literal

FileFormat = Literal["csv", "spreadsheet", "xlsx", "sav", "parquet"]
"""Formats of files of answers that are read as they are; a spreadsheet's CSV has guarded texts."""

Platform = Literal[
    "xlsform",
    "limesurvey",
    "qualtrics",
    "redcap",
    "surveyjs",
    "spss",
    "frictionless",
    "ddi",
    "paper",
]
"""Platforms that a form is written for."""

ExportSource = Literal["odk", "kobo", "limesurvey", "qualtrics", "redcap", "surveyjs"]
"""Platforms whose exports are read back with the sidecar of their form."""

AnswersFormat = Literal[FileFormat, ExportSource]
"""Everything that answers are read from."""

Engine = Literal["core", "semopy", "lavaan"]
"""Who estimates a latent-variable model."""

Estimator = Literal[
    "ML", "MLR", "MLM", "MLMV", "MLMVS", "GLS", "ULS", "ULSMV", "WLS", "DWLS", "WLSM", "WLSMV"
]
"""Estimators of latent-variable models, by lavaan's names."""

Missing = Literal["listwise", "fiml", "pairwise", "two-stage", "robust-two-stage"]
"""What an estimator does about missing values."""

ModelType = Literal["sem", "cfa", "growth"]
"""Whose defaults complete a model text, by the names of lavaan's functions."""

Parameterization = Literal["delta", "theta"]
"""Which scale of the latent responses of ordered variables is free."""

EqualFamily = Literal[
    "loadings",
    "composite-loadings",
    "intercepts",
    "means",
    "thresholds",
    "regressions",
    "residuals",
    "residual-covariances",
    "lv-variances",
    "lv-covariances",
]
"""Families of parameters that can be held equal across groups."""

ErrorKind = Literal["default", "standard", "robust", "bootstrap", "none"]
"""Kinds of standard errors; ``default`` is what the estimator brings along."""

Information = Literal["default", "expected", "observed"]
"""Information that standard errors rest on."""

Likelihood = Literal["normal", "wishart"]
"""Divisor of maximum likelihood: N, or N - 1."""

RotationName = Literal[
    "geomin",
    "oblimin",
    "quartimin",
    "promax",
    "target",
    "varimax",
    "quartimax",
    "cf-quartimax",
    "cf-varimax",
    "cf-equamax",
    "cf-parsimax",
    "cf-facparsim",
]
"""Rotations of exploratory factors, by lavaan's names."""

RotationErrors = Literal["default", "delta", "bordered"]
"""Standard errors of a rotated solution: by exact derivatives, or lavaan's bordered information."""

BootstrapType = Literal["naive", "bollen-stine"]
"""Whether bootstrap samples are drawn from the data, or from data that fit the model."""

BootstrapInterval = Literal["percentile", "bca"]
"""Intervals from bootstrap samples: plain percentiles, or bias-corrected and accelerated."""

DifferenceYear = Literal["default", "2000", "2001", "2010"]
"""Scaling of the difference test of nested models, by the year of the paper of Satorra (and
Bentler)."""

DifferenceScaling = Literal[
    DifferenceYear, "satorra.2000", "satorra.bentler.2001", "satorra.bentler.2010"
]
"""The same, also by the names of lavaan's ``lavTestLRT``."""

ProductPairs = Literal["matched", "all"]
"""Products of indicators: the first with the first and so on, or each with each."""

ProductCentring = Literal["double-mean", "residual", "mean"]
"""What is done with products of centred indicators: centred again, freed of what the indicators
themselves explain, or left as they are."""

Adjustment = Literal["holm", "fdr_bh"]
"""Adjustment of p values: familywise error, step-down; or false discovery rate, step-up."""

ExpectedSign = Literal["+", "-", "two-sided"]
"""Sign that a hypothesis was registered with."""

HypothesisKind = Literal[
    "main",
    "mediator",
    "moderator",
    "necessary condition",
    "configuration",
    "dose-response",
    "difference",
    "heterogeneity",
    "experiment",
    "cross-source",
    "time",
    "stage",
    "context",
    "falsification",
]
"""What a hypothesis claims; each kind of analysis tests some of these and no other."""

AnalysisRole = Literal["confirmatory", "robustness", "check", "exploratory"]
"""What an analysis or specification is for; only confirmatory tests decide a hypothesis."""

Conclusion = Literal[
    "supported", "supported-negligible", "opposite", "equivalent", "inconclusive", "not-estimated"
]
"""What the tests of a hypothesis allow one to say."""

PatternConclusion = Literal["present", "uneven", "general-evaluation", "undetermined"]
"""What the stated paths as a whole allow one to say, beside the unstated ones: they are stronger;
stronger only as some drivers or impacts are evaluated more strongly than others; no stronger, while
all are above zero; nothing."""

RegressionFamily = Literal["gaussian", "binomial", "poisson", "ordinal", "negative-binomial"]
"""Outcomes of a regression, by distribution: linear, logistic, log-linear counts, ordered logit,
overdispersed counts."""

RegressionErrors = Literal["HC3", "HC2", "HC1", "HC0", "classical"]
"""Standard errors of a regression: robust, by the correction for leverage or for degrees of
freedom; or those of a model that is right in all its parts."""
