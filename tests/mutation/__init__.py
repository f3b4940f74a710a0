"""Would the tests notice if a line of the library were wrong? One small change at a time."""
