"""The engines that estimate a model: the core, semopy, lavaan."""
