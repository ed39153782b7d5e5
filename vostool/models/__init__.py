"""Engines that turn prompts into masks: torch and OpenCV, no Qt."""
