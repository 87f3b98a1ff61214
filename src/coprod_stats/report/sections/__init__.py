"""The sections of a study's report, one file each: results laid out, nothing computed."""
