"""The sections of a study's report, one file each: results are presented, nothing is computed."""
