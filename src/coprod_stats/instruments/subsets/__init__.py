"""Questionnaires cut to some scales, with all that these depend on."""
