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

BootstrapType = Literal["naive", "bollen-stine"]
"""Whether bootstrap samples are drawn from the data, or from data that fit the model."""

BootstrapInterval = Literal["percentile", "bca"]
"""Intervals from bootstrap samples: plain percentiles, or bias-corrected and accelerated."""

DifferenceScaling = Literal[
    "default", "satorra.bentler.2001", "satorra.bentler.2010", "satorra.2000"
]
"""Scaling of the difference test of nested models, by the names of lavaan's ``lavTestLRT``."""

DifferenceYear = Literal["default", "2000", "2001", "2010"]
"""The same by the year of the paper of Satorra (and Bentler)."""

ProductPairs = Literal["matched", "all"]
"""Products of indicators: the first with the first and so on, or each with each."""

ProductCentring = Literal["double-mean", "residual", "mean"]
"""What is done with products of centred indicators: centred again, freed of what the indicators
themselves explain, or left as they are."""

Adjustment = Literal["holm", "fdr_bh"]
"""Adjustment of p values: familywise error, step-down; or false discovery rate, step-up."""

ExpectedSign = Literal["+", "-", "two-sided"]
"""Sign that a hypothesis was registered with."""

Conclusion = Literal["supported", "opposite", "equivalent", "inconclusive", "not tested"]
"""What the tests of a hypothesis allow one to say."""
