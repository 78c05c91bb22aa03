"""Figures for administrators."""
