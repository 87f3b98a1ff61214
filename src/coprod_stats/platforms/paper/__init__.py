"""Questionnaires on paper: PDF, Word, and the workbook in which answers are entered."""
