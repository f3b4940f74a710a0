"""An independent, naive and slow model of docs/model.md, and its test worlds."""
