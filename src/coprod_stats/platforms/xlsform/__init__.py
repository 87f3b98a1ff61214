"""XLSForm for ODK, KoboToolbox and SurveyCTO: forms out, answers in."""
