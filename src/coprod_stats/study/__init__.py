"""Reading and carrying out study plans."""

from coprod_stats.study.carrying_out import carry_out
from coprod_stats.study.result import AnalysisResult, Deviation, StudyResult
from coprod_stats.study.sample_flow import FlowStep, SampleFlow

__all__ = ["AnalysisResult", "Deviation", "FlowStep", "SampleFlow", "StudyResult", "carry_out"]
