"""The explorer: a study that answers while sliders move; the rules are in docs/explorer.md."""
