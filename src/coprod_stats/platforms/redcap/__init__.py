"""REDCap: forms out, answers in."""
